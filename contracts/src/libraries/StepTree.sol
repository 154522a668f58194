// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashing} from "./Hashing.sol";

/// @dev Levels of the tree over a batch's steps. Here and not in the library, because an array's length asks for it.
uint256 constant STEP_TREE_DEPTH = 16;

/// @title The tree over the steps of a batch, grown from left to right
/// @dev Depth 16, leaf i = H(u32 i ‖ H(record) ‖ rootAfter). Only the frontier is kept: node k of it is the full subtree
///      of 2^k leaves that waits for its right neighbour, present iff bit k of the count of leaves is set. So a batch can
///      be proven over several transactions with at most 16 words carried over.
library StepTree {
    /// @notice The most steps that a batch may have.
    uint256 internal constant MAX_STEPS = 2 ** STEP_TREE_DEPTH - 1;

    /// @notice The leaf of one step.
    function leaf(uint256 index, bytes32 recordHash, bytes32 rootAfter) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, shl(224, index))
            mstore(add(free, 4), recordHash)
            mstore(add(free, 36), rootAfter)
            hash := keccak256(free, 68)
        }
    }

    /// @notice Adds a leaf to the right of `count` others.
    function append(bytes32[STEP_TREE_DEPTH] memory frontier, uint256 count, bytes32 newLeaf) internal pure {
        bytes32 hash = newLeaf;
        uint256 level = 0;
        unchecked {
            while ((count >> level) & 1 == 1) {
                hash = Hashing.pair(frontier[level], hash);
                ++level;
            }
        }
        frontier[level] = hash;
    }

    /// @notice The root over `count` leaves and empty ones after them.
    function root(bytes32[STEP_TREE_DEPTH] memory frontier, uint256 count) internal pure returns (bytes32 hash) {
        unchecked {
            for (uint256 level = 0; level < STEP_TREE_DEPTH; ++level) {
                hash = (count >> level) & 1 == 1 ? Hashing.pair(frontier[level], hash) : Hashing.node(hash, 0);
            }
        }
    }
}
