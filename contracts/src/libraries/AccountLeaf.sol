// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../interfaces/IRefusals.sol";
import {AssetIds} from "./AssetIds.sol";
import {Codes} from "./Codes.sol";
import {Nonces} from "./Nonces.sol";
import {Reader} from "./Reader.sol";

/// @title An account's leaf: decoded, changed, encoded again
/// @dev A position takes exactly one word in the leaf (u64 asset | i64 quantity | i64 fundingIndex | i64 cost), so
///      positions stay packed in memory and are copied, not translated.
library AccountLeaf {
    /// @notice An intent that was filled in part and stays open.
    struct Partial {
        bytes32 intent;
        uint256 nonce;
        uint256 validUntil;
        uint256 lastFill;
        uint256 partsDone;
    }

    struct Account {
        address owner;
        uint256 number;
        uint256 mode;
        int256 cash;
        uint256[4] lanes;
        uint256 lastAuction;
        uint256 liquidationStart;
        // Until when the owner's open intents stand without another heartbeat; 0 if none is asked for.
        uint256 liveUntil;
        // Ascending by asset; the memory behind the array has `room` words for it to grow into.
        uint256[] positions;
        uint256 room;
        // In order of first fill.
        Partial[] partials;
    }

    uint256 internal constant FIXED_SIZE = 116;
    uint256 internal constant POSITION_SIZE = 32;
    uint256 internal constant PARTIAL_SIZE = 60;
    uint256 internal constant MAX_POSITIONS = 64;
    uint256 internal constant MAX_PARTIALS = 16;

    uint256 internal constant CANCEL_ONE = 0;
    uint256 internal constant CANCEL_BELOW = 1;
    uint256 internal constant CANCEL_ALL = 2;

    uint256 internal constant MODE_STANDARD = 0;
    uint256 internal constant MODE_ISOLATED = 1;
    uint256 internal constant MODE_PORTFOLIO = 2;

    /// @notice Reads a leaf of `size` bytes at the calldata position `ptr`; no bytes are an empty account.
    /// @param account Where to, new and empty
    /// @param item    The account's position in the witness, for the error
    function decode(Account memory account, uint256 ptr, uint256 size, uint256 item) internal pure {
        if (size == 0) return;
        if (size < FIXED_SIZE || Reader.u8At(ptr) != 1) {
            revert IRefusals.BadWitness(IRefusals.WitnessPart.Account, item, size);
        }
        unchecked {
            uint256 nPositions = Reader.u8At(ptr + 26);
            uint256 nPartials = Reader.u8At(ptr + 27);
            if (size != FIXED_SIZE + nPositions * POSITION_SIZE + nPartials * PARTIAL_SIZE) {
                revert IRefusals.BadWitness(IRefusals.WitnessPart.Account, item, size);
            }
            account.owner = Reader.addressAt(ptr + 1);
            account.number = Reader.u32At(ptr + 21);
            account.mode = Reader.u8At(ptr + 25);
            account.cash = Reader.i64At(ptr + 28);
            uint256[4] memory lanes = account.lanes;
            uint256[] memory positions = _newPositions(account, nPositions, nPositions + 4);
            account.positions = positions;
            assembly ("memory-safe") {
                mstore(lanes, shr(128, calldataload(add(ptr, 36))))
                mstore(add(lanes, 0x20), shr(128, calldataload(add(ptr, 52))))
                mstore(add(lanes, 0x40), shr(128, calldataload(add(ptr, 68))))
                mstore(add(lanes, 0x60), shr(128, calldataload(add(ptr, 84))))
                calldatacopy(add(positions, 0x20), add(ptr, 116), shl(5, nPositions))
            }
            account.lastAuction = Reader.u64At(ptr + 100);
            account.liquidationStart = Reader.u32At(ptr + 108);
            account.liveUntil = Reader.u32At(ptr + 112);
            if (nPartials != 0) {
                account.partials = _decodePartials(ptr + FIXED_SIZE + nPositions * POSITION_SIZE, nPartials);
            }
        }
    }

    function _decodePartials(uint256 ptr, uint256 n) private pure returns (Partial[] memory partials) {
        partials = new Partial[](n);
        for (uint256 i = 0; i < n; ++i) {
            Partial memory open = partials[i];
            open.intent = Reader.b32At(ptr);
            open.nonce = Reader.u64At(ptr + 32);
            open.validUntil = Reader.u64At(ptr + 40);
            open.lastFill = Reader.u64At(ptr + 48);
            open.partsDone = Reader.u32At(ptr + 56);
            ptr += PARTIAL_SIZE;
        }
    }

    /// @notice The hash of the leaf's bytes.
    function hash(Account memory account) internal pure returns (bytes32 leafHash) {
        uint256 start;
        assembly ("memory-safe") {
            // Beyond the free memory pointer and not kept: the leaf is hashed, never passed on.
            start := mload(0x40)
        }
        uint256 end = _encode(account, start);
        assembly ("memory-safe") {
            leafHash := keccak256(start, sub(end, start))
        }
    }

    /// @notice The leaf's bytes.
    function encode(Account memory account) internal pure returns (bytes memory leaf) {
        uint256 start;
        assembly ("memory-safe") {
            leaf := mload(0x40)
            start := add(leaf, 0x20)
        }
        uint256 end = _encode(account, start);
        assembly ("memory-safe") {
            mstore(leaf, sub(end, start))
            mstore(0x40, and(add(end, 0x3f), not(0x1f)))
        }
    }

    /// @dev Fields are written in ascending order, each word's unused tail being overwritten by the next.
    function _encode(Account memory account, uint256 ptr) private pure returns (uint256 end) {
        uint256[] memory positions = account.positions;
        Partial[] memory partials = account.partials;
        uint256 head = 1 << 248 | uint256(uint160(account.owner)) << 88 | account.number << 56 | account.mode << 48
            | positions.length << 40 | partials.length << 32;
        uint256 cash = uint256(account.cash) << 192;
        uint256[4] memory lanes = account.lanes;
        uint256 tail = account.lastAuction << 192 | account.liquidationStart << 160 | account.liveUntil << 128;
        assembly ("memory-safe") {
            mstore(ptr, head)
            mstore(add(ptr, 28), cash)
            mstore(add(ptr, 36), shl(128, mload(lanes)))
            mstore(add(ptr, 52), shl(128, mload(add(lanes, 0x20))))
            mstore(add(ptr, 68), shl(128, mload(add(lanes, 0x40))))
            mstore(add(ptr, 84), shl(128, mload(add(lanes, 0x60))))
            mstore(add(ptr, 100), tail)
            let size := shl(5, mload(positions))
            mcopy(add(ptr, 116), add(positions, 0x20), size)
            end := add(add(ptr, 116), size)
        }
        for (uint256 i = 0; i < partials.length; ++i) {
            Partial memory open = partials[i];
            bytes32 intent = open.intent;
            uint256 rest = open.nonce << 192 | open.validUntil << 128 | open.lastFill << 64 | open.partsDone << 32;
            assembly ("memory-safe") {
                mstore(end, intent)
                mstore(add(end, 32), rest)
                end := add(end, 60)
            }
        }
    }

    /// @notice Whether the account exists.
    function exists(Account memory account) internal pure returns (bool) {
        return account.owner != address(0);
    }

    /// @notice Whether the leaf belongs to the owner's account of that number.
    function isOf(Account memory account, address owner, uint256 number) internal pure returns (bool) {
        return account.owner == owner && account.number == number && owner != address(0);
    }

    function assetOf(uint256 position) internal pure returns (uint256) {
        return position >> 192;
    }

    function quantityOf(uint256 position) internal pure returns (int256) {
        return int256(int64(uint64(position >> 128)));
    }

    /// @notice The quantity of one asset that the account holds.
    function quantity(Account memory account, uint256 asset) internal pure returns (int256) {
        (uint256 index, bool found) = _find(account.positions, asset);
        return found ? quantityOf(account.positions[index]) : int256(0);
    }

    /// @notice Adds to a position. One that becomes zero is removed, a new one is put in its place by asset.
    /// @return fits Whether the new quantity is within int64; if not, nothing was changed
    function add(Account memory account, uint256 asset, int256 change) internal pure returns (bool fits) {
        uint256[] memory positions = account.positions;
        (uint256 index, bool found) = _find(positions, asset);
        unchecked {
            if (found) {
                int256 next = quantityOf(positions[index]) + change;
                if (next != int64(next)) return false;
                if (next == 0) {
                    _remove(positions, index);
                } else {
                    uint256 mask = uint256(type(uint64).max) << 128;
                    positions[index] = (positions[index] & ~mask) | uint256(uint64(int64(next))) << 128;
                }
            } else if (change != 0) {
                if (change != int64(change)) return false;
                _insert(account, index, asset << 192 | uint256(uint64(int64(change))) << 128);
            }
        }
        return true;
    }

    /// @notice Adds to the cash.
    /// @return fits Whether the new amount is within int64; if not, nothing was changed
    function addCash(Account memory account, int256 change) internal pure returns (bool fits) {
        unchecked {
            int256 next = account.cash + change;
            if (next != int64(next)) return false;
            account.cash = next;
        }
        return true;
    }

    /// @notice Finds the open partial fill of an intent.
    function partialOf(Account memory account, bytes32 intent) internal pure returns (uint256 index, bool found) {
        Partial[] memory partials = account.partials;
        for (index = 0; index < partials.length; ++index) {
            if (partials[index].intent == intent) return (index, true);
        }
    }

    /// @notice Opens a partial fill behind the others.
    function appendPartial(Account memory account, Partial memory open) internal pure {
        Partial[] memory old = account.partials;
        uint256 n = old.length;
        Partial[] memory grown;
        assembly ("memory-safe") {
            grown := mload(0x40)
            mstore(0x40, add(grown, shl(5, add(n, 2))))
            mstore(grown, add(n, 1))
            mcopy(add(grown, 0x20), add(old, 0x20), shl(5, n))
        }
        grown[n] = open;
        account.partials = grown;
    }

    /// @notice Closes the partial fill at a position, keeping the order of the others.
    function removePartial(Account memory account, uint256 index) internal pure {
        Partial[] memory partials = account.partials;
        uint256 last = partials.length - 1;
        for (; index < last; ++index) {
            partials[index] = partials[index + 1];
        }
        assembly ("memory-safe") {
            mstore(partials, last)
        }
    }

    /// @notice Whether the owner's dead-man switch has gone off: nothing signed before is to be filled any more.
    function isLapsed(Account memory account, uint256 time) internal pure returns (bool) {
        return account.liveUntil != 0 && time > account.liveUntil;
    }

    /// @notice Uses a nonce; one that cannot be used is refused (202).
    function useNonce(Account memory account, uint256 nonce) internal pure {
        uint256 lane = Nonces.laneOf(nonce);
        uint256 number = Nonces.numberOf(nonce);
        if (!Nonces.isFree(account.lanes[lane], number)) _refuseNonce(number, account.lanes[lane]);
        account.lanes[lane] = Nonces.use(account.lanes[lane], number);
    }

    /// @notice Makes nonces unusable and closes the partial fills that are bound to them; refuses what has nothing to cancel (202).
    /// @param kind One, all below it in its lane, or all
    function cancel(Account memory account, uint256 kind, uint256 nonce) internal pure {
        uint256 lane = Nonces.laneOf(nonce);
        uint256 number = Nonces.numberOf(nonce);
        uint256[4] memory lanes = account.lanes;
        uint256 removed = _removePartials(account, kind, nonce);
        if (kind == CANCEL_ONE) {
            // The nonce of a partial fill is used already; what is cancelled then is the rest of the intent.
            if (removed == 0) useNonce(account, nonce);
        } else if (kind == CANCEL_BELOW) {
            if (number <= lanes[lane] >> 64) _refuseNonce(number, lanes[lane]);
            lanes[lane] = Nonces.cancelBelow(lanes[lane], number);
        } else {
            if (!Nonces.isFree(lanes[lane], number)) _refuseNonce(number, lanes[lane]);
            for (uint256 i = 0; i < 4; ++i) {
                lanes[i] = Nonces.cancelWindow(lanes[i]);
            }
        }
    }

    function _refuseNonce(uint256 number, uint256 lane) private pure {
        revert IRefusals.Refused(Codes.NONCE_USED, 0, int256(number), int256(lane >> 64));
    }

    /// @dev Closes the partial fills that a cancel of this kind reaches.
    function _removePartials(Account memory account, uint256 kind, uint256 nonce)
        private
        pure
        returns (uint256 removed)
    {
        uint256 i = account.partials.length;
        while (i != 0) {
            --i;
            uint256 open = account.partials[i].nonce;
            bool reached = kind == CANCEL_ALL
                || (kind == CANCEL_ONE ? open == nonce : Nonces.laneOf(open) == Nonces.laneOf(nonce) && open < nonce);
            if (reached) {
                removePartial(account, i);
                ++removed;
            }
        }
    }

    /// @notice Closes the partial fills whose intents are no longer valid.
    function dropExpired(Account memory account, uint256 time) internal pure {
        uint256 index = account.partials.length;
        while (index != 0) {
            --index;
            if (account.partials[index].validUntil < time) removePartial(account, index);
        }
    }

    function _newPositions(Account memory account, uint256 length, uint256 room)
        private
        pure
        returns (uint256[] memory positions)
    {
        account.room = room;
        assembly ("memory-safe") {
            positions := mload(0x40)
            mstore(0x40, add(add(positions, 0x20), shl(5, room)))
            mstore(positions, length)
        }
    }

    /// @return index Where the asset is, or where it belongs
    /// @return found Whether it is there
    function _find(uint256[] memory positions, uint256 asset) private pure returns (uint256 index, bool found) {
        unchecked {
            assembly ("memory-safe") {
                let first := add(positions, 0x20)
                let ptr := first
                for { let end := add(first, shl(5, mload(positions))) } lt(ptr, end) { ptr := add(ptr, 0x20) } {
                    let here := shr(192, mload(ptr))
                    if iszero(lt(here, asset)) {
                        found := eq(here, asset)
                        break
                    }
                }
                index := shr(5, sub(ptr, first))
            }
        }
    }

    function _insert(Account memory account, uint256 index, uint256 position) private pure {
        uint256[] memory positions = account.positions;
        uint256 n = positions.length;
        if (n == account.room) {
            uint256[] memory grown = _newPositions(account, n, 2 * n + 4);
            assembly ("memory-safe") {
                mcopy(add(grown, 0x20), add(positions, 0x20), shl(5, n))
            }
            account.positions = grown;
            positions = grown;
        }
        assembly ("memory-safe") {
            let slot := add(add(positions, 0x20), shl(5, index))
            mcopy(add(slot, 0x20), slot, shl(5, sub(n, index)))
            mstore(slot, position)
            mstore(positions, add(n, 1))
        }
    }

    function _remove(uint256[] memory positions, uint256 index) private pure {
        assembly ("memory-safe") {
            let n := mload(positions)
            let slot := add(add(positions, 0x20), shl(5, index))
            mcopy(slot, add(slot, 0x20), shl(5, sub(sub(n, index), 1)))
            mstore(positions, sub(n, 1))
        }
    }

    /// @notice Refuses an account that a trade left in a form that is not allowed.
    /// @param item Position of the account in the step, for the error
    function requireAllowed(Account memory account, uint256 item) internal pure {
        uint256[] memory positions = account.positions;
        uint256 n = positions.length;
        if (n > MAX_POSITIONS) {
            revert IRefusals.Refused(Codes.POSITIONS_FULL, item, int256(n), int256(MAX_POSITIONS));
        }
        if (account.partials.length > MAX_PARTIALS) {
            revert IRefusals.Refused(Codes.PARTIALS_FULL, item, int256(account.partials.length), int256(MAX_PARTIALS));
        }
        uint256 position;
        uint256 spot = AssetIds.KIND_SPOT;
        assembly ("memory-safe") {
            let ptr := add(positions, 0x20)
            for { let end := add(ptr, shl(5, n)) } lt(ptr, end) { ptr := add(ptr, 0x20) } {
                let word := mload(ptr)
                // The sign first: most positions need no more.
                if and(shr(191, word), 1) {
                    if eq(and(shr(224, word), 0xf), spot) {
                        position := word
                        break
                    }
                }
            }
        }
        if (position != 0) revert IRefusals.Refused(Codes.SPOT_NEGATIVE, item, quantityOf(position), 0);
    }
}
