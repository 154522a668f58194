// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../interfaces/IRefusals.sol";
import {Codes} from "./Codes.sol";
import {Hashing} from "./Hashing.sol";

/// @title The global record: all state that is not in an account
/// @dev Kept as its 421 bytes and changed in place, so that hashing and passing it on cost no encoding. The names are the
///      protocol's, the numbers are the fields' offsets.
library GlobalRecord {
    uint256 internal constant SIZE = 421;

    uint256 internal constant TIME = 1;
    uint256 internal constant PRICE_SEQUENCE = 9;
    uint256 internal constant PRICE_HASH = 17;
    uint256 internal constant PARAMS_HASH = 49;
    uint256 internal constant FEEDER_SET_HASH = 81;
    uint256 internal constant QUEUE_CURSOR = 113;
    uint256 internal constant QUEUE_HASH = 121;
    uint256 internal constant LISTING_COUNT = 153;
    uint256 internal constant LISTINGS_ROOT = 157;
    uint256 internal constant KEYS_ROOT = 189;
    uint256 internal constant FUNDING_ROOT = 221;
    uint256 internal constant OPEN_INTEREST_ROOT = 253;
    uint256 internal constant SETTLEMENT_ROOT = 285;
    uint256 internal constant HALTS = 317;
    uint256 internal constant INSURANCE = 325;
    uint256 internal constant FEES = 333;
    uint256 internal constant FEES_TOTAL = 341;
    uint256 internal constant WITHDRAWALS = 349;
    uint256 internal constant WITHDRAWAL_HASH = 357;
    uint256 internal constant AUCTION_SEED = 389;

    /// @notice The record before the first command: all zero but the version.
    function genesis() internal pure returns (bytes memory global) {
        global = new bytes(SIZE);
        global[0] = 0x01;
    }

    /// @notice root = H(accountsRoot ‖ H(global record))
    function stateRoot(bytes memory global, bytes32 accountsRoot) internal pure returns (bytes32) {
        return Hashing.pair(accountsRoot, keccak256(global));
    }

    function u64(bytes memory global, uint256 offset) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(192, mload(add(add(global, 0x20), offset)))
        }
    }

    function i64(bytes memory global, uint256 offset) internal pure returns (int256 value) {
        assembly ("memory-safe") {
            value := sar(192, mload(add(add(global, 0x20), offset)))
        }
    }

    function u32(bytes memory global, uint256 offset) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(224, mload(add(add(global, 0x20), offset)))
        }
    }

    function b32(bytes memory global, uint256 offset) internal pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := mload(add(add(global, 0x20), offset))
        }
    }

    /// @dev The caller has checked that the value fits into 64 bits (two's complement for a signed field).
    function set64(bytes memory global, uint256 offset, uint256 value) internal pure {
        assembly ("memory-safe") {
            let ptr := add(add(global, 0x20), offset)
            mstore(ptr, or(shl(192, value), shr(64, shl(64, mload(ptr)))))
        }
    }

    /// @dev The caller has checked that the value fits into 32 bits.
    function set32(bytes memory global, uint256 offset, uint256 value) internal pure {
        assembly ("memory-safe") {
            let ptr := add(add(global, 0x20), offset)
            mstore(ptr, or(shl(224, value), shr(32, shl(32, mload(ptr)))))
        }
    }

    function setB32(bytes memory global, uint256 offset, bytes32 value) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(global, 0x20), offset), value)
        }
    }

    /// @notice Refuses an entry of the queue that is not the next (501).
    function requireCursor(bytes memory global, uint256 queueIndex) internal pure {
        uint256 cursor = u64(global, QUEUE_CURSOR);
        if (queueIndex != cursor) {
            revert IRefusals.Refused(Codes.QUEUE_ORDER, 0, int256(queueIndex), int256(cursor));
        }
    }

    /// @notice Takes the next entry of the queue into the running hash.
    function advanceQueue(bytes memory global, bytes calldata entry) internal pure {
        unchecked {
            set64(global, QUEUE_CURSOR, u64(global, QUEUE_CURSOR) + 1);
        }
        setB32(global, QUEUE_HASH, Hashing.pair(b32(global, QUEUE_HASH), Hashing.keccakCalldata(entry)));
    }

    /// @notice Adds one withdrawal: withdrawalHash' = H(withdrawalHash ‖ H(u64 asset ‖ addr to ‖ u64 amount)).
    function addWithdrawal(bytes memory global, uint256 asset, address to, uint256 amount) internal pure {
        setB32(global, WITHDRAWAL_HASH, foldWithdrawal(b32(global, WITHDRAWAL_HASH), withdrawalItem(asset, to, amount)));
        unchecked {
            set64(global, WITHDRAWALS, u64(global, WITHDRAWALS) + 1);
        }
    }

    function withdrawalItem(uint256 asset, address to, uint256 amount) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint64(asset), to, uint64(amount)));
    }

    function foldWithdrawal(bytes32 before, bytes32 item) internal pure returns (bytes32) {
        return Hashing.pair(before, item);
    }
}
