// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "./interfaces/IRefusals.sol";
import {IStepRerun} from "./interfaces/IStepRerun.sol";
import {IVerifier} from "./interfaces/IVerifier.sol";
import {Commands} from "./libraries/Commands.sol";
import {Eip712} from "./libraries/Eip712.sol";
import {GlobalRecord} from "./libraries/GlobalRecord.sol";
import {Hashing} from "./libraries/Hashing.sol";
import {Header} from "./libraries/Header.sol";
import {Reader} from "./libraries/Reader.sol";
import {STEP_TREE_DEPTH, StepTree} from "./libraries/StepTree.sol";

/// @title Runs the steps of a batch again
/// @dev What the vault does to prove a batch and a dispute does to one of its steps is one code.
abstract contract StepRerun is IStepRerun {
    using GlobalRecord for bytes;
    using Reader for Reader.Cursor;

    /// @dev The data's table has `u32 offset | b32 root after the step` for each step.
    uint256 internal constant ENTRY = 36;

    /// @dev Bounds of a step's witness, from the limits of what it holds: the fullest leaf and 32 siblings are 4,158 bytes, a
    ///      listing 558, a key 1,042. A forced reduction has two accounts.
    uint256 private constant STEP_WITNESS = 2 * 4_158;
    uint256 private constant FILL_WITNESS = 4_158 + 1_042 + 16 * 558 + 1;
    uint256 private constant FILL_COUNT_OFFSET = 155;
    uint256 private constant STATE = 32 + GlobalRecord.SIZE;
    /// @dev A pricing of neither price nor parameters.
    uint256 private constant NO_PRICING = 6;

    /// @notice Runs commands 1 to 5 again.
    IVerifier public immutable queueVerifier;
    /// @notice Runs commands 6 to 8 again.
    IVerifier public immutable forcedVerifier;
    /// @notice Runs commands 16 to 19 again.
    IVerifier public immutable accountVerifier;
    /// @notice Runs command 32 again.
    IVerifier public immutable priceVerifier;
    /// @notice Runs command 48 again.
    IVerifier public immutable tradeVerifier;

    /// @dev For whom users sign: the vault.
    address private immutable VERIFYING_CONTRACT;
    uint256 private immutable CHAIN_ID;
    bytes32 private immutable DOMAIN_SEPARATOR;

    /// @dev A run over steps, in memory.
    struct Run {
        bytes32 domain;
        bytes global;
        bytes32 accountsRoot;
        // Where the pricing is in calldata, and whether a step needed it.
        uint256 pricingAt;
        uint256 pricingSize;
        bool priced;
        uint256 step;
        bytes32[STEP_TREE_DEPTH] frontier;
    }

    constructor(address verifyingContract, Verifiers memory verifiers) {
        VERIFYING_CONTRACT = verifyingContract;
        queueVerifier = verifiers.queue;
        forcedVerifier = verifiers.forced;
        accountVerifier = verifiers.account;
        priceVerifier = verifiers.price;
        tradeVerifier = verifiers.trade;
        CHAIN_ID = block.chainid;
        DOMAIN_SEPARATOR = Eip712.domainSeparator(block.chainid, verifyingContract);
    }

    function _domainSeparator() internal view returns (bytes32) {
        // After a fork of the chain, what was signed for one side must not hold on the other.
        return block.chainid == CHAIN_ID ? DOMAIN_SEPARATOR : Eip712.domainSeparator(block.chainid, VERIFYING_CONTRACT);
    }

    /// @dev The data are those of the header, and hold as many records as it says. Where the records lie is checked as
    ///      they are read.
    function _requireData(Header.Batch memory batch, bytes calldata data) internal pure {
        bytes32 hash = Hashing.keccakCalldata(data);
        if (hash != batch.dataHash) revert WrongDataHash(hash, batch.dataHash);
        if (batch.steps == 0 || batch.steps > StepTree.MAX_STEPS) {
            revert WrongStepCount(batch.steps, StepTree.MAX_STEPS);
        }
        uint256 needed = 4 + ENTRY * uint256(batch.steps);
        if (data.length < needed) revert DataTooShort(needed, data.length);
        uint256 steps = uint32(bytes4(data[:4]));
        if (steps != batch.steps) revert WrongStepCount(steps, batch.steps);
    }

    /// @dev Reads `b32 accountsRoot | global record`, which must be the state that the steps begin from.
    function _start(Run memory run, bytes calldata witness, bytes32 expected) internal view {
        if (witness.length < STATE) revert WitnessTooShort(STATE, witness.length);
        run.accountsRoot = bytes32(witness[:32]);
        run.global = witness[32:STATE];
        bytes32 root = run.global.stateRoot(run.accountsRoot);
        if (root != expected) revert WrongState(root, expected);
        run.domain = _domainSeparator();
    }

    /// @dev Finds the pricing behind the state and returns where the steps' part begins. The first step that needs the pricing
    ///      proves it.
    function _findPricing(Run memory run, bytes calldata witness) internal pure returns (uint256 used) {
        Reader.Cursor memory stream = Reader.overWitness(witness);
        run.pricingAt = stream.take(STATE) + STATE;
        stream.take(Reader.u32At(stream.take(4)));
        stream.take(Reader.u16At(stream.take(2)));
        used = stream.used();
        run.pricingSize = used - STATE;
    }

    /// @dev Everything of the witness was needed.
    function _requireAllUsed(Run memory run, bytes calldata witness, uint256 used) internal pure {
        if (used != witness.length) revert WitnessLeft(witness.length - used);
        if (!run.priced && run.pricingSize != NO_PRICING) revert WitnessLeft(run.pricingSize);
    }

    /// @dev Runs steps up to `upTo` again; everything of the witness must be used by then.
    function _runSteps(Run memory run, bytes calldata data, bytes calldata witness, uint256 upTo) internal view {
        uint256 used = _findPricing(run, witness);
        while (run.step < upTo) {
            bytes calldata record = _record(data, run.step);
            used += _runStep(run, record, _ahead(witness[used:], record));
            bytes32 rootAfter = run.global.stateRoot(run.accountsRoot);
            bytes32 leaf = StepTree.leaf(run.step, Hashing.keccakCalldata(record), rootAfter);
            StepTree.append(run.frontier, run.step, leaf);
            bytes32 published = _rootAfter(data, run.step);
            if (rootAfter != published) revert WrongRoot(rootAfter, published);
            ++run.step;
        }
        _requireAllUsed(run, witness, used);
    }

    /// @dev As much of the stream as the step can need. Every byte handed to a verifier is copied once, which over a long
    ///      stream would cost more than the steps themselves.
    function _ahead(bytes calldata witness, bytes calldata record) private pure returns (bytes calldata) {
        uint256 most = STEP_WITNESS;
        if (record.length > FILL_COUNT_OFFSET && uint8(record[1]) == Commands.TRADE) {
            most += uint8(record[FILL_COUNT_OFFSET]) * FILL_WITNESS;
        }
        return witness.length <= most ? witness : witness[:most];
    }

    function _runStep(Run memory run, bytes calldata record, bytes calldata witness)
        internal
        view
        returns (uint256 used)
    {
        if (record.length < 2 || uint8(record[0]) != Commands.VERSION) {
            revert UnexpectedCommand(run.step, record.length == 0 ? 0 : uint8(record[0]));
        }
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        bytes memory globalAfter;
        (globalAfter, used) = _call(run, record, witness);
        bytes memory global = run.global;
        uint256 size = GlobalRecord.SIZE;
        assembly ("memory-safe") {
            // Keep the record in its one place and give back the memory of the call: the next step needs as much again,
            // and memory costs more the further it reaches.
            mcopy(add(global, 0x20), add(globalAfter, 0x20), size)
            mstore(0x40, free)
        }
    }

    function _call(Run memory run, bytes calldata record, bytes calldata witness)
        private
        view
        returns (bytes memory globalAfter, uint256 used)
    {
        bool priced;
        (globalAfter, run.accountsRoot, used, priced) = _verifierOf(uint8(record[1]), run.step)
            .rerun(run.domain, run.global, run.accountsRoot, _pricing(run, record), record, witness);
        if (priced) run.priced = true;
    }

    /// @dev The pricing, for the commands that may need it.
    function _pricing(Run memory run, bytes calldata record) private pure returns (bytes calldata pricing) {
        uint256 ptr = run.pricingAt;
        uint256 size = Commands.isMargined(uint8(record[1])) ? run.pricingSize : 0;
        assembly ("memory-safe") {
            pricing.offset := ptr
            pricing.length := size
        }
    }

    function _verifierOf(uint256 kind, uint256 step) private view returns (IVerifier) {
        if (kind == Commands.TRADE) return tradeVerifier;
        if (Commands.isQueued(kind)) return kind < Commands.FORCED_WITHDRAW ? queueVerifier : forcedVerifier;
        if (Commands.isOwners(kind)) return accountVerifier;
        // A price closes the batch before it: so there is one per batch, and it stands first.
        if (kind == Commands.PRICE && step == 0) return priceVerifier;
        revert UnexpectedCommand(step, kind);
    }

    /// @dev Record i lies between its offset and the next, the first behind the table, the last up to the end.
    function _record(bytes calldata data, uint256 step) internal pure returns (bytes calldata) {
        uint256 steps = uint32(bytes4(data[:4]));
        uint256 start = _offset(data, step);
        uint256 table = 4 + ENTRY * steps;
        if (step == 0 && start != table) revert WrongOffset(step, start, table);
        uint256 end = step + 1 == steps ? data.length : _offset(data, step + 1);
        if (end > data.length) revert DataTooShort(end, data.length);
        if (start > end) revert WrongOffset(step, start, end);
        return data[start:end];
    }

    /// @dev The state root after a step, as the data claim it.
    function _rootAfter(bytes calldata data, uint256 step) internal pure returns (bytes32) {
        uint256 ptr;
        assembly ("memory-safe") {
            ptr := data.offset
        }
        return Reader.b32At(ptr + 8 + ENTRY * step);
    }

    function _offset(bytes calldata data, uint256 step) private pure returns (uint256) {
        uint256 ptr;
        assembly ("memory-safe") {
            ptr := data.offset
        }
        return Reader.u32At(ptr + 4 + ENTRY * step);
    }
}
