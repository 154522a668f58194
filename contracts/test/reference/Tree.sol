// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev A sparse Merkle tree, every node of it in a mapping: slow, and written from the protocol's page alone.
library Tree {
    struct Data {
        uint256 depth;
        mapping(uint256 level => mapping(uint256 index => bytes32)) nodes;
    }

    function root(Data storage tree) internal view returns (bytes32) {
        return tree.nodes[tree.depth][0];
    }

    function set(Data storage tree, uint256 index, bytes32 leaf) internal {
        tree.nodes[0][index] = leaf;
        for (uint256 level = 0; level < tree.depth; ++level) {
            index /= 2;
            bytes32 left = tree.nodes[level][2 * index];
            bytes32 right = tree.nodes[level][2 * index + 1];
            bool isEmpty = left == bytes32(0) && right == bytes32(0);
            tree.nodes[level + 1][index] = isEmpty ? bytes32(0) : keccak256(bytes.concat(left, right));
        }
    }

    /// @dev Of several leaves that are proven together, ascending: the siblings on the way of one of them to where that of the
    ///      next joins it, without those in which another of them lies.
    function proofAmong(Data storage tree, uint32[] memory indices, uint256 which)
        internal
        view
        returns (uint32 bitmap, bytes memory siblings)
    {
        for (uint256 level = 0; level < tree.depth; ++level) {
            uint256 node = uint256(indices[which]) >> level;
            bool isShared = false;
            for (uint256 i = 0; i < indices.length; ++i) {
                uint256 other = uint256(indices[i]) >> level;
                if (other == node ^ 1) isShared = true;
                if (other == node ^ 1 && i > which) return (bitmap, siblings);
            }
            bytes32 sibling = tree.nodes[level][node ^ 1];
            if (isShared || sibling == bytes32(0)) continue;
            bitmap |= uint32(1 << level);
            siblings = bytes.concat(siblings, sibling);
        }
    }

    /// @dev The bitmap, and the siblings that are not zero, lowest first.
    function proof(Data storage tree, uint256 index) internal view returns (uint32 bitmap, bytes memory siblings) {
        for (uint256 level = 0; level < tree.depth; ++level) {
            bytes32 sibling = tree.nodes[level][index ^ 1];
            if (sibling != bytes32(0)) {
                bitmap |= uint32(1 << level);
                siblings = bytes.concat(siblings, sibling);
            }
            index /= 2;
        }
    }
}
