// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Nonce lanes: each nonce once, in any order within a window of 64
/// @dev A lane is one word here, base in its high and the window's bits in its low 64 bits, as in the leaf. Number n of a
///      lane is valid iff base ≤ n < base + 64 and bit n − base is clear; the base moves over a run of used ones.
library Nonces {
    uint256 internal constant WINDOW = 64;
    uint256 private constant LOW = type(uint64).max;

    /// @notice The lane that a nonce belongs to: its two highest bits.
    function laneOf(uint256 nonce) internal pure returns (uint256) {
        return nonce >> 62;
    }

    /// @notice The nonce's number within its lane.
    function numberOf(uint256 nonce) internal pure returns (uint256) {
        return nonce & (2 ** 62 - 1);
    }

    /// @notice Whether the number may still be used.
    function isFree(uint256 lane, uint256 number) internal pure returns (bool) {
        unchecked {
            uint256 base = lane >> 64;
            return number >= base && number < base + WINDOW && ((lane & LOW) >> (number - base)) & 1 == 0;
        }
    }

    /// @notice The lane after the use of a free number.
    function use(uint256 lane, uint256 number) internal pure returns (uint256) {
        unchecked {
            uint256 base = lane >> 64;
            return _slide(base, (lane & LOW) | (1 << (number - base)));
        }
    }

    /// @notice The lane after all numbers below `number` were given up; `number` is not below the base.
    function cancelBelow(uint256 lane, uint256 number) internal pure returns (uint256) {
        unchecked {
            uint256 skipped = number - (lane >> 64);
            return _slide(number, skipped < WINDOW ? (lane & LOW) >> skipped : 0);
        }
    }

    /// @notice The lane after its whole window was given up.
    function cancelWindow(uint256 lane) internal pure returns (uint256) {
        unchecked {
            return ((lane >> 64) + WINDOW) << 64;
        }
    }

    function _slide(uint256 base, uint256 bits) private pure returns (uint256) {
        unchecked {
            while (bits & 1 == 1) {
                bits >>= 1;
                ++base;
            }
            return base << 64 | bits;
        }
    }
}
