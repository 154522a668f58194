// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataPacking} from "./interfaces/IDataPacking.sol";
import {AssetIds} from "./libraries/AssetIds.sol";
import {Commands} from "./libraries/Commands.sol";
import {Eip712} from "./libraries/Eip712.sol";
import {Reader} from "./libraries/Reader.sol";

/// @title Expands packed batch data
/// @dev Whoever reads the chain has to expand them to the same bytes, so whatever another reader could take differently is refused: a
///      number with a field too narrow for it, an asset that is none, bytes left over.
contract DataPacking is IDataPacking {
    uint256 private constant HEAD = 4;
    uint256 private constant NAME_SIZE = 40;
    uint256 private constant ENTRY = 36;
    uint256 private constant PLAIN = 0;
    uint256 private constant MAX_FILLS = 15;
    uint256 private constant MAX_LEGS = 16;
    uint256 private constant FILL_SIZE = 52;
    uint256 private constant SIGNATURE_SIZE = 65;
    /// @dev What hashing needs beyond the free memory pointer; the data are made behind it.
    uint256 private constant SCRATCH = 0x100;

    /// @dev On the way: absolute positions in calldata and in memory.
    struct Way {
        bytes32 domain;
        uint256 start;
        uint256 ptr;
        uint256 end;
        uint256 names;
        uint256 nameCount;
        uint256 to;
        Eip712.Intent intent;
        bytes32[] legs;
    }

    /// @inheritdoc IDataPacking
    function unpack(bytes32 domainSeparator, bytes calldata packed) external pure returns (bytes memory data) {
        (uint256 from, uint256 size,) = _unpack(domainSeparator, packed);
        assembly ("memory-safe") {
            data := mload(0x40)
            mcopy(add(data, 0x20), from, size)
            mstore(data, size)
            mstore(0x40, and(add(add(data, size), 0x3f), not(0x1f)))
        }
    }

    /// @inheritdoc IDataPacking
    function digest(bytes32 domainSeparator, bytes calldata packed)
        external
        pure
        returns (bytes32 hash, uint256 steps)
    {
        uint256 from;
        uint256 size;
        (from, size, steps) = _unpack(domainSeparator, packed);
        assembly ("memory-safe") {
            hash := keccak256(from, size)
        }
    }

    /// @dev u8 version | u16 steps | u8 nNames | nNames × (u64 asset | b32 nameHash) | steps × (b32 rootAfter | u8 form | body)
    function _unpack(bytes32 domain, bytes calldata packed)
        private
        pure
        returns (uint256 from, uint256 size, uint256 steps)
    {
        unchecked {
            Way memory way;
            way.domain = domain;
            way.intent.typeHash = Eip712.INTENT_TYPEHASH;
            way.intent.conditions = Eip712.NO_CONDITIONS;
            way.legs = new bytes32[](MAX_LEGS);
            uint256 ptr;
            assembly ("memory-safe") {
                ptr := packed.offset
                from := add(mload(0x40), SCRATCH)
            }
            way.start = ptr;
            way.end = ptr + packed.length;
            steps = Reader.u16At(ptr + 1);
            if (packed.length < HEAD || Reader.u8At(ptr) != Commands.VERSION || steps == 0) _refuse(way, ptr);
            way.nameCount = Reader.u8At(ptr + 3);
            way.names = ptr + HEAD;
            way.ptr = way.names + way.nameCount * NAME_SIZE;
            _requireNames(way);
            uint256 entry = from + 4;
            way.to = entry + steps * ENTRY;
            assembly ("memory-safe") {
                mstore(from, shl(224, steps))
            }
            for (uint256 end = way.to; entry < end; entry += ENTRY) {
                uint256 offset = way.to - from;
                bytes32 rootAfter = Reader.b32At(way.ptr);
                assembly ("memory-safe") {
                    // The offset is 4 bytes: those before it in its word stay as they are.
                    let before := shl(32, shr(32, mload(sub(entry, 28))))
                    mstore(sub(entry, 28), or(before, offset))
                    mstore(add(entry, 4), rootAfter)
                }
                uint256 form = Reader.u8At(way.ptr + 32);
                way.ptr += 33;
                if (form == Commands.TRADE) _trade(way);
                else if (form == PLAIN) _plain(way);
                else _refuse(way, way.ptr - 1);
                // Before the next: a step that reads on behind the end could go on for long.
                if (way.ptr > way.end) _refuse(way, way.end);
            }
            if (way.ptr != way.end) _refuse(way, way.ptr);
            size = way.to - from;
            uint256 to = way.to;
            assembly ("memory-safe") {
                mstore(0x40, and(add(to, 0x3f), not(0x1f)))
            }
        }
    }

    /// @dev Ascending, so that an asset has one name.
    function _requireNames(Way memory way) private pure {
        unchecked {
            uint256 last = 0;
            for (uint256 ptr = way.names; ptr < way.ptr; ptr += NAME_SIZE) {
                uint256 asset = Reader.u64At(ptr);
                if (asset <= last || !AssetIds.isCanonical(asset)) _refuse(way, ptr);
                last = asset;
            }
        }
    }

    /// @dev u32 length | record
    function _plain(Way memory way) private pure {
        unchecked {
            uint256 size = Reader.u32At(way.ptr);
            if (way.ptr + 4 + size > way.end) _refuse(way, way.ptr);
            _copy(way, way.ptr + 4, size);
            way.ptr += 4 + size;
        }
    }

    /// @dev b32 transcript | addr solver | u16 sizes | account, auction, pays, validUntil | b32 path | b32 salt | signature
    ///      | u8 nFills | fills
    function _trade(Way memory way) private pure {
        unchecked {
            uint256 ptr = way.ptr;
            uint256 to = way.to;
            uint256 sizes = Reader.u16At(ptr + 52);
            way.ptr = ptr + 54;
            uint256 account = _number(way, sizes >> 12, 32);
            uint256 auction = _number(way, (sizes >> 8) & 0xf, 63);
            uint256 pays = _number(way, (sizes >> 4) & 0xf, 63);
            uint256 validUntil = _number(way, sizes & 0xf, 63);
            uint256 then = way.ptr;
            uint256 n = Reader.u8At(then + 129);
            if (n == 0 || n > MAX_FILLS) _refuse(way, then + 129);
            way.ptr = then + 130;
            uint256 kind = Commands.VERSION << 8 | Commands.TRADE;
            assembly ("memory-safe") {
                // As in the record, each word's unused tail being overwritten by the next.
                mstore(to, or(shl(240, kind), shl(176, auction)))
                calldatacopy(add(to, 10), ptr, 32)
                mstore8(add(to, 42), 1)
                calldatacopy(add(to, 43), add(ptr, 32), 20)
                mstore(add(to, 63), or(or(shl(224, account), shl(160, auction)), shl(96, pays)))
                calldatacopy(add(to, 83), then, 32)
                mstore(add(to, 115), shl(192, validUntil))
                calldatacopy(add(to, 123), add(then, 32), 32)
                mstore8(add(to, 155), n)
                let signature := add(add(to, 156), mul(n, FILL_SIZE))
                calldatacopy(signature, add(then, 64), SIGNATURE_SIZE)
                mstore8(add(signature, SIGNATURE_SIZE), n)
            }
            uint256 fillAt = to + 156;
            way.to = fillAt + n * FILL_SIZE + SIGNATURE_SIZE + 1;
            for (uint256 i = 0; i < n; ++i) {
                _fill(way, fillAt + i * FILL_SIZE);
            }
        }
    }

    /// @dev u32 sizes | cash, fee of the fill; cash, maxFee, validFrom, validUntil, nonce of the intent | [u32 parts of the fill | u32
    ///      account | u32 parts | u32 minParts | u8 verifiedOnly] | addr owner | u8 nLegs | legs × (u8 name | u8 size | quantity)
    ///      | signature
    function _fill(Way memory way, uint256 fillAt) private pure {
        unchecked {
            Eip712.Intent memory intent = way.intent;
            uint256 ptr = way.ptr;
            uint256 to = way.to;
            uint256 legs;
            uint256 wide;
            assembly ("memory-safe") {
                function take(at, size) -> value {
                    value := shr(sub(256, shl(3, size)), calldataload(at))
                }
                let sizes := shr(224, calldataload(ptr))
                ptr := add(ptr, 4)
                // No size is above 8: a nibble with its highest bit has no other. The first is 0 or 1.
                wide := and(and(shr(3, sizes), or(or(sizes, shr(1, sizes)), shr(2, sizes))), 0x1111111)
                wide := or(wide, shr(29, sizes))

                // The last 20 bytes of the fill; the intent's id comes over what stands before them.
                let size := and(shr(24, sizes), 0xf)
                // Of no bytes there is no sign to extend, which leaves the zero as it is.
                let word := shr(128, shl(192, signextend(sub(size, 1), take(ptr, size))))
                ptr := add(ptr, size)
                size := and(shr(20, sizes), 0xf)
                let amount := take(ptr, size)
                ptr := add(ptr, size)
                let amounts := amount
                mstore(add(fillAt, 20), or(or(shl(128, 1), word), amount))

                // The intent, both as its record and as what is signed. Each word's unused tail is overwritten by the next.
                size := and(shr(16, sizes), 0xf)
                word := signextend(sub(size, 1), take(ptr, size))
                ptr := add(ptr, size)
                mstore(add(intent, 0x80), word)
                word := shl(192, word)
                size := and(shr(12, sizes), 0xf)
                amount := take(ptr, size)
                ptr := add(ptr, size)
                amounts := or(amounts, amount)
                mstore(add(intent, 0xa0), amount)
                mstore(add(to, 25), or(or(word, shl(128, amount)), 0x00000001000000010000000000000000))
                size := and(shr(8, sizes), 0xf)
                word := take(ptr, size)
                ptr := add(ptr, size)
                amounts := or(amounts, word)
                mstore(add(intent, 0x100), word)
                size := and(shr(4, sizes), 0xf)
                amount := take(ptr, size)
                ptr := add(ptr, size)
                amounts := or(amounts, amount)
                mstore(add(intent, 0x120), amount)
                word := or(shl(192, word), shl(128, amount))
                size := and(sizes, 0xf)
                amount := take(ptr, size)
                ptr := add(ptr, size)
                mstore(add(intent, 0x140), amount)
                mstore(add(to, 49), or(word, shl(64, amount)))
                mstore(add(intent, 0x40), 0)
                mstore(add(intent, 0xc0), 1)
                mstore(add(intent, 0xe0), 1)
                mstore(add(intent, 0x160), 0)
                if shr(28, sizes) {
                    word := calldataload(ptr)
                    ptr := add(ptr, 17)
                    mstore(add(fillAt, 20), or(shl(128, shr(224, word)), shr(128, shl(128, mload(add(fillAt, 20))))))
                    mstore(add(intent, 0x40), and(shr(192, word), 0xffffffff))
                    mstore(add(intent, 0xc0), and(shr(160, word), 0xffffffff))
                    mstore(add(intent, 0xe0), and(shr(128, word), 0xffffffff))
                    mstore(add(to, 41), or(shl(192, shr(192, shl(64, word))), shr(64, mload(add(to, 49)))))
                    amount := and(shr(120, word), 0xff)
                    mstore(add(intent, 0x160), amount)
                    mstore8(add(to, 73), amount)
                    wide := or(wide, shr(1, amount))
                }
                wide := or(wide, shr(63, amounts))

                word := calldataload(ptr)
                ptr := add(ptr, 21)
                legs := and(shr(88, word), 0xff)
                mstore8(add(to, 74), legs)
                word := shr(96, word)
                mstore(add(intent, 0x20), word)
                // Behind version, owner and account comes the cash, which is written already.
                word := or(or(shl(248, 1), shl(88, word)), shl(56, mload(add(intent, 0x40))))
                mstore(to, or(word, shr(200, mload(add(to, 25)))))
            }
            if (wide != 0 || legs > MAX_LEGS) _refuse(way, way.ptr);
            way.ptr = ptr;
            way.to = to + 75;
            intent.legs = _legs(way, legs);
            bytes32 id = Eip712.digest(way.domain, Eip712.hashIntent(intent));
            ptr = way.ptr;
            to = way.to;
            assembly ("memory-safe") {
                mstore(fillAt, id)
                calldatacopy(to, ptr, SIGNATURE_SIZE)
            }
            way.ptr = ptr + SIGNATURE_SIZE;
            way.to = to + SIGNATURE_SIZE;
        }
    }

    function _legs(Way memory way, uint256 n) private pure returns (bytes32 hash) {
        unchecked {
            bytes32[] memory legs = way.legs;
            uint256 ptr = way.ptr;
            uint256 to = way.to;
            for (uint256 i = 0; i < n; ++i) {
                uint256 which = Reader.u8At(ptr);
                uint256 size = Reader.u8At(ptr + 1);
                if (which >= way.nameCount || size > 8) _refuse(way, ptr);
                uint256 name = way.names + which * NAME_SIZE;
                int256 quantity = _signed(ptr + 2, size);
                ptr += 2 + size;
                bytes32 leg = Eip712.hashLeg(Reader.b32At(name + 8), quantity);
                assembly ("memory-safe") {
                    mstore(to, or(shl(192, shr(192, calldataload(name))), shr(64, shl(192, quantity))))
                    mstore(add(add(legs, 0x20), shl(5, i)), leg)
                }
                to += 16;
            }
            way.ptr = ptr;
            way.to = to;
            assembly ("memory-safe") {
                hash := keccak256(add(legs, 0x20), shl(5, n))
            }
        }
    }

    /// @dev The next `size` bytes as a number of at most so many bits.
    function _number(Way memory way, uint256 size, uint256 bits) private pure returns (uint256 value) {
        unchecked {
            uint256 ptr = way.ptr;
            assembly ("memory-safe") {
                value := shr(sub(256, shl(3, size)), calldataload(ptr))
            }
            if (size > 8 || value >> bits != 0) _refuse(way, ptr);
            way.ptr = ptr + size;
        }
    }

    /// @dev `size` bytes, at most 8, as a number in two's complement.
    function _signed(uint256 ptr, uint256 size) private pure returns (int256 value) {
        assembly ("memory-safe") {
            value := signextend(sub(size, 1), shr(sub(256, shl(3, size)), calldataload(ptr)))
        }
    }

    function _copy(Way memory way, uint256 from, uint256 size) private pure {
        unchecked {
            uint256 to = way.to;
            assembly ("memory-safe") {
                calldatacopy(to, from, size)
            }
            way.to = to + size;
        }
    }

    function _refuse(Way memory way, uint256 ptr) private pure {
        revert Unpackable(ptr - way.start);
    }
}
