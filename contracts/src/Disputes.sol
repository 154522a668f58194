// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {StepRerun} from "./StepRerun.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {IVault} from "./interfaces/IVault.sol";
import {AccountLeaf} from "./libraries/AccountLeaf.sol";
import {AssetIds} from "./libraries/AssetIds.sol";
import {Codes} from "./libraries/Codes.sol";
import {Commands} from "./libraries/Commands.sol";
import {GlobalRecord} from "./libraries/GlobalRecord.sol";
import {Hashing} from "./libraries/Hashing.sol";
import {Header} from "./libraries/Header.sol";
import {Reader} from "./libraries/Reader.sol";
import {STEP_TREE_DEPTH, StepTree} from "./libraries/StepTree.sol";
import {Trades} from "./libraries/Trades.sol";
import {Witness} from "./libraries/Witness.sol";

/// @title Parley's disputes
/// @dev Everything is judged from what was posted: `data` is that of the header, and the header that of the vault. The
///      vault looks at the form of neither beyond their hashes and the number of steps.
contract Disputes is IDisputes, StepRerun, ReentrancyGuardTransient {
    using GlobalRecord for bytes;
    using Reader for Reader.Cursor;
    using SafeERC20 for IERC20;

    /// @dev Where u64 queueIndex of a queued record ends.
    uint256 private constant QUEUE_INDEX_END = 10;

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
        Verifiers memory verifiers
    ) StepRerun(address(vault_), verifiers) {
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

    /// @dev Whether a record does not lie where the table says, or is no command that may stand there. An entry of the queue that
    ///      is not the vault's may not: then nothing that it names (a leaf, an amount, a listing) need be shown to be impossible.
    function _isUndecodable(bytes calldata data, uint256 step) private view returns (bool) {
        try this.recordAt(data, step) returns (bytes memory record) {
            if (record.length < 2 || uint8(record[0]) != Commands.VERSION) return true;
            uint256 kind = uint8(record[1]);
            if (Commands.isQueued(kind)) return !_isQueued(record);
            return !Commands.isKnown(kind) || (kind == Commands.PRICE && step != 0);
        } catch (bytes memory reason) {
            bytes4 selector = bytes4(reason);
            return selector == WrongOffset.selector || selector == DataTooShort.selector;
        }
    }

    /// @dev Whether the vault's queue has the entry where it says that it stands.
    function _isQueued(bytes memory record) private view returns (bool) {
        if (record.length < QUEUE_INDEX_END) return false;
        uint64 index;
        assembly ("memory-safe") {
            index := shr(192, mload(add(record, 0x22)))
        }
        return index < vault.state().queueLength
            && Hashing.pair(vault.queueHashAt(index), keccak256(record)) == vault.queueHashAt(index + 1);
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

    /// @dev A step that leads to another root is shown by running it again: whatever root that comes to is the only one. A step that
    ///      is none is shown by its refusal, where that stands on what is proven; where it stands on something that does not
    ///      exist, that is shown to be absent, for a witness may leave out what exists.
    function _isStepWrong(Header.Batch memory batch, bytes calldata data, uint256 step, bytes calldata evidence)
        private
        view
        returns (bool)
    {
        bytes32 rootBefore = step == 0 ? batch.parentRoot : _rootAfter(data, step - 1);
        bytes calldata record = _record(data, step);
        if (evidence.length < 5) revert WitnessUnusable("");
        uint256 form = uint8(evidence[0]);
        if (form == uint256(Evidence.AbsentAccount)) return _isAccountAbsent(rootBefore, record, evidence[1:]);
        if (form == uint256(Evidence.AbsentListing)) return _isListingAbsent(rootBefore, record, evidence[1:]);
        if (form != uint256(Evidence.Rerun)) revert WitnessUnusable("");
        (bytes32 root, bytes memory reason) = _tryRerun(rootBefore, step, record, _witnessOf(evidence));
        return reason.length == 0 ? root != _rootAfter(data, step) : _isProvenRefusal(reason, record, evidence);
    }

    function _witnessOf(bytes calldata evidence) private pure returns (bytes calldata) {
        uint256 size = uint32(bytes4(evidence[1:5]));
        if (evidence.length < 5 + size) revert WitnessUnusable("");
        return evidence[5:5 + size];
    }

    function _absenceOf(bytes calldata evidence) private pure returns (bytes calldata) {
        return evidence[5 + _witnessOf(evidence).length:];
    }

    function _tryRerun(bytes32 rootBefore, uint256 step, bytes calldata record, bytes calldata witness)
        private
        view
        returns (bytes32, bytes memory)
    {
        try this.rerunStep(rootBefore, step, record, witness) returns (bytes32 root) {
            return (root, "");
        } catch (bytes memory reason) {
            // Without a reason it ran out of gas, which is the sender's fault.
            if (reason.length == 0) revert WitnessUnusable(reason);
            return (0, reason);
        }
    }

    /// @dev What a verifier reverted with.
    struct Refusal {
        uint256 code;
        uint256 item;
        int256 got;
        bytes reason;
    }

    /// @dev A refusal counts if nothing that the challenger chose can have caused it.
    function _isProvenRefusal(bytes memory reason, bytes calldata record, bytes calldata evidence)
        private
        view
        returns (bool)
    {
        Refusal memory refusal = _refusal(reason);
        return _standsAlone(refusal, uint8(record[1])) || _standsOnAccounts(refusal, record, evidence);
    }

    /// @dev What is said of the record alone, or of a price, which is read against the global record and a feeder set that its
    ///      hash proves.
    function _standsAlone(Refusal memory refusal, uint256 kind) private pure returns (bool) {
        uint256 code = refusal.code;
        if (!Commands.isQueued(kind) && (code == Codes.NO_ACCOUNT || code == Codes.NOT_LISTED)) {
            revert WitnessUnusable(refusal.reason);
        }
        return code == Codes.UNDECODABLE || code == Codes.BAD_COUNT || code == Codes.BAD_FIELD
            || code == Codes.QUEUE_ORDER || kind == Commands.PRICE;
    }

    function _standsOnAccounts(Refusal memory refusal, bytes calldata record, bytes calldata evidence)
        private
        view
        returns (bool)
    {
        Run memory run;
        bool isTheirs = _proveAccounts(run, record, _witnessOf(evidence));
        if (refusal.code == Codes.STEP_LIMIT) return isTheirs;
        return refusal.code != Codes.SIGNER_MISMATCH || _isKeyAbsent(run.global, record, refusal, _absenceOf(evidence));
    }

    /// @dev Refused(uint16 code, uint256 item, int256 got, int256 limit)
    function _refusal(bytes memory reason) private pure returns (Refusal memory refusal) {
        if (bytes4(reason) != Refused.selector || reason.length != 4 + 4 * 32) revert WitnessUnusable(reason);
        refusal.reason = reason;
        assembly ("memory-safe") {
            mstore(refusal, mload(add(reason, 0x24)))
            mstore(add(refusal, 0x20), mload(add(reason, 0x44)))
            mstore(add(refusal, 0x40), mload(add(reason, 0x64)))
        }
    }

    /// @dev Proves the accounts of a step's witness against the root before it, which the verifiers do last.
    /// @return isTheirs Whether they are those of the trade's parties, each once and no other
    function _proveAccounts(Run memory run, bytes calldata record, bytes calldata witness)
        private
        pure
        returns (bool isTheirs)
    {
        run.accountsRoot = bytes32(witness[:32]);
        run.global = witness[32:32 + GlobalRecord.SIZE];
        Reader.Cursor memory stream = Reader.overWitness(witness[_findPricing(run, witness):]);
        if (!Trades.isTrade(record) && uint8(record[1]) != Commands.FORCED_REDUCE) {
            (, Witness.Place memory only) = Witness.account(stream, 0);
            Witness.replace(only, run.accountsRoot, only.leaf, 0);
            return true;
        }
        Trades.Signers memory parties;
        uint256 n = 2;
        if (Trades.isTrade(record)) {
            parties = Trades.signers(record);
            n = Reader.u8At(stream.take(1));
        }
        if (n == 0) revert BadWitness(WitnessPart.Account, 0, 0);
        Witness.Place[] memory places = new Witness.Place[](n);
        bytes32[] memory leaves = new bytes32[](n);
        isTheirs = true;
        for (uint256 i = 0; i < n; ++i) {
            AccountLeaf.Account memory account;
            (account, places[i]) = Witness.account(stream, i);
            leaves[i] = places[i].leaf;
            if (leaves[i] == 0 || (i != 0 && places[i].index <= places[i - 1].index)) {
                revert BadWitness(WitnessPart.Account, i, places[i].index);
            }
            isTheirs = isTheirs && _isParty(parties, account.owner, account.number);
        }
        Witness.replaceAll(places, leaves, run.accountsRoot);
    }

    function _isParty(Trades.Signers memory parties, address owner, uint256 account) private pure returns (bool) {
        for (uint256 i = 0; i < parties.owners.length; ++i) {
            if (parties.owners[i] == owner && parties.accounts[i] == account) return true;
        }
        return false;
    }

    /// @dev Whose account a signature of a trade, a withdrawal or a cancel is for; nobody's if there is no such signature.
    function _party(bytes calldata record, uint256 item) private pure returns (address owner, uint32 account) {
        if (Trades.isTrade(record)) {
            Trades.Signers memory parties = Trades.signers(record);
            if (parties.whole && item < parties.owners.length) return (parties.owners[item], parties.accounts[item]);
        } else if (item == 0 && record.length >= 26) {
            return (address(bytes20(record[2:22])), uint32(bytes4(record[22:26])));
        }
        revert BadWitness(WitnessPart.Account, item, record.length);
    }

    /// @dev `state | u8 item | u32 bitmap | siblings`: no leaf stands where the vault would have put the account of that party.
    function _isAccountAbsent(bytes32 rootBefore, bytes calldata record, bytes calldata evidence)
        private
        view
        returns (bool)
    {
        Run memory run;
        _start(run, evidence, rootBefore);
        if (!Trades.isTrade(record) && !Commands.isOwners(uint8(record[1]))) return false;
        bytes calldata rest = evidence[32 + GlobalRecord.SIZE:];
        if (rest.length == 0) revert WitnessTooShort(evidence.length + 1, evidence.length);
        (address owner, uint32 account) = _party(record, uint8(rest[0]));
        uint32 index = vault.accountIndex(owner, account);
        return index == 0 || _isEmpty(run.accountsRoot, index, Witness.ACCOUNTS_DEPTH, rest[1:]);
    }

    /// @dev `state | u8 item | u8 leg | u32 bitmap | siblings`: no leaf stands where the vault would have listed the asset.
    function _isListingAbsent(bytes32 rootBefore, bytes calldata record, bytes calldata evidence)
        private
        view
        returns (bool)
    {
        Run memory run;
        _start(run, evidence, rootBefore);
        bytes calldata rest = evidence[32 + GlobalRecord.SIZE:];
        if (rest.length < 2) revert WitnessTooShort(evidence.length + 2, evidence.length);
        bool exists;
        uint64 asset;
        if (Trades.isTrade(record)) {
            (exists, asset) = Trades.assetOf(Trades.signers(record), uint8(rest[0]), uint8(rest[1]));
        } else if (uint8(record[1]) == Commands.WITHDRAW && record.length >= 34) {
            (exists, asset) = (true, uint64(bytes8(record[26:34])));
        }
        if (!exists) revert BadWitness(WitnessPart.Listing, uint8(rest[0]), uint8(rest[1]));
        IVault.Listing memory listing = vault.listing(asset);
        bytes32 root = run.global.b32(GlobalRecord.LISTINGS_ROOT);
        return !listing.listed || _isEmpty(root, listing.index, Witness.LISTINGS_DEPTH, rest[2:]);
    }

    /// @dev The signer is no key of the account: the vault never queued it, or it has not come into the state.
    function _isKeyAbsent(bytes memory global, bytes calldata record, Refusal memory refusal, bytes calldata absence)
        private
        view
        returns (bool)
    {
        (address owner, uint32 account) = _party(record, refusal.item);
        address signer = address(uint160(uint256(refusal.got)));
        (uint32 index, bool registered) = vault.requests().keyIndex(owner, account, signer);
        return !registered || _isEmpty(global.b32(GlobalRecord.KEYS_ROOT), index, Witness.KEYS_DEPTH, absence);
    }

    /// @dev `u32 bitmap | siblings`: the leaf at the index is empty.
    function _isEmpty(bytes32 root, uint256 index, uint256 depth, bytes calldata proof) private pure returns (bool) {
        Reader.Cursor memory stream = Reader.overWitness(proof);
        uint256 bitmap = Reader.u32At(stream.take(4));
        uint256 siblings = stream.take(32 * Hashing.siblingCount(bitmap));
        return bitmap >> depth == 0 && Hashing.fold(0, index, depth, bitmap, siblings) == root;
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
