// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {AccountLeaf} from "../src/libraries/AccountLeaf.sol";
import {AssetIds} from "../src/libraries/AssetIds.sol";
import {GlobalRecord} from "../src/libraries/GlobalRecord.sol";
import {Hashing} from "../src/libraries/Hashing.sol";
import {Nonces} from "../src/libraries/Nonces.sol";
import {STEP_TREE_DEPTH, StepTree} from "../src/libraries/StepTree.sol";
import {IRefusals} from "../src/interfaces/IRefusals.sol";
import {Witness} from "../src/libraries/Witness.sol";
import {Tree} from "./reference/Tree.sol";

/// @dev Gives the libraries calldata to read.
contract Harness {
    using AccountLeaf for AccountLeaf.Account;

    struct Change {
        uint64 asset;
        int64 quantity;
    }

    function fold(bytes32 leaf, uint256 index, uint256 depth, uint256 bitmap, bytes calldata siblings)
        external
        pure
        returns (bytes32)
    {
        return Hashing.fold(leaf, index, depth, bitmap, _start(siblings));
    }

    function foldBoth(
        bytes32 oldLeaf,
        bytes32 newLeaf,
        uint256 index,
        uint256 depth,
        uint256 bitmap,
        bytes calldata siblings
    ) external pure returns (bytes32, bytes32) {
        return Hashing.foldBoth(oldLeaf, newLeaf, index, depth, bitmap, _start(siblings));
    }

    function replaceAll(
        uint256[] calldata indices,
        bytes32[] calldata oldLeaves,
        bytes32[] memory newLeaves,
        uint256[] calldata bitmaps,
        bytes calldata siblings,
        bytes32 root
    ) external pure returns (bytes32) {
        Witness.Place[] memory places = new Witness.Place[](indices.length);
        uint256 ptr = _start(siblings);
        for (uint256 i = 0; i < indices.length; ++i) {
            places[i] = Witness.Place(indices[i], oldLeaves[i], bitmaps[i], ptr);
            ptr += 32 * Hashing.siblingCount(bitmaps[i]);
        }
        return Witness.replaceAll(places, newLeaves, root);
    }

    function roundTrip(bytes calldata leaf) external pure returns (bytes memory encoded, bytes32 hash) {
        AccountLeaf.Account memory account;
        AccountLeaf.decode(account, _start(leaf), leaf.length, 0);
        return (account.encode(), account.hash());
    }

    function change(bytes calldata leaf, Change[] calldata changes) external pure returns (bytes memory, bool fits) {
        AccountLeaf.Account memory account;
        AccountLeaf.decode(account, _start(leaf), leaf.length, 0);
        fits = true;
        for (uint256 i = 0; i < changes.length; ++i) {
            fits = account.add(changes[i].asset, changes[i].quantity) && fits;
        }
        return (account.encode(), fits);
    }

    function _start(bytes calldata data) private pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := data.offset
        }
    }
}

