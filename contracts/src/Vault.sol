// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {IDataPacking} from "./interfaces/IDataPacking.sol";
import {IExit} from "./interfaces/IExit.sol";
import {IRequests} from "./interfaces/IRequests.sol";
import {IVault} from "./interfaces/IVault.sol";
import {StepRerun} from "./StepRerun.sol";
import {AssetIds} from "./libraries/AssetIds.sol";
import {Commands} from "./libraries/Commands.sol";
import {GlobalRecord} from "./libraries/GlobalRecord.sol";
import {Hashing} from "./libraries/Hashing.sol";
import {Header} from "./libraries/Header.sol";
import {STEP_TREE_DEPTH, StepTree} from "./libraries/StepTree.sol";

/// @title Parley's vault
/// @dev A batch becomes final in one of two ways: proven, all its steps having been run again here; or optimistic, nobody having shown
///      to {IDisputes} within the window that it is wrong. Either way finality is a prefix.
contract Vault is IVault, StepRerun, ReentrancyGuardTransient {
    using GlobalRecord for bytes;
    using SafeERC20 for IERC20;

    uint256 private constant MAX_CLAIMS = 2 ** 62;
    uint256 private constant MAX_NAME = 64;
    uint256 private constant MAX_LISTINGS = 2 ** 16;
    uint256 private constant UNIT_DECIMALS = 8;
    uint256 private constant MAX_DECIMALS = 36;

    /// @dev What a transfer may use. With less left, a caller could starve a transfer so that it is owed instead of paid.
    uint256 private constant TRANSFER_GAS = 200_000;

    /// @inheritdoc IVault
    address public immutable governor;
    /// @notice The clearing operator: may post batches before they are proven.
    address public immutable operator;
    /// @inheritdoc IVault
    IDisputes public immutable disputes;
    /// @inheritdoc IVault
    uint64 public immutable window;
    IExit public immutable exit;
    /// @inheritdoc IVault
    IRequests public immutable requests;
    /// @inheritdoc IVault
    IDataPacking public immutable dataPacking;
    /// @inheritdoc IVault
    uint64 public immutable freezeAfter;
    /// @inheritdoc IVault
    uint64 public immutable forceAfter;

    /// @dev A batch that was posted and is not final.
    /// @dev `epoch` is that of the bond which stood behind it when it was posted, 0 if it can be final by proof only.
    struct Posted {
        bytes32 headerHash;
        bytes32 root;
        uint64 time;
        uint64 epoch;
    }

    /// @dev How far a posted batch is proven.
    struct Progress {
        bytes32 headerHash;
        bytes32 root;
        uint32 step;
        bytes32[STEP_TREE_DEPTH] frontier;
    }

    bytes32 private _verifiedRoot;
    uint64 private _verifiedSequence;
    uint64 private _postedSequence;
    /// @dev The last batch that may become final by its window: until then it can be cut off, but not replaced.
    uint64 private _optimisticSequence;
    /// @dev A slashed bond takes the window away from all batches that it stood behind.
    uint64 private _bondEpoch = 1;
    uint64 private _queueLength;
    uint64 private _queueCursor;
    /// @dev Of all fees ever collected, those that were credited to a relayer.
    uint64 private _feesCredited;
    uint32 private _accountCount;
    uint32 private _listingCount;
    /// @inheritdoc IVault
    uint64 public frozenAt;

    Progress private _progress;
    mapping(uint64 sequence => Posted) private _posted;

    /// @inheritdoc IVault
    mapping(uint64 index => bytes32) public queueHashAt;
    /// @inheritdoc IVault
    mapping(uint64 index => uint64) public queuedAt;
    /// @inheritdoc IVault
    mapping(address owner => mapping(uint32 account => uint32)) public accountIndex;
    mapping(uint64 asset => Listing) private _listings;

    /// @inheritdoc IVault
    bytes32 public withdrawalHash;
    /// @inheritdoc IVault
    bytes32 public paidHash;
    /// @inheritdoc IVault
    mapping(uint64 sequence => bytes32) public withdrawalHashOf;
    /// @inheritdoc IVault
    mapping(uint64 asset => mapping(address to => uint64)) public owed;
    /// @inheritdoc IVault
    mapping(uint64 asset => uint64) public totalOwed;

    constructor(
        address governor_,
        address operator_,
        Verifiers memory verifiers,
        IDisputes disputes_,
        uint64 window_,
        IExit exit_,
        IRequests requests_,
        uint64 freezeAfter_,
        uint64 forceAfter_,
        IDataPacking dataPacking_
    ) StepRerun(address(this), verifiers) {
        // Each is made with the other's address, the vault last: none stands without its way out.
        if (exit_.vault() != this) revert WrongExit(address(exit_.vault()), address(this));
        // An operator that may not leave an entry behind must learn it before the market is lost.
        if (forceAfter_ >= freezeAfter_) revert BadArgument(8, forceAfter_);
        if (requests_.vault() != this) revert WrongRequests(address(requests_.vault()), address(this));
        exit = exit_;
        requests = requests_;
        dataPacking = dataPacking_;
        freezeAfter = freezeAfter_;
        forceAfter = forceAfter_;
        governor = governor_;
        operator = operator_;
        disputes = disputes_;
        window = window_;
        _verifiedRoot = GlobalRecord.genesis().stateRoot(0);
    }

    function _requireRunning() private view {
        if (frozenAt != 0) revert VaultFrozen(frozenAt);
    }

    // ---------------------------------------------------------------------------------------------------------- queue

    /// @inheritdoc IVault
    function deposit(uint64 asset, uint256 amount, uint32 account) external nonReentrant returns (uint64) {
        return _deposit(msg.sender, asset, amount, account);
    }

    /// @inheritdoc IVault
    function depositFor(address owner, uint64 asset, uint256 amount, uint32 account)
        external
        nonReentrant
        returns (uint64)
    {
        if (owner == address(0)) revert BadArgument(0, 0);
        return _deposit(owner, asset, amount, account);
    }

    function _deposit(address owner, uint64 asset, uint256 amount, uint32 account) private returns (uint64) {
        uint64 units = _collect(asset, amount);
        uint32 index = accountIndex[owner][account];
        if (index == 0) {
            index = ++_accountCount;
            accountIndex[owner][account] = index;
        }
        return _queue(Commands.deposit(_queueLength, index, owner, account, asset, units, msg.sender));
    }

    /// @dev Takes the caller's tokens and returns how many units they are.
    function _collect(uint64 asset, uint256 amount) private returns (uint64) {
        Listing storage listed = _listings[asset];
        IERC20 token = IERC20(listed.token);
        if (address(token) == address(0)) revert NoToken(asset);
        uint256 units = _unitsOf(listed.decimals, amount);
        uint256 claims = listed.claims + units;
        if (claims >= MAX_CLAIMS) revert ClaimsTooLarge(claims, MAX_CLAIMS);
        listed.claims = uint64(claims);

        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert WrongAmountReceived(received, amount);
        return uint64(units);
    }

    /// @inheritdoc IVault
    function list(uint64 asset, string calldata name, address token, uint8 decimals) external returns (uint64) {
        if (msg.sender != governor) revert NotGovernor(msg.sender);
        if (!AssetIds.isCanonical(asset)) revert BadArgument(0, asset);
        _requireName(bytes(name));
        uint256 kind = AssetIds.kind(asset);
        if (token != address(0) && kind != AssetIds.KIND_CASH && kind != AssetIds.KIND_SPOT) {
            revert BadArgument(2, uint160(token));
        }
        if (decimals > MAX_DECIMALS) revert BadArgument(3, decimals);
        Listing storage listed = _listings[asset];
        if (listed.listed) revert AlreadyListed(asset);
        uint32 index = _listingCount;
        if (index >= MAX_LISTINGS) revert ListingsFull(index);
        _listingCount = index + 1;
        listed.listed = true;
        listed.token = token;
        listed.decimals = decimals;
        listed.index = uint16(index);
        return _queue(Commands.listAsset(_queueLength, index, asset, bytes(name)));
    }

    /// @dev A wallet shows the name to whoever signs: nothing that could look like something else.
    function _requireName(bytes calldata name) private pure {
        if (name.length == 0 || name.length > MAX_NAME) revert BadArgument(1, name.length);
        for (uint256 i = 0; i < name.length; ++i) {
            if (name[i] <= 0x20 || name[i] >= 0x7f) revert BadArgument(1, uint8(name[i]));
        }
    }

    /// @inheritdoc IVault
    function enqueue(uint256 kind, bytes calldata body) external returns (uint64) {
        if (msg.sender != address(requests)) revert NotRequests(msg.sender);
        return _queue(Commands.entry(kind, _queueLength, body));
    }

    function _queue(bytes memory command) private returns (uint64 index) {
        _requireRunning();
        index = _queueLength;
        queuedAt[index] = uint64(block.timestamp);
        bytes32 hash = Hashing.pair(queueHashAt[index], Hashing.keccak(command));
        queueHashAt[index + 1] = hash;
        _queueLength = index + 1;
        emit Queued(index, hash, command);
    }

    // -------------------------------------------------------------------------------------------------------- batches

    /// @inheritdoc IVault
    function post(bytes calldata header, bytes calldata data) external {
        Header.Batch memory batch = Header.decode(header);
        _requireData(batch, data);
        _post(batch);
    }

    /// @inheritdoc IVault
    function postPacked(bytes calldata header, bytes calldata packed) external {
        Header.Batch memory batch = Header.decode(header);
        (bytes32 hash, uint256 steps) = dataPacking.digest(_domainSeparator(), packed);
        if (hash != batch.dataHash) revert WrongDataHash(hash, batch.dataHash);
        if (steps != batch.steps) revert WrongStepCount(steps, batch.steps);
        _post(batch);
    }

    function _post(Header.Batch memory batch) private {
        _requireRunning();
        if (msg.sender != operator) revert NotOperator(msg.sender);
        if (batch.sequence <= _verifiedSequence || batch.sequence > _postedSequence + 1) {
            revert WrongSequence(batch.sequence, _postedSequence + 1);
        }
        if (batch.sequence <= _optimisticSequence) revert NotReplaceable(batch.sequence);
        bytes32 parent = batch.sequence == _verifiedSequence + 1 ? _verifiedRoot : _posted[batch.sequence - 1].root;
        if (batch.parentRoot != parent) revert WrongParent(batch.parentRoot, parent);
        uint64 epoch = batch.verifiedOnly || !disputes.bonded() ? 0 : _bondEpoch;
        if (epoch != 0) _optimisticSequence = batch.sequence;
        _posted[batch.sequence] =
            Posted({headerHash: batch.hash, root: batch.root, time: uint64(block.timestamp), epoch: epoch});
        _postedSequence = batch.sequence;
        emit BatchPosted(batch.sequence, batch.hash, batch.parentRoot, batch.root, batch.steps);
    }

    /// @inheritdoc IVault
    function prove(
        bytes calldata header,
        bytes calldata data,
        bytes calldata witness,
        uint32 upTo,
        uint32 relayerAccount
    ) external nonReentrant {
        Header.Batch memory batch = Header.decode(header);
        _requireNext(batch);
        if (batch.sequence > _postedSequence || _posted[batch.sequence].headerHash != batch.hash) {
            revert NotPosted(batch.sequence, batch.hash);
        }
        _requireData(batch, data);

        Run memory run;
        bytes32 expected = batch.parentRoot;
        if (_progress.headerHash == batch.hash) {
            expected = _progress.root;
            run.step = _progress.step;
            run.frontier = _progress.frontier;
        }
        if (upTo <= run.step || upTo > batch.steps) revert WrongRange(run.step, upTo, batch.steps);
        uint256 first = run.step;
        _start(run, witness, expected);
        if (first == 0) _requireQueueFrom(batch, run);
        _runSteps(run, data, witness, upTo);
        if (upTo == batch.steps) {
            _finish(batch, run, relayerAccount);
        } else {
            _keep(batch, run, first);
        }
    }

    /// @inheritdoc IVault
    function finalize(bytes calldata header, bytes calldata stateAfter, uint32 relayerAccount) external nonReentrant {
        Header.Batch memory batch = Header.decode(header);
        _requireNext(batch);
        Posted storage entry = _posted[batch.sequence];
        if (batch.sequence > _postedSequence || entry.headerHash != batch.hash) {
            revert NotPosted(batch.sequence, batch.hash);
        }
        if (entry.epoch != _bondEpoch) revert NeedsProof(batch.sequence);
        uint256 closes = uint256(entry.time) + window;
        if (block.timestamp < closes) revert WindowOpen(batch.sequence, block.timestamp, closes);
        Run memory run;
        _start(run, stateAfter, batch.root);
        uint256 size = 32 + GlobalRecord.SIZE;
        if (stateAfter.length != size) revert WitnessLeft(stateAfter.length - size);
        uint64 fees = _conclude(batch, run.global, relayerAccount);
        emit BatchFinalized(batch.sequence, batch.root, msg.sender, batch.steps, fees);
    }

    /// @inheritdoc IVault
    function cut(uint64 sequence) external {
        if (msg.sender != address(disputes)) revert NotDisputes(msg.sender);
        if (sequence <= _verifiedSequence || sequence > _postedSequence) {
            revert WrongSequence(sequence, _verifiedSequence + 1);
        }
        emit BatchesCut(sequence, _postedSequence, _posted[sequence].headerHash);
        _postedSequence = sequence - 1;
        _optimisticSequence = 0;
        ++_bondEpoch;
    }

    /// @inheritdoc IVault
    function settle(bytes calldata header, bytes calldata data, bytes calldata witness, uint32 relayerAccount)
        external
        nonReentrant
    {
        Header.Batch memory batch = Header.decode(header);
        _requireNext(batch);
        _requireData(batch, data);
        if (batch.sequence > _postedSequence || _posted[batch.sequence].headerHash != batch.hash) {
            // The steps would prove themselves, but whose log they are is the operator's word: anyone can make a valid batch out of
            // some of the signed commands, and the log would then no longer be what the chain has.
            if (msg.sender != operator) revert NotPosted(batch.sequence, batch.hash);
            if (batch.sequence <= _optimisticSequence) revert NotReplaceable(batch.sequence);
            _postedSequence = batch.sequence;
            emit BatchPosted(batch.sequence, batch.hash, batch.parentRoot, batch.root, batch.steps);
        }
        Run memory run;
        _start(run, witness, batch.parentRoot);
        _requireQueueFrom(batch, run);
        _runSteps(run, data, witness, batch.steps);
        _finish(batch, run, relayerAccount);
    }

    /// @dev Finality is a prefix: only the batch after the last verified one can be proven.
    function _requireNext(Header.Batch memory batch) private view {
        _requireRunning();
        uint64 next = _verifiedSequence + 1;
        if (batch.sequence != next) revert WrongSequence(batch.sequence, next);
        if (batch.parentRoot != _verifiedRoot) revert WrongParent(batch.parentRoot, _verifiedRoot);
    }

    function _requireQueueFrom(Header.Batch memory batch, Run memory run) private pure {
        uint64 cursor = uint64(run.global.u64(GlobalRecord.QUEUE_CURSOR));
        if (batch.queueFrom != cursor) revert WrongQueueRange(batch.queueFrom, cursor);
    }

    /// @dev Keeps how far the batch is proven.
    function _keep(Header.Batch memory batch, Run memory run, uint256 first) private {
        bytes32 root = run.global.stateRoot(run.accountsRoot);
        _progress.headerHash = batch.hash;
        _progress.root = root;
        _progress.step = uint32(run.step);
        for (uint256 level = 0; level < STEP_TREE_DEPTH; ++level) {
            // Nodes of absent bits are never read, and those below the highest bit that changed are the only new ones.
            if ((run.step >> level) & 1 == 1 && (first >> level) != (run.step >> level)) {
                _progress.frontier[level] = run.frontier[level];
            }
        }
        emit BatchAdvanced(batch.sequence, batch.hash, uint32(run.step), root);
    }

    /// @dev All steps ran: what the header claims must be what was found.
    function _finish(Header.Batch memory batch, Run memory run, uint32 relayerAccount) private {
        bytes memory global = run.global;
        bytes32 root = global.stateRoot(run.accountsRoot);
        if (root != batch.root) revert WrongRoot(root, batch.root);
        bytes32 stepsRoot = StepTree.root(run.frontier, batch.steps);
        if (stepsRoot != batch.stepsRoot) revert WrongStepsRoot(stepsRoot, batch.stepsRoot);
        uint64 fees = _conclude(batch, global, relayerAccount);
        emit BatchVerified(batch.sequence, root, msg.sender, batch.steps, fees);
    }

    /// @dev The batch is final with this state.
    function _conclude(Header.Batch memory batch, bytes memory global, uint32 relayerAccount)
        private
        returns (uint64 fees)
    {
        uint64 cursor = uint64(global.u64(GlobalRecord.QUEUE_CURSOR));
        if (batch.queueTo != cursor) revert WrongQueueRange(batch.queueTo, cursor);
        bytes32 queueHash = global.b32(GlobalRecord.QUEUE_HASH);
        if (cursor > _queueLength || queueHash != queueHashAt[cursor]) {
            revert WrongQueueHash(cursor, queueHash, queueHashAt[cursor]);
        }
        // By the state's own time, so that it says the same whenever it is looked at, and a batch is not lost by waiting.
        uint256 time = global.u64(GlobalRecord.TIME);
        if (cursor < _queueLength && time > uint256(queuedAt[cursor]) + forceAfter) {
            revert EntryLeftBehind(cursor, time - queuedAt[cursor], forceAfter);
        }

        _verifiedSequence = batch.sequence;
        _verifiedRoot = batch.root;
        _queueCursor = cursor;
        delete _posted[batch.sequence];
        if (_progress.headerHash != 0) {
            _progress.headerHash = 0;
            _progress.root = 0;
            _progress.step = 0;
        }
        bytes32 withdrawals = global.b32(GlobalRecord.WITHDRAWAL_HASH);
        if (withdrawals != withdrawalHash) {
            withdrawalHash = withdrawals;
            withdrawalHashOf[batch.sequence] = withdrawals;
        }
        return _creditFees(uint64(global.u64(GlobalRecord.FEES_TOTAL)), relayerAccount);
    }

    /// @dev Queues what was collected since the last credit for the relayer. Without an account of its own the fees stay
    ///      in the pot and go along with a later batch.
    function _creditFees(uint64 total, uint32 relayerAccount) private returns (uint64 fees) {
        uint32 index = accountIndex[msg.sender][relayerAccount];
        fees = total - _feesCredited;
        if (index == 0 || fees == 0) return 0;
        _feesCredited = total;
        _queue(Commands.creditFee(_queueLength, index, msg.sender, relayerAccount, fees));
    }

    // ---------------------------------------------------------------------------------------------------- withdrawals

    /// @inheritdoc IVault
    function pay(uint64 sequence, Withdrawal[] calldata withdrawals) external nonReentrant {
        _pay(sequence, withdrawals, new bytes32[](0));
    }

    /// @inheritdoc IVault
    function payPart(uint64 sequence, Withdrawal[] calldata withdrawals, bytes32[] calldata rest)
        external
        nonReentrant
    {
        _pay(sequence, withdrawals, rest);
    }

    /// @dev The chain of hashes only leads forward from what was paid, so nothing can be paid twice, left out or reordered.
    function _pay(uint64 sequence, Withdrawal[] calldata withdrawals, bytes32[] memory rest) private {
        bytes32 target = withdrawalHashOf[sequence];
        if (target == 0 || withdrawals.length == 0) revert NoWithdrawals(sequence);
        bytes32 hash = paidHash;
        for (uint256 i = 0; i < withdrawals.length; ++i) {
            Withdrawal calldata w = withdrawals[i];
            hash = GlobalRecord.foldWithdrawal(hash, GlobalRecord.withdrawalItem(w.asset, w.to, w.amount));
        }
        paidHash = hash;
        for (uint256 i = 0; i < rest.length; ++i) {
            hash = GlobalRecord.foldWithdrawal(hash, rest[i]);
        }
        if (hash != target) revert WrongWithdrawals(hash, target);
        for (uint256 i = 0; i < withdrawals.length; ++i) {
            Withdrawal calldata w = withdrawals[i];
            _payOut(w.asset, w.to, w.amount);
        }
    }

    /// @inheritdoc IVault
    function claim(uint64 asset, address to) external nonReentrant {
        uint64 units = owed[asset][to];
        if (units == 0) revert NothingOwed(asset, to);
        uint64 claims = _listings[asset].claims;
        if (units > claims) revert Short(units, claims);
        owed[asset][to] = 0;
        totalOwed[asset] -= units;
        _payOut(asset, to, units);
    }

    /// @dev Pays what is payable and remembers the rest: less than a whole token unit, or all of it if the transfer fails.
    function _payOut(uint64 asset, address to, uint64 units) private {
        Listing storage listed = _listings[asset];
        uint256 tokens = _tokensOf(listed.decimals, units);
        uint64 paid = uint64(_unitsOfTokens(listed.decimals, tokens));
        if (tokens == 0 || paid > listed.claims || !_transfer(listed.token, to, tokens)) {
            paid = 0;
        } else {
            listed.claims -= paid;
            emit Paid(asset, to, paid, tokens);
        }
        if (paid != units) {
            owed[asset][to] += units - paid;
            totalOwed[asset] += units - paid;
            emit Owed(asset, to, units - paid);
        }
    }

    function _transfer(address token, address to, uint256 tokens) private returns (bool) {
        uint256 left = gasleft();
        if (left < TRANSFER_GAS) revert TooLittleGas(left, TRANSFER_GAS);
        return token != address(0) && IERC20(token).trySafeTransfer(to, tokens);
    }

    // ----------------------------------------------------------------------------------------------------------- exit

    /// @inheritdoc IVault
    function freeze() external {
        _requireRunning();
        uint64 index = _queueCursor;
        if (index == _queueLength) revert NothingQueued(index);
        uint256 age = block.timestamp - queuedAt[index];
        if (age <= freezeAfter) revert TooEarly(age, freezeAfter);
        frozenAt = uint64(block.timestamp);
        emit Frozen(index, _verifiedSequence, _verifiedRoot);
    }

    /// @inheritdoc IVault
    function release(uint64 asset, address to, uint64 units) external nonReentrant {
        if (msg.sender != address(exit) || frozenAt == 0) revert NotExit(msg.sender);
        _payOut(asset, to, units);
    }

    /// @dev Exact, or refused.
    function _unitsOf(uint256 decimals, uint256 tokens) private pure returns (uint256 units) {
        uint256 unit = decimals > UNIT_DECIMALS ? 10 ** (decimals - UNIT_DECIMALS) : 1;
        if (tokens == 0 || tokens % unit != 0) revert AmountNotExact(tokens, unit);
        if (tokens / unit >= MAX_CLAIMS) revert ClaimsTooLarge(tokens / unit, MAX_CLAIMS);
        return _unitsOfTokens(decimals, tokens);
    }

    function _unitsOfTokens(uint256 decimals, uint256 tokens) private pure returns (uint256) {
        return decimals < UNIT_DECIMALS
            ? tokens * 10 ** (UNIT_DECIMALS - decimals)
            : tokens / 10 ** (decimals - UNIT_DECIMALS);
    }

    /// @dev Rounded down to what the token can express.
    function _tokensOf(uint256 decimals, uint256 units) private pure returns (uint256) {
        return
            decimals < UNIT_DECIMALS
                ? units / 10 ** (UNIT_DECIMALS - decimals)
                : units * 10 ** (decimals - UNIT_DECIMALS);
    }

    // ---------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IVault
    function state() external view returns (State memory) {
        return State({
            verifiedSequence: _verifiedSequence,
            verifiedRoot: _verifiedRoot,
            postedSequence: _postedSequence,
            postedRoot: _postedSequence == _verifiedSequence ? _verifiedRoot : _posted[_postedSequence].root,
            queueLength: _queueLength,
            queueCursor: _queueCursor,
            progressHeader: _progress.headerHash,
            progressRoot: _progress.root,
            progressStep: _progress.step
        });
    }

    /// @inheritdoc IVault
    function posted(uint64 sequence) external view returns (PostedBatch memory batch) {
        if (sequence <= _verifiedSequence || sequence > _postedSequence) return batch;
        Posted storage entry = _posted[sequence];
        batch.headerHash = entry.headerHash;
        batch.root = entry.root;
        batch.time = entry.time;
        batch.optimistic = entry.epoch == _bondEpoch;
    }

    /// @inheritdoc IVault
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparator();
    }

    /// @inheritdoc IVault
    function listing(uint64 asset) external view returns (Listing memory) {
        return _listings[asset];
    }
}
