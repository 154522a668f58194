// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The protocol's one hash and the trees made of it
/// @dev All hashing of the state goes through here, so that a proof system can exchange it. A node over two empty
///      children is 0 at every level, which is why an empty subtree needs no sibling in a proof.
library Hashing {
    /// @notice H(data)
    function keccak(bytes memory data) internal pure returns (bytes32) {
        return keccak256(data);
    }

    /// @notice H(data)
    function keccakCalldata(bytes calldata data) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, data.offset, data.length)
            hash := keccak256(free, data.length)
        }
    }

    /// @notice H(words, one after the other)
    function keccakWords(bytes32[] memory words) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(add(words, 0x20), shl(5, mload(words)))
        }
    }

    /// @notice H over `size` bytes of calldata from the absolute position `ptr`
    function keccakAt(uint256 ptr, uint256 size) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, ptr, size)
            hash := keccak256(free, size)
        }
    }

    /// @notice H(left ‖ right)
    function pair(bytes32 left, bytes32 right) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            hash := keccak256(0x00, 0x40)
        }
    }

    /// @notice N(left, right): 0 if both are 0, else H(left ‖ right)
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return left | right == 0 ? bytes32(0) : pair(left, right);
    }

    /// @notice Climbs from a leaf to the root of a tree.
    /// @param leaf     The leaf's hash, 0 if it is empty
    /// @param index    The leaf's index; bit i chooses the side at level i, 0 is left. Below 2^depth
    /// @param depth    Levels of the tree
    /// @param bitmap   Bit i set: the sibling at level i is given, else it is 0
    /// @param siblings Absolute calldata position of the given siblings, level 0 first
    function fold(bytes32 leaf, uint256 index, uint256 depth, uint256 bitmap, uint256 siblings)
        internal
        pure
        returns (bytes32 root)
    {
        assembly ("memory-safe") {
            root := leaf
            let level := 0
            for {} and(lt(level, depth), iszero(iszero(or(bitmap, index)))) { level := add(level, 1) } {
                let sibling := 0
                if and(bitmap, 1) {
                    sibling := calldataload(siblings)
                    siblings := add(siblings, 0x20)
                }
                if or(root, sibling) {
                    let side := shl(5, and(index, 1))
                    mstore(side, root)
                    mstore(xor(side, 0x20), sibling)
                    root := keccak256(0x00, 0x40)
                }
                bitmap := shr(1, bitmap)
                index := shr(1, index)
            }
            // Above the highest sibling every node is a left child beside an empty tree.
            if root {
                mstore(0x20, 0)
                for {} lt(level, depth) { level := add(level, 1) } {
                    mstore(0x00, root)
                    root := keccak256(0x00, 0x40)
                }
            }
        }
    }

    /// @notice Climbs with the old and the new content of one leaf at once: both share the siblings.
    /// @dev Arguments as for {fold}. This is where a batch spends most of its gas. If neither leaf is empty then no node on
    ///      the way is, and nothing has to be asked at a level; above the highest sibling eight levels are taken at once.
    function foldBoth(bytes32 oldLeaf, bytes32 newLeaf, uint256 index, uint256 depth, uint256 bitmap, uint256 siblings)
        internal
        pure
        returns (bytes32 oldRoot, bytes32 newRoot)
    {
        if (oldLeaf == 0 || newLeaf == 0) {
            return (fold(oldLeaf, index, depth, bitmap, siblings), fold(newLeaf, index, depth, bitmap, siblings));
        }
        assembly ("memory-safe") {
            function above(node, levels) -> root {
                root := node
                mstore(0x20, 0)
                for {} gt(levels, 7) { levels := sub(levels, 8) } {
                    mstore(0x00, root)
                    mstore(0x00, keccak256(0x00, 0x40))
                    mstore(0x00, keccak256(0x00, 0x40))
                    mstore(0x00, keccak256(0x00, 0x40))
                    mstore(0x00, keccak256(0x00, 0x40))
                    mstore(0x00, keccak256(0x00, 0x40))
                    mstore(0x00, keccak256(0x00, 0x40))
                    mstore(0x00, keccak256(0x00, 0x40))
                    root := keccak256(0x00, 0x40)
                }
                for {} levels { levels := sub(levels, 1) } {
                    mstore(0x00, root)
                    root := keccak256(0x00, 0x40)
                }
            }
            oldRoot := oldLeaf
            newRoot := newLeaf
            let levels := depth
            for {} or(bitmap, index) {} {
                let side := shl(5, and(index, 1))
                switch and(bitmap, 1)
                case 0 { mstore(xor(side, 0x20), 0) }
                default {
                    mstore(xor(side, 0x20), calldataload(siblings))
                    siblings := add(siblings, 0x20)
                }
                mstore(side, oldRoot)
                oldRoot := keccak256(0x00, 0x40)
                mstore(side, newRoot)
                newRoot := keccak256(0x00, 0x40)
                bitmap := shr(1, bitmap)
                index := shr(1, index)
                levels := sub(levels, 1)
            }
            oldRoot := above(oldRoot, levels)
            newRoot := above(newRoot, levels)
        }
    }

    /// @notice How many siblings a bitmap of up to 32 levels announces.
    function siblingCount(uint256 bitmap) internal pure returns (uint256 count) {
        unchecked {
            count = bitmap - ((bitmap >> 1) & 0x55555555);
            count = (count & 0x33333333) + ((count >> 2) & 0x33333333);
            count = (count + (count >> 4)) & 0x0f0f0f0f;
            count = ((count * 0x01010101) & 0xffffffff) >> 24;
        }
    }
}