contract LibrariesTest is Test {
    using GlobalRecord for bytes;
    using Tree for Tree.Data;

    Harness private harness = new Harness();
    Tree.Data private tree;

    // ---------------------------------------------------------------------------------------------------------- trees

    function test_node_ofTwoEmptyOnes_isEmpty() public pure {
        assertEq(Hashing.node(0, 0), 0);
        assertEq(Hashing.node(bytes32(uint256(1)), 0), keccak256(abi.encode(1, 0)));
        assertEq(Hashing.node(0, bytes32(uint256(1))), keccak256(abi.encode(0, 1)));
        assertEq(Hashing.pair(0, 0), keccak256(abi.encode(0, 0)));
    }

    function testFuzz_fold_leadsToTheNaiveTreesRoot(uint32[8] memory indices, uint256 seed) public {
        tree.depth = 16 + (seed % 17);
        for (uint256 i = 0; i < 8; ++i) {
            // Neighbours and strangers alike.
            uint256 index = (i % 2 == 0 ? indices[i] % 64 : indices[i]) % 2 ** tree.depth;
            (uint32 bitmap, bytes memory siblings) = tree.proof(index);
            bytes32 old = tree.nodes[0][index];
            bytes32 next = (seed >> i) % 3 == 0 ? bytes32(0) : keccak256(abi.encode(seed, i));
            bytes32 rootBefore = tree.root();
            assertEq(harness.fold(old, index, tree.depth, bitmap, siblings), rootBefore);
            tree.set(index, next);
            (bytes32 a, bytes32 b) = harness.foldBoth(old, next, index, tree.depth, bitmap, siblings);
            assertEq(a, rootBefore);
            assertEq(b, tree.root());
            assertEq(harness.fold(next, index, tree.depth, bitmap, siblings), tree.root());
        }
    }

    struct Joint {
        uint256[] indices;
        bytes32[] before;
        bytes32[] next;
        uint256[] bitmaps;
        bytes siblings;
    }

    /// @dev Up to 16 leaves of a tree that has others, close together or far apart, changed at once.
    function testFuzz_replaceAll_isTheNaiveTree(uint256 seed, uint8 count, uint8 width) public {
        tree.depth = 32;
        width = uint8(bound(width, 4, 32));
        for (uint256 i = 0; i < 12; ++i) {
            tree.set(uint256(keccak256(abi.encode(seed, "other", i))) % 2 ** width, keccak256(abi.encode(i)));
        }
        uint32[] memory indices = _ascending(seed, bound(count, 1, 16), width);
        Joint memory joint;
        joint.indices = new uint256[](indices.length);
        joint.before = new bytes32[](indices.length);
        joint.next = new bytes32[](indices.length);
        joint.bitmaps = new uint256[](indices.length);
        for (uint256 i = 0; i < indices.length; ++i) {
            (joint.indices[i], joint.before[i]) = (indices[i], keccak256(abi.encode(seed, "old", i)));
            joint.next[i] = keccak256(abi.encode(seed, "new", i));
            tree.set(indices[i], joint.before[i]);
        }
        for (uint256 i = 0; i < indices.length; ++i) {
            (uint32 bitmap, bytes memory siblings) = tree.proofAmong(indices, i);
            joint.bitmaps[i] = bitmap;
            joint.siblings = bytes.concat(joint.siblings, siblings);
        }
        bytes32 root = tree.root();
        for (uint256 i = 0; i < indices.length; ++i) {
            tree.set(indices[i], joint.next[i]);
        }
        assertEq(_replaceAll(joint, root), tree.root());

        vm.expectPartialRevert(IRefusals.WrongProof.selector);
        _replaceAll(joint, ~root);
        // A sibling where the next account's way has joined, or where an account of the step lies.
        if (indices.length > 1) {
            uint256 join = 0;
            while (indices[0] >> (join + 1) != indices[1] >> (join + 1)) ++join;
            uint256 which = seed % 2;
            joint.bitmaps[which] |= 1 << join;
            joint.siblings = bytes.concat(joint.siblings, new bytes(32));
            vm.expectPartialRevert(IRefusals.BadWitness.selector);
            _replaceAll(joint, root);
        }
    }

    function _replaceAll(Joint memory joint, bytes32 root) private view returns (bytes32) {
        return harness.replaceAll(joint.indices, joint.before, joint.next, joint.bitmaps, joint.siblings, root);
    }

    function _ascending(uint256 seed, uint256 count, uint256 width) private pure returns (uint32[] memory indices) {
        indices = new uint32[](count);
        uint256 n = 0;
        for (uint256 i = 0; n < count && i < 99; ++i) {
            uint32 index = uint32(uint256(keccak256(abi.encode(seed, i))) % 2 ** width);
            uint256 place = 0;
            while (place < n && indices[place] < index) ++place;
            if (place < n && indices[place] == index) continue;
            for (uint256 k = n; k > place; --k) {
                indices[k] = indices[k - 1];
            }
            indices[place] = index;
            ++n;
        }
        assembly ("memory-safe") {
            mstore(indices, n)
        }
    }

    function testFuzz_siblingCount(uint32 bitmap) public pure {
        uint256 count;
        for (uint256 i = 0; i < 32; ++i) {
            count += (bitmap >> i) & 1;
        }
        assertEq(Hashing.siblingCount(bitmap), count);
    }

    function testFuzz_stepTree_isTheNaiveTree(uint256 seed, uint8 count) public {
        tree.depth = 16;
        bytes32[STEP_TREE_DEPTH] memory frontier;
        for (uint256 i = 0; i < count; ++i) {
            bytes32 leaf = StepTree.leaf(i, keccak256(abi.encode(seed)), bytes32(seed));
            assertEq(leaf, keccak256(abi.encodePacked(uint32(i), keccak256(abi.encode(seed)), seed)));
            StepTree.append(frontier, i, leaf);
            tree.set(i, leaf);
        }
        assertEq(StepTree.root(frontier, count), tree.root());
    }

    // --------------------------------------------------------------------------------------------------------- nonces

    /// @dev The rule read bit by bit: a set of used numbers below base + 64.
    function testFuzz_nonces_eachOnce(uint64[40] memory numbers, uint64 start) public pure {
        start = start % 2 ** 61;
        uint256 lane = uint256(start) << 64;
        uint64[] memory used = new uint64[](40);
        uint256 n;
        for (uint256 i = 0; i < 40; ++i) {
            uint64 base = uint64(lane >> 64);
            uint64 number = start + numbers[i] % 100;
            bool wasUsed = false;
            for (uint256 j = 0; j < n; ++j) {
                if (used[j] == number) wasUsed = true;
            }
            bool isFree = number >= base && number < base + 64 && !wasUsed;
            assertEq(Nonces.isFree(lane, number), isFree);
            if (!isFree) continue;
            used[n++] = number;
            lane = Nonces.use(lane, number);
            assertFalse(Nonces.isFree(lane, number));
            assertEq((lane & 1), 0, "bit 0 is clear");
        }
    }

    function test_nonces_aWholeWindowSlides() public pure {
        uint256 lane = 0;
        for (uint256 n = 63; n > 0; --n) {
            lane = Nonces.use(lane, n);
        }
        assertEq(lane, type(uint64).max - 1);
        assertEq(Nonces.use(lane, 0), uint256(64) << 64);
        assertEq(Nonces.cancelBelow(lane, 63), uint256(64) << 64);
        assertEq(Nonces.cancelBelow(lane, 64), uint256(64) << 64);
        assertEq(Nonces.cancelBelow(lane, 2 ** 62 - 1), uint256(2 ** 62 - 1) << 64);
        assertEq(Nonces.cancelWindow(lane), uint256(64) << 64);
        assertEq(Nonces.laneOf(type(uint64).max), 3);
        assertEq(Nonces.numberOf(type(uint64).max), 2 ** 62 - 1);
    }

    // --------------------------------------------------------------------------------------------------------- leaves

    function _leaf(uint256 seed, uint256 nPositions, uint256 nPartials) private pure returns (bytes memory leaf) {
        leaf = abi.encodePacked(
            uint8(1),
            address(uint160(uint256(keccak256(abi.encode(seed, "owner"))))),
            uint32(seed),
            uint8(0),
            uint8(nPositions),
            uint8(nPartials),
            int64(int256(seed))
        );
        for (uint256 i = 0; i < 10; ++i) {
            leaf = abi.encodePacked(leaf, uint64(uint256(keccak256(abi.encode(seed, i)))));
        }
        for (uint256 i = 0; i < nPositions; ++i) {
            leaf = abi.encodePacked(leaf, uint64(10 * i + 10), int64(int256(i + 1)), int64(-1), int64(2));
        }
        for (uint256 i = 0; i < nPartials; ++i) {
            leaf = abi.encodePacked(leaf, keccak256(abi.encode(seed, i)), uint64(i), uint64(seed), uint64(7), uint32(i));
        }
    }

    function testFuzz_leaf_isCanonical(uint256 seed, uint8 positions, uint8 partials) public view {
        bytes memory leaf = _leaf(seed, positions % 65, partials % 17);
        (bytes memory encoded, bytes32 hash) = harness.roundTrip(leaf);
        assertEq(encoded, leaf);
        assertEq(hash, keccak256(leaf));
    }

    function test_leaf_ofAnotherLengthOrVersion_isRefused() public {
        bytes memory leaf = _leaf(1, 2, 1);
        leaf[0] = 0x02;
        vm.expectPartialRevert(IRefusals.BadWitness.selector);
        harness.roundTrip(leaf);
        leaf[0] = 0x01;
        leaf[26] = 0x03;
        vm.expectPartialRevert(IRefusals.BadWitness.selector);
        harness.roundTrip(leaf);
        vm.expectPartialRevert(IRefusals.BadWitness.selector);
        harness.roundTrip(new bytes(115));
    }

    function testFuzz_positions_stayAscendingAndSum(uint256 seed, uint8 count) public view {
        Harness.Change[] memory changes = new Harness.Change[](count % 60);
        int256[40] memory sums;
        for (uint256 i = 0; i < changes.length; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, i)));
            uint256 which = r % 39 + 1;
            int64 quantity = int64(int256((r >> 64) % 5)) - 2;
            changes[i] = Harness.Change(uint64(which), quantity);
            sums[which] += quantity;
        }
        (bytes memory leaf, bool fits) = harness.change(_leaf(seed, 0, 0), changes);
        assertTrue(fits);
        bytes memory expected = _leaf(seed, 0, 0);
        uint8 n;
        for (uint256 which = 1; which < 40; ++which) {
            if (sums[which] == 0) continue;
            ++n;
            expected = abi.encodePacked(expected, uint64(which), int64(sums[which]), uint128(0));
        }
        expected[26] = bytes1(n);
        assertEq(leaf, expected);
    }

    function test_positions_keepTheirOtherFields() public view {
        Harness.Change[] memory changes = new Harness.Change[](2);
        changes[0] = Harness.Change(20, 5);
        changes[1] = Harness.Change(10, -1);
        (bytes memory leaf,) = harness.change(_leaf(3, 3, 1), changes);
        bytes memory before = _leaf(3, 3, 1);
        assertEq(leaf.length, before.length - 32);
        bytes32 position;
        assembly ("memory-safe") {
            position := mload(add(leaf, add(32, 116)))
        }
        assertEq(position, bytes32(abi.encodePacked(uint64(20), int64(7), int64(-1), int64(2))));
    }

    function test_positions_outsideInt64_doNotFit() public view {
        Harness.Change[] memory changes = new Harness.Change[](2);
        changes[0] = Harness.Change(1, type(int64).max);
        changes[1] = Harness.Change(1, 1);
        (, bool fits) = harness.change(_leaf(3, 0, 0), changes);
        assertFalse(fits);
        changes[0] = Harness.Change(1, type(int64).min);
        changes[1] = Harness.Change(1, -1);
        (, fits) = harness.change(_leaf(3, 0, 0), changes);
        assertFalse(fits);
    }

    // ------------------------------------------------------------------------------------------------- global record

    function testFuzz_globalRecord_setsOneFieldAtATime(uint256 seed, uint64 value, bytes32 hash) public pure {
        uint8[9] memory words = [1, 9, 113, 61, 69, 77, 85, 93, 101];
        bytes memory global = GlobalRecord.genesis();
        assertEq(global.length, 421);
        assertEq(uint8(global[0]), 1);
        bytes memory before = bytes.concat(global);
        uint256 offset = words[seed % 9];
        global.set64(offset, value);
        assertEq(global.u64(offset), value);
        for (uint256 i = 0; i < 421; ++i) {
            if (i < offset || i >= offset + 8) assertEq(global[i], before[i]);
        }
        global.setB32(389, hash);
        assertEq(global.b32(389), hash);
        global.set32(153, uint32(value));
        assertEq(global.u32(153), uint32(value));
        assertEq(global.b32(157), 0);
        global.set64(325, value);
        assertEq(global.i64(325), int64(value));
    }

    function test_globalRecord_offsetsAreThoseOfThePage() public pure {
        assertEq(GlobalRecord.AUCTION_SEED + 32, GlobalRecord.SIZE);
        assertEq(GlobalRecord.WITHDRAWAL_HASH + 32, GlobalRecord.AUCTION_SEED);
        assertEq(GlobalRecord.FUNDING_ROOT, 221);
        assertEq(GlobalRecord.OPEN_INTEREST_ROOT, 253);
        assertEq(GlobalRecord.SETTLEMENT_ROOT, 285);
        assertEq(GlobalRecord.HALTS, 317);
        assertEq(GlobalRecord.PARAMS_HASH, 49);
    }

    // ------------------------------------------------------------------------------------------------------ asset ids

    function _id(uint256 underlying, uint256 day, uint256 kind, uint256 mantissa, uint256 exponent)
        private
        pure
        returns (uint256)
    {
        return underlying << 52 | day << 36 | kind << 32 | mantissa << 4 | exponent;
    }

    function test_assetIds_haveOneForm() public pure {
        assertTrue(AssetIds.isCanonical(0));
        assertTrue(AssetIds.isCanonical(_id(1, 0, 1, 0, 0)));
        assertTrue(AssetIds.isCanonical(_id(4095, 0, 2, 0, 0)));
        assertTrue(AssetIds.isCanonical(_id(1, 2277, 3, 32, 10)));
        assertTrue(AssetIds.isCanonical(_id(1, 0, 4, 1, 0)));
        assertTrue(AssetIds.isCanonical(_id(1, 29_219, 4, 10, 15)));
        assertFalse(AssetIds.isCanonical(_id(1, 0, 0, 0, 0)), "only 0 is the cash");
        assertFalse(AssetIds.isCanonical(_id(0, 0, 1, 0, 0)), "no underlying");
        assertFalse(AssetIds.isCanonical(_id(1, 1, 1, 0, 0)), "spot with expiry");
        assertFalse(AssetIds.isCanonical(_id(1, 0, 2, 1, 0)), "perp with strike");
        assertFalse(AssetIds.isCanonical(_id(1, 1, 5, 1, 0)), "no such kind");
        assertFalse(AssetIds.isCanonical(_id(1, 1, 3, 0, 1)), "no strike");
        assertFalse(AssetIds.isCanonical(_id(1, 1, 3, 10, 1)), "mantissa could be shorter");
        assertFalse(AssetIds.isCanonical(_id(1, 29_220, 3, 1, 0)), "after 2099");
        assertFalse(AssetIds.isCanonical(_id(1, 1, 3, 99_999, 15)), "strike beyond int64");
    }
}
