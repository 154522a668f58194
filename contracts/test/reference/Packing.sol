// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Packs the data of a batch, slowly, and written from the protocol's page alone.
library Packing {
    struct Names {
        uint64[] assets;
        bytes32[] hashes;
    }

    function pack(bytes[] memory records, bytes32[] memory roots, Names memory names)
        internal
        pure
        returns (bytes memory packed)
    {
        packed = abi.encodePacked(uint8(1), uint16(records.length), uint8(names.assets.length));
        for (uint256 i = 0; i < names.assets.length; ++i) {
            packed = abi.encodePacked(packed, names.assets[i], names.hashes[i]);
        }
        for (uint256 i = 0; i < records.length; ++i) {
            bytes memory record = records[i];
            packed = uint8(record[1]) == 48
                ? abi.encodePacked(packed, roots[i], uint8(48), _trade(record, names))
                : abi.encodePacked(packed, roots[i], uint8(0), uint32(record.length), record);
        }
    }

    function _trade(bytes memory record, Names memory names) private pure returns (bytes memory) {
        uint256 n = uint8(record[155]);
        uint256 at = 156 + 52 * n;
        (uint256 sizes, bytes memory numbers) = _number(0, "", _cut(record, 63, 4), false);
        (sizes, numbers) = _number(sizes, numbers, _cut(record, 2, 8), false);
        (sizes, numbers) = _number(sizes, numbers, _cut(record, 75, 8), false);
        (sizes, numbers) = _number(sizes, numbers, _cut(record, 115, 8), false);
        bytes memory packed =
            abi.encodePacked(_cut(record, 10, 32), _cut(record, 43, 20), uint16(sizes), numbers, _cut(record, 83, 32));
        packed = abi.encodePacked(packed, _cut(record, 123, 32), _cut(record, at, 65), uint8(n));
        at += 66;
        for (uint256 i = 0; i < n; ++i) {
            (bytes memory fill, uint256 end) = _fill(record, 156 + 52 * i, at, names);
            packed = bytes.concat(packed, fill);
            at = end;
        }
        return packed;
    }

    function _fill(bytes memory record, uint256 fillAt, uint256 at, Names memory names)
        private
        pure
        returns (bytes memory packed, uint256 end)
    {
        // fill parts 1; account 0, parts 1, minParts 1, not verifiedOnly
        bytes memory odd = bytes.concat(
            _cut(record, fillAt + 32, 4), _cut(record, at + 21, 4), _cut(record, at + 41, 8), _cut(record, at + 73, 1)
        );
        bool isUsual = keccak256(odd) == keccak256(hex"0000000100000000000000010000000100");
        (uint256 sizes, bytes memory numbers) = _number(isUsual ? 0 : 1, "", _cut(record, fillAt + 36, 8), true);
        (sizes, numbers) = _number(sizes, numbers, _cut(record, fillAt + 44, 8), false);
        uint256[5] memory offsets = [uint256(25), 33, 49, 57, 65];
        for (uint256 i = 0; i < 5; ++i) {
            (sizes, numbers) = _number(sizes, numbers, _cut(record, at + offsets[i], 8), i == 0);
        }
        if (!isUsual) numbers = bytes.concat(numbers, odd);
        uint256 legs = uint8(record[at + 74]);
        packed = abi.encodePacked(uint32(sizes), numbers, _cut(record, at + 1, 20), uint8(legs));
        end = at + 75;
        for (uint256 i = 0; i < legs; ++i) {
            packed = bytes.concat(packed, _leg(record, end, names));
            end += 16;
        }
        packed = bytes.concat(packed, _cut(record, end, 65));
        end += 65;
    }

    function _leg(bytes memory record, uint256 at, Names memory names) private pure returns (bytes memory) {
        uint64 asset = uint64(bytes8(_cut(record, at, 8)));
        uint256 which = 0;
        while (names.assets[which] != asset) ++which;
        (uint256 size, bytes memory quantity) = _number(0, "", _cut(record, at + 8, 8), true);
        return abi.encodePacked(uint8(which), uint8(size), quantity);
    }

    /// @dev Without the leading bytes that follow from the rest.
    function _number(uint256 sizes, bytes memory numbers, bytes memory field, bool isSigned)
        private
        pure
        returns (uint256, bytes memory)
    {
        uint256 from = 0;
        while (from < field.length && (isSigned ? _repeatsSign(field, from) : field[from] == 0)) ++from;
        return (sizes << 4 | (field.length - from), bytes.concat(numbers, _cut(field, from, field.length - from)));
    }

    function _repeatsSign(bytes memory field, uint256 from) private pure returns (bool) {
        if (from + 1 == field.length) return field[from] == 0;
        bool isNegative = field[from + 1] >= 0x80;
        return field[from] == (isNegative ? bytes1(0xff) : bytes1(0));
    }

    function _cut(bytes memory data, uint256 from, uint256 size) private pure returns (bytes memory part) {
        part = new bytes(size);
        for (uint256 i = 0; i < size; ++i) {
            part[i] = data[from + i];
        }
    }
}
