// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {DataPacking} from "../src/DataPacking.sol";
import {IDataPacking} from "../src/interfaces/IDataPacking.sol";
import {IVerifier} from "../src/interfaces/IVerifier.sol";
import {Eip712} from "../src/libraries/Eip712.sol";
import {GlobalRecord} from "../src/libraries/GlobalRecord.sol";
import {Header} from "../src/libraries/Header.sol";
import {STEP_TREE_DEPTH, StepTree} from "../src/libraries/StepTree.sol";
import {AccountVerifier} from "../src/verifiers/AccountVerifier.sol";
import {ForcedVerifier} from "../src/verifiers/ForcedVerifier.sol";
import {PriceVerifier} from "../src/verifiers/PriceVerifier.sol";
import {QueueVerifier} from "../src/verifiers/QueueVerifier.sol";
import {TradeVerifier} from "../src/verifiers/TradeVerifier.sol";

/// @dev Whole batches that the Java ledger made (golden/batch.json), run again step by step: every step must come to the
///      root that Java came to.
contract GoldenBatchTest is Test {
    using GlobalRecord for bytes;

    /// @dev Where a batch stands: the state, and the witness that is left.
    struct State {
        bytes global;
        bytes32 accountsRoot;
        bytes pricing;
        bytes witness;
    }

    string private json;
    bytes32 private domain;
    mapping(uint256 family => IVerifier) private verifiers;
    IVerifier private forced;
    IDataPacking private dataPacking = new DataPacking();

    function setUp() public {
        json = vm.readFile("../protocol/src/main/resources/golden/batch.json");
        domain = Eip712.domainSeparator(
            vm.parseJsonUint(json, ".domain.chainId"), vm.parseJsonAddress(json, ".domain.verifyingContract")
        );
        verifiers[0] = new QueueVerifier();
        verifiers[1] = new AccountVerifier();
        verifiers[2] = new PriceVerifier();
        verifiers[3] = new TradeVerifier();
        forced = new ForcedVerifier();
    }

    function header(bytes calldata record) external pure returns (Header.Batch memory) {
        return Header.decode(record);
    }

    function test_batchesFollowFromGenesis() public view {
        bytes32 root = vm.parseJsonBytes32(json, ".genesisRoot");
        assertEq(GlobalRecord.genesis().stateRoot(0), root);
        uint256 batches = 0;
        for (; vm.keyExistsJson(json, _batch(batches)); ++batches) {
            root = _rerun(_batch(batches), batches + 1, root);
        }
        assertEq(batches, 3);
    }

    function _rerun(string memory batch, uint256 sequence, bytes32 parentRoot) private view returns (bytes32) {
        Header.Batch memory head = this.header(vm.parseJsonBytes(json, string.concat(batch, ".header")));
        assertEq(head.sequence, sequence);
        assertEq(head.parentRoot, parentRoot);
        bytes memory data = vm.parseJsonBytes(json, string.concat(batch, ".data"));
        assertEq(head.dataHash, keccak256(data));
        assertEq(dataPacking.unpack(domain, vm.parseJsonBytes(json, string.concat(batch, ".packed"))), data);

        State memory state = _parent(vm.parseJsonBytes(json, string.concat(batch, ".witness")));
        assertEq(state.global.stateRoot(state.accountsRoot), parentRoot);
        assertEq(state.global.u64(GlobalRecord.QUEUE_CURSOR), head.queueFrom);
        bytes32[STEP_TREE_DEPTH] memory frontier;
        for (uint256 i = 0; i < head.steps; ++i) {
            StepTree.append(frontier, i, _rerunStep(state, i, string.concat(batch, ".steps[", vm.toString(i), "]")));
        }
        assertEq(state.witness.length, 0);
        assertEq(state.global.stateRoot(state.accountsRoot), head.root);
        assertEq(StepTree.root(frontier, head.steps), head.stepsRoot);
        assertEq(state.global.u64(GlobalRecord.QUEUE_CURSOR), head.queueTo);
        return head.root;
    }

    /// @return leaf The step's leaf in the tree over the batch
    function _rerunStep(State memory state, uint256 i, string memory step) private view returns (bytes32 leaf) {
        bytes memory record = vm.parseJsonBytes(json, string.concat(step, ".record"));
        uint256 used;
        uint256 kind = uint8(record[1]);
        IVerifier verifier = kind >= 6 && kind <= 8 ? forced : verifiers[kind >> 4];
        (state.global, state.accountsRoot, used,) =
            verifier.rerun(domain, state.global, state.accountsRoot, state.pricing, record, state.witness);
        bytes32 root = state.global.stateRoot(state.accountsRoot);
        assertEq(root, vm.parseJsonBytes32(json, string.concat(step, ".rootAfter")));
        assertEq(_slice(state.witness, 0, used), vm.parseJsonBytes(json, string.concat(step, ".witness")));
        state.witness = _slice(state.witness, used, state.witness.length);
        return StepTree.leaf(i, keccak256(record), root);
    }

    /// @dev The state before the batch, which its witness begins with, and the pricing behind it.
    function _parent(bytes memory witness) private pure returns (State memory state) {
        state.accountsRoot = bytes32(witness);
        state.global = _slice(witness, 32, 32 + GlobalRecord.SIZE);
        uint256 begin = 32 + GlobalRecord.SIZE;
        uint256 size = 4 + uint32(bytes4(_slice(witness, begin, begin + 4)));
        size += 2 + uint16(bytes2(_slice(witness, begin + size, begin + size + 2)));
        state.pricing = _slice(witness, begin, begin + size);
        state.witness = _slice(witness, begin + size, witness.length);
    }

    function _batch(uint256 i) private pure returns (string memory) {
        return string.concat(".batches[", vm.toString(i), "]");
    }

    function _slice(bytes memory data, uint256 from, uint256 to) private pure returns (bytes memory part) {
        part = new bytes(to - from);
        for (uint256 i = 0; i < part.length; ++i) {
            part[i] = data[from + i];
        }
    }
}
