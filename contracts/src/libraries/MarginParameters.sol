// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Reader} from "./Reader.sol";

/// @title The numbers of the standard margin, as a set-parameters entry brings them
/// @dev Layout, ranges and directions are docs/margin.md's. The names are its fields, the numbers their offsets.
library MarginParameters {
    uint256 private constant PERP_INITIAL = 1;
    uint256 private constant PERP_MAINTENANCE = 9;
    uint256 private constant OPTION_INITIAL_MOST = 17;
    uint256 private constant OPTION_INITIAL_LEAST = 25;
    uint256 private constant OPTION_MAINTENANCE = 33;
    uint256 private constant PUT_MAINTENANCE_OF_MARK = 41;
    uint256 private constant PUT_INITIAL_OF_MAINTENANCE = 49;
    uint256 private constant MAX_LOSS_INITIAL = 57;
    uint256 private constant MAX_LOSS_MAINTENANCE = 65;
    uint256 private constant CONFIDENCE_THRESHOLD = 73;
    uint256 private constant STABLE_THRESHOLD = 81;
    uint256 private constant STABLE_FACTOR = 89;

    uint256 private constant BASE_COUNT = 97;
    uint256 private constant BASES = 98;
    uint256 private constant BASE_SIZE = 18;
    uint256 private constant MAX_UNDERLYING = 4_095;
    uint256 private constant ONE = 1e8;

    /// @notice Whether the content at the calldata position `ptr` is a set that can be in force: well-formed, each number
    ///         within its range and in its direction.
    function isAdmissible(uint256 ptr, uint256 size) internal pure returns (bool) {
        unchecked {
            if (size < BASES || Reader.u8At(ptr) != 1) return false;
            uint256 count = Reader.u8At(ptr + BASE_COUNT);
            if (size != BASES + BASE_SIZE * count) return false;

            // Read as unsigned: a negative number is above every limit.
            uint256 initial = Reader.u64At(ptr + PERP_INITIAL);
            uint256 maintenance = Reader.u64At(ptr + PERP_MAINTENANCE);
            if (maintenance == 0 || maintenance > initial || initial > ONE) return false;
            initial = Reader.u64At(ptr + OPTION_INITIAL_LEAST);
            maintenance = Reader.u64At(ptr + OPTION_MAINTENANCE);
            if (maintenance == 0 || maintenance > initial) return false;
            uint256 most = Reader.u64At(ptr + OPTION_INITIAL_MOST);
            if (initial > most || most > ONE) return false;
            if (Reader.u64At(ptr + PUT_MAINTENANCE_OF_MARK) > ONE) return false;
            uint256 multiple = Reader.u64At(ptr + PUT_INITIAL_OF_MAINTENANCE);
            if (multiple < ONE || multiple > 2 * ONE) return false;
            initial = Reader.u64At(ptr + MAX_LOSS_INITIAL);
            maintenance = Reader.u64At(ptr + MAX_LOSS_MAINTENANCE);
            if (maintenance < ONE || maintenance > initial || initial > 2 * ONE) return false;
            if (Reader.u64At(ptr + CONFIDENCE_THRESHOLD) > ONE) return false;
            if (Reader.u64At(ptr + STABLE_THRESHOLD) > ONE) return false;
            if (Reader.u64At(ptr + STABLE_FACTOR) > 10 * ONE) return false;

            uint256 last = 0;
            ptr += BASES;
            for (uint256 end = ptr + BASE_SIZE * count; ptr < end; ptr += BASE_SIZE) {
                uint256 underlying = Reader.u16At(ptr);
                if (underlying <= last || underlying > MAX_UNDERLYING) return false;
                if (Reader.u64At(ptr + 2) > ONE || Reader.u64At(ptr + 10) > ONE) return false;
                last = underlying;
            }
            return true;
        }
    }

    /// @notice The numbers of an admissible set, in memory: a margin reads them again and again.
    struct Rates {
        uint256 perpInitial;
        uint256 perpMaintenance;
        uint256 optionInitialMost;
        uint256 optionInitialLeast;
        uint256 optionMaintenance;
        uint256 putMaintenanceOfMark;
        uint256 putInitialOfMaintenance;
        uint256 maxLossInitial;
        uint256 maxLossMaintenance;
        uint256 confidenceThreshold;
        uint256 stableThreshold;
        uint256 stableFactor;
    }

    /// @notice Reads the numbers of an admissible set.
    function rates(uint256 ptr) internal pure returns (Rates memory read) {
        assembly ("memory-safe") {
            // In the struct's order, each a u64 behind the one before it.
            ptr := add(ptr, 1)
            for { let to := read } lt(to, add(read, 0x180)) { to := add(to, 0x20) } {
                mstore(to, shr(192, calldataload(ptr)))
                ptr := add(ptr, 8)
            }
        }
    }

    /// @notice How much of a base asset counts, and how much of that for initial margin; nothing for one not listed.
    function base(uint256 ptr, uint256 underlying) internal pure returns (uint256 weight, uint256 initialScale) {
        unchecked {
            uint256 end = ptr + BASES + BASE_SIZE * Reader.u8At(ptr + BASE_COUNT);
            for (ptr += BASES; ptr < end; ptr += BASE_SIZE) {
                if (Reader.u16At(ptr) == underlying) return (Reader.u64At(ptr + 2), Reader.u64At(ptr + 10));
            }
        }
    }
}
