// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../interfaces/IRefusals.sol";
import {AssetIds} from "./AssetIds.sol";
import {Codes} from "./Codes.sol";
import {Reader} from "./Reader.sol";

/// @title The content of a price bundle
/// @dev i64 stable | u8 nUnderlyings × (u16 underlying | i64 spot | i64 confidence | i64 rate | i64 perpMark | u8 nExpiries ×
///      (u16 expiry | i64 forward | 5 × i64)) | u16 nMarks × (u64 asset | i64 mark)
library PriceContent {
    uint256 internal constant UNDERLYING_SIZE = 35;
    uint256 internal constant EXPIRY_SIZE = 50;
    uint256 internal constant MARK_SIZE = 16;
    uint256 internal constant MARKS_DEPTH = 16;

    // Offsets within an underlying.
    uint256 internal constant SPOT = 2;
    uint256 internal constant CONFIDENCE = 10;
    uint256 internal constant PERP_MARK = 26;
    uint256 private constant EXPIRY_COUNT = 34;

    /// @notice Refuses content that is not of its form, or has values that no market has (512).
    /// @param ptr  Absolute calldata position of the content
    /// @param size Bytes of it
    /// @return marks Where the first mark is
    /// @return count How many marks there are
    function requireWellFormed(uint256 ptr, uint256 size) internal pure returns (uint256 marks, uint256 count) {
        unchecked {
            uint256 end = ptr + size;
            _require(size >= 9, size);
            _require(Reader.i64At(ptr) > 0, Reader.u64At(ptr));
            uint256 n = Reader.u8At(ptr + 8);
            uint256 first = ptr + 9;
            ptr = first;
            for (uint256 i = 0; i < n; ++i) {
                _require(ptr + UNDERLYING_SIZE <= end, size);
                uint256 underlying = Reader.u16At(ptr);
                for (uint256 other = first; other < ptr; other = _next(other)) {
                    _require(Reader.u16At(other) != underlying, underlying);
                }
                _require(Reader.i64At(ptr + SPOT) > 0, Reader.u64At(ptr + SPOT));
                _require(Reader.i64At(ptr + CONFIDENCE) >= 0, Reader.u64At(ptr + CONFIDENCE));
                _require(Reader.i64At(ptr + PERP_MARK) >= 0, Reader.u64At(ptr + PERP_MARK));
                uint256 next = _next(ptr);
                _require(next <= end, size);
                for (ptr += UNDERLYING_SIZE; ptr < next; ptr += EXPIRY_SIZE) {
                    _require(Reader.i64At(ptr + 2) >= 0, Reader.u64At(ptr + 2));
                }
            }
            _require(ptr + 2 <= end, size);
            count = Reader.u16At(ptr);
            marks = ptr + 2;
            _require(marks + count * MARK_SIZE == end, size);
        }
    }

    /// @notice The root over the marks: leaf H(u64 asset ‖ i64 mark ‖ u16 0 ‖ b32 paramsHash). Refuses marks that are out of
    ///         order, negative or of no asset (512).
    function marksRoot(uint256 marks, uint256 count, bytes32 paramsHash) internal pure returns (bytes32 root) {
        unchecked {
            uint256 nodes;
            assembly ("memory-safe") {
                // Beyond the free memory pointer and not kept, with a word behind the last node: its empty sibling.
                nodes := add(mload(0x40), 0x40)
            }
            uint256 last = 0;
            for (uint256 i = 0; i < count; ++i) {
                uint256 asset;
                uint256 value;
                assembly ("memory-safe") {
                    let free := sub(nodes, 0x40)
                    let word := calldataload(marks)
                    mstore(free, word)
                    mstore(add(free, 16), 0)
                    mstore(add(free, 18), paramsHash)
                    mstore(add(nodes, shl(5, i)), keccak256(free, 50))
                    asset := shr(192, word)
                    value := and(shr(128, word), 0xffffffffffffffff)
                    marks := add(marks, 16)
                }
                if ((asset <= last && i != 0) || value >> 63 != 0 || !AssetIds.isCanonical(asset)) {
                    revert IRefusals.Refused(Codes.PRICE_CONTENT, 0, int256(asset), int256(last));
                }
                last = asset;
            }
            for (uint256 level = 0; level < MARKS_DEPTH; ++level) {
                assembly ("memory-safe") {
                    mstore(add(nodes, shl(5, count)), 0)
                    let end := add(nodes, shl(5, count))
                    let to := nodes
                    for { let from := nodes } lt(from, end) { from := add(from, 0x40) } {
                        mstore(to, keccak256(from, 0x40))
                        to := add(to, 0x20)
                    }
                    count := shr(5, sub(to, nodes))
                }
            }
            assembly ("memory-safe") {
                if count { root := mload(nodes) }
            }
        }
    }

    /// @notice Where an underlying stands; 0 if it is not in the bundle.
    /// @param ptr Absolute calldata position of the content
    function underlyingAt(uint256 ptr, uint256 underlying) internal pure returns (uint256) {
        unchecked {
            uint256 n = Reader.u8At(ptr + 8);
            ptr += 9;
            for (uint256 i = 0; i < n; ++i) {
                if (Reader.u16At(ptr) == underlying) return ptr;
                ptr = _next(ptr);
            }
            return 0;
        }
    }

    /// @notice The forward of one expiry of an underlying.
    /// @param ptr Where the underlying stands
    function forward(uint256 ptr, uint256 expiry) internal pure returns (uint256 value, bool found) {
        unchecked {
            uint256 end = _next(ptr);
            for (ptr += UNDERLYING_SIZE; ptr < end; ptr += EXPIRY_SIZE) {
                if (Reader.u16At(ptr) == expiry) return (Reader.u64At(ptr + 2), true);
            }
        }
    }

    /// @notice Where the table of the marks begins.
    /// @param ptr Absolute calldata position of the content
    function marksAt(uint256 ptr) internal pure returns (uint256) {
        unchecked {
            uint256 n = Reader.u8At(ptr + 8);
            ptr += 9;
            for (uint256 i = 0; i < n; ++i) {
                ptr = _next(ptr);
            }
            return ptr + 2;
        }
    }

    /// @notice The mark of an asset, by halving the ascending table.
    /// @param marks Where the table begins
    /// @param count How many marks it has
    function mark(uint256 marks, uint256 count, uint256 asset) internal pure returns (uint256 value, bool found) {
        assembly ("memory-safe") {
            for { let low := 0 } lt(low, count) {} {
                let middle := shr(1, add(low, count))
                let word := calldataload(add(marks, shl(4, middle)))
                let here := shr(192, word)
                if eq(here, asset) {
                    value := and(shr(128, word), 0xffffffffffffffff)
                    found := 1
                    break
                }
                switch lt(here, asset)
                case 0 { count := middle }
                default { low := add(middle, 1) }
            }
        }
    }

    function _next(uint256 underlying) private pure returns (uint256) {
        unchecked {
            return underlying + UNDERLYING_SIZE + EXPIRY_SIZE * Reader.u8At(underlying + EXPIRY_COUNT);
        }
    }

    function _require(bool holds, uint256 found) private pure {
        if (!holds) revert IRefusals.Refused(Codes.PRICE_CONTENT, 0, int256(found), 0);
    }
}
