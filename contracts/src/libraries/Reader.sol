// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../interfaces/IRefusals.sol";
import {Codes} from "./Codes.sol";

/// @title Reads fixed-width big-endian fields from calldata
/// @dev A cursor holds absolute calldata positions. One `take` checks the bounds of a whole group of fields, which the
///      `…At` functions then read without a further check.
library Reader {
    struct Cursor {
        uint256 start;
        uint256 ptr;
        uint256 end;
        bool isWitness;
    }

    /// @notice A cursor over a command's record; running out of bytes is reason code 101.
    function overRecord(bytes calldata data) internal pure returns (Cursor memory cursor) {
        (cursor.start, cursor.ptr, cursor.end) = _range(data);
    }

    /// @notice A cursor over a witness stream.
    function overWitness(bytes calldata data) internal pure returns (Cursor memory cursor) {
        (cursor.start, cursor.ptr, cursor.end) = _range(data);
        cursor.isWitness = true;
    }

    function _range(bytes calldata data) private pure returns (uint256 start, uint256 ptr, uint256 end) {
        assembly ("memory-safe") {
            start := data.offset
            end := add(start, data.length)
        }
        ptr = start;
    }

    /// @notice Takes `size` bytes and returns where they begin.
    function take(Cursor memory cursor, uint256 size) internal pure returns (uint256 ptr) {
        unchecked {
            ptr = cursor.ptr;
            uint256 next = ptr + size;
            if (next > cursor.end) _tooShort(cursor, next);
            cursor.ptr = next;
        }
    }

    /// @notice Refuses a record with bytes left over.
    function requireEnd(Cursor memory cursor) internal pure {
        if (cursor.ptr != cursor.end) _tooShort(cursor, cursor.ptr);
    }

    /// @notice Bytes taken so far.
    function used(Cursor memory cursor) internal pure returns (uint256) {
        unchecked {
            return cursor.ptr - cursor.start;
        }
    }

    function _tooShort(Cursor memory cursor, uint256 next) private pure {
        unchecked {
            uint256 needed = next - cursor.start;
            uint256 given = cursor.end - cursor.start;
            if (cursor.isWitness) revert IRefusals.WitnessTooShort(needed, given);
            revert IRefusals.Refused(Codes.UNDECODABLE, 0, int256(given), int256(needed));
        }
    }

    /// @notice Refuses a record with an amount, a time or a counter that a signed 64-bit integer cannot hold.
    /// @param values All such fields of the record, or-ed together
    function requireSigned64(uint256 values, uint256 item) internal pure {
        if (values >> 63 != 0) {
            revert IRefusals.Refused(Codes.UNDECODABLE, item, int256(values), type(int64).max);
        }
    }

    function u8At(uint256 ptr) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(248, calldataload(ptr))
        }
    }

    function u16At(uint256 ptr) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(240, calldataload(ptr))
        }
    }

    function u32At(uint256 ptr) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(224, calldataload(ptr))
        }
    }

    function u64At(uint256 ptr) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(192, calldataload(ptr))
        }
    }

    function i64At(uint256 ptr) internal pure returns (int256 value) {
        assembly ("memory-safe") {
            value := sar(192, calldataload(ptr))
        }
    }

    function addressAt(uint256 ptr) internal pure returns (address value) {
        assembly ("memory-safe") {
            value := shr(96, calldataload(ptr))
        }
    }

    function b32At(uint256 ptr) internal pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := calldataload(ptr)
        }
    }
}
