// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {StepRerun} from "./StepRerun.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {IVault} from "./interfaces/IVault.sol";
import {IVerifier} from "./interfaces/IVerifier.sol";
import {AssetIds} from "./libraries/AssetIds.sol";
import {Commands} from "./libraries/Commands.sol";
import {GlobalRecord} from "./libraries/GlobalRecord.sol";
import {Hashing} from "./libraries/Hashing.sol";
import {Header} from "./libraries/Header.sol";
import {STEP_TREE_DEPTH, StepTree} from "./libraries/StepTree.sol";
import {Trades} from "./libraries/Trades.sol";

/// @title Parley's disputes
/// @dev Everything is judged from what was posted: `data` is that of the header, and the header that of the vault. The
///      vault looks at the form of neither beyond their hashes and the number of steps.
contract Disputes is IDisputes, StepRerun, ReentrancyGuardTransient {
    using GlobalRecord for bytes;
    using SafeERC20 for IERC20;

    /// @notice Whose batches are disputed.
    IVault public immutable vault;
    /// @notice Whose bond lies here.
    address public immutable operator;
    /// @notice Whose account 0 takes the half of a slash that no challenger gets.
    address public immutable insurance;
    /// @inheritdoc IDisputes
    address public immutable token;
    /// @inheritdoc IDisputes
    uint256 public immutable bondSize;

    /// @inheritdoc IDisputes
    uint256 public bond;
    /// @inheritdoc IDisputes
    uint256 public insuranceDue;
    mapping(bytes32 commitment => uint256 blockNumber) private _committed;

    constructor(
        IVault vault_,
        address operator_,
        address insurance_,
        address token_,
        uint256 bondSize_,
        IVerifier queueVerifier,
        IVerifier accountVerifier,
        IVerifier priceVerifier,
        IVerifier tradeVerifier
    ) StepRerun(address(vault_), queueVerifier, accountVerifier, priceVerifier, tradeVerifier) {
        vault = vault_;
        operator = operator_;
        insurance = insurance_;
        token = token_;
        bondSize = bondSize_;
    }

    // ----------------------------------------------------------------------------------------------------------- bond

    /// @inheritdoc IDisputes
    function bonded() external view returns (bool) {
        return bond >= bondSize;
    }

    /// @inheritdoc IDisputes
    function addBond(uint256 amount) external nonReentrant {
        IERC20 cash = IERC20(token);
        uint256 before = cash.balanceOf(address(this));
        cash.safeTransferFrom(msg.sender, address(this), amount);
        bond += cash.balanceOf(address(this)) - before;
        emit Bonded(msg.sender, amount, bond);
    }

    /// @inheritdoc IDisputes
    function withdrawBond(uint256 amount) external nonReentrant {
        if (msg.sender != operator) revert NotOperator(msg.sender);
        if (amount > bond) revert BondTooSmall(bond, amount);
        if (bond - amount < bondSize) {
            IVault.State memory state = vault.state();
            // After a freeze nothing that is open becomes final.
            if (state.postedSequence != state.verifiedSequence && vault.frozenAt() == 0) {
                revert BondLocked(state.verifiedSequence, state.postedSequence);
            }
        }
        bond -= amount;
        emit BondWithdrawn(operator, amount, bond);
        IERC20(token).safeTransfer(operator, amount);
    }

    // ------------------------------------------------------------------------------------------------------ challenges

    /// @inheritdoc IDisputes
    function commit(bytes32 commitment) external {
        uint256 earlier = _committed[commitment];
        if (earlier != 0) revert AlreadyCommitted(commitment, earlier);
        _committed[commitment] = block.number;
        emit Committed(commitment, msg.sender);
    }

    /// @inheritdoc IDisputes
    function commitmentOf(Challenge calldata challenge_, bytes32 headerHash, bytes calldata evidence)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(challenge_, headerHash, keccak256(evidence)));
    }

    /// @inheritdoc IDisputes
    function challenge(
        Challenge calldata challenge_,
        bytes calldata header,
        bytes calldata data,
        bytes calldata evidence
    ) external nonReentrant {
        Header.Batch memory batch = Header.decode(header);
        if (vault.posted(batch.sequence).headerHash != batch.hash) revert NotPosted(batch.sequence, batch.hash);
        _requireCommitted(commitmentOf(challenge_, batch.hash, evidence));
        _requireData(batch, data);
        if (!_isFraud(challenge_, batch, data, evidence)) {
            revert NoFraud(batch.sequence, challenge_.fraud, challenge_.step);
        }
        vault.cut(batch.sequence);
        _slash(challenge_, batch);
    }

    function _requireCommitted(bytes32 commitment) private view {
        uint256 committed = _committed[commitment];
        if (committed == 0 || committed >= block.number) revert NotCommitted(commitment, committed, block.number);
    }

    function _isFraud(
        Challenge calldata challenge_,
        Header.Batch memory batch,
        bytes calldata data,
        bytes calldata evidence
    ) private view returns (bool) {
        if (challenge_.fraud == Fraud.Header) return _isHeaderWrong(batch, data, evidence);
        if (challenge_.fraud == Fraud.Tree) return _isTreeWrong(batch, data);
        if (challenge_.step >= batch.steps) revert WrongStepCount(challenge_.step, batch.steps);
        if (challenge_.fraud == Fraud.Undecodable) return _isUndecodable(data, challenge_.step);
        return _isStepWrong(batch, data, challenge_.step, evidence);
    }

    /// @dev Whether a record does not lie where the table says, or is no command that may stand there.
    function _isUndecodable(bytes calldata data, uint256 step) private view returns (bool) {
        try this.recordAt(data, step) returns (bytes memory record) {
            if (record.length < 2 || uint8(record[0]) != Commands.VERSION) return true;
            uint256 kind = uint8(record[1]);
            return !_isKnown(kind) || (kind == Commands.PRICE && step != 0);
        } catch (bytes memory reason) {
            bytes4 selector = bytes4(reason);
            return selector == WrongOffset.selector || selector == DataTooShort.selector;
        }
    }

    function _isKnown(uint256 kind) private pure returns (bool) {
        return (kind >= Commands.DEPOSIT && kind <= Commands.CREDIT_FEE) || kind == Commands.WITHDRAW
            || kind == Commands.CANCEL || kind == Commands.PRICE || kind == Commands.TRADE;
    }

    /// @notice A record of a batch's data, or why there is none.
    function recordAt(bytes calldata data, uint256 step) external pure returns (bytes memory) {
        return _record(data, step);
    }

    function _isTreeWrong(Header.Batch memory batch, bytes calldata data) private pure returns (bool) {
        bytes32[STEP_TREE_DEPTH] memory frontier;
        for (uint256 i = 0; i < batch.steps; ++i) {
            bytes32 hash = Hashing.keccakCalldata(_record(data, i));
            StepTree.append(frontier, i, StepTree.leaf(i, hash, _rootAfter(data, i)));
        }
        return StepTree.root(frontier, batch.steps) != batch.stepsRoot;
    }

    /// @dev Without evidence: last root and flags, which the data show. With the state after the batch: the queue.
    function _isHeaderWrong(Header.Batch memory batch, bytes calldata data, bytes calldata evidence)
        private
        view
        returns (bool)
    {
        if (evidence.length == 0) {
            return
                _rootAfter(data, batch.steps - 1) != batch.root || (!batch.verifiedOnly && _asksForProof(batch, data));
        }
        Run memory run;
        _start(run, evidence, batch.root);
        uint64 cursor = uint64(run.global.u64(GlobalRecord.QUEUE_CURSOR));
        uint64 length = vault.state().queueLength;
        if (cursor < length && run.global.u64(GlobalRecord.TIME) > uint256(vault.queuedAt(cursor)) + vault.forceAfter())
        {
            return true;
        }
        return batch.queueTo != cursor || cursor > length
            || run.global.b32(GlobalRecord.QUEUE_HASH) != vault.queueHashAt(cursor);
    }

    function _asksForProof(Header.Batch memory batch, bytes calldata data) private pure returns (bool) {
        for (uint256 i = 0; i < batch.steps; ++i) {
            bytes calldata record = _record(data, i);
            if (Trades.isTrade(record) && Trades.signers(record).verifiedOnly) return true;
        }
        return false;
    }

    // ---------------------------------------------------------------------------------------------------- a wrong step

    function _isStepWrong(Header.Batch memory batch, bytes calldata data, uint256 step, bytes calldata evidence)
        private
        view
        returns (bool)
    {
        bytes32 rootBefore = step == 0 ? batch.parentRoot : _rootAfter(data, step - 1);
        bytes calldata record = _record(data, step);
        try this.rerunStep(rootBefore, step, record, evidence) returns (bytes32 root) {
            return root != _rootAfter(data, step);
        } catch (bytes memory reason) {
            revert WitnessUnusable(reason);
        }
    }

    /// @notice Runs one step again. The root that it leads to is the only one: whatever a witness can show of a state
    ///         is proven against the root before.
    function rerunStep(bytes32 rootBefore, uint256 step, bytes calldata record, bytes calldata witness)
        external
        view
        returns (bytes32)
    {
        Run memory run;
        _start(run, witness, rootBefore);
        run.step = step;
        uint256 used = _findPricing(run, witness);
        used += _runStep(run, record, witness[used:]);
        _requireAllUsed(run, witness, used);
        return run.global.stateRoot(run.accountsRoot);
    }

    // ----------------------------------------------------------------------------------------------------------- slash

    /// @dev Pays what is there: after an earlier slash there may be less than a whole bond, or nothing.
    function _slash(Challenge calldata challenge_, Header.Batch memory batch) private {
        uint256 amount = bond < bondSize ? bond : bondSize;
        bond -= amount;
        uint256 paid = amount / 2;
        if (!IERC20(token).trySafeTransfer(challenge_.reward, paid)) paid = 0;
        uint256 insured = amount - paid;
        insuranceDue += insured;
        emit Slashed(batch.sequence, batch.hash, challenge_.fraud, challenge_.step, challenge_.reward, paid, insured);
    }

    /// @inheritdoc IDisputes
    function insure() external nonReentrant {
        uint256 amount = insuranceDue;
        insuranceDue = 0;
        IERC20(token).forceApprove(address(vault), amount);
        vault.depositFor(insurance, uint64(AssetIds.CASH), amount, 0);
    }
}
