// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Commands} from "./Commands.sol";
import {Reader} from "./Reader.sol";

/// @title Who signs a trade, read from its record without running it
library Trades {
    uint256 private constant BID_AT = 42;
    uint256 private constant BID_SIZE = 114;
    uint256 private constant FILL_SIZE = 52;
    uint256 private constant INTENT_SIZE = 75;
    uint256 private constant LEG_SIZE = 16;
    uint256 private constant CONDITIONS_SIZE = 30;
    uint256 private constant SIGNATURE_SIZE = 65;
    uint256 private constant FLAG_VERIFIED_ONLY = 1;
    uint256 private constant FLAG_CONDITIONS = 2;

    /// @notice What a trade's record says of its signers.
    /// @param whole        Whether the record could be read to its end
    /// @param verifiedOnly Whether an intent asks for proof
    /// @param owners       The solver, then each intent's owner
    /// @param accounts     Their numbers of the accounts
    /// @param legs         Absolute calldata position of each intent's count of legs, which the legs follow
    struct Signers {
        bool whole;
        bool verifiedOnly;
        address[] owners;
        uint32[] accounts;
        uint256[] legs;
    }

    function isTrade(bytes calldata record) internal pure returns (bool) {
        return record.length > 1 && uint8(record[0]) == Commands.VERSION && uint8(record[1]) == Commands.TRADE;
    }

    /// @notice Reads the record of a trade; never reverts for what stands in it.
    function signers(bytes calldata record) internal pure returns (Signers memory found) {
        uint256 ptr;
        assembly ("memory-safe") {
            ptr := record.offset
        }
        uint256 offset = BID_AT + BID_SIZE;
        if (record.length < offset) return found;
        uint256 n = Reader.u8At(ptr + offset - 1);
        found.owners = new address[](1 + n);
        found.accounts = new uint32[](1 + n);
        found.legs = new uint256[](1 + n);
        found.owners[0] = Reader.addressAt(ptr + BID_AT + 1);
        found.accounts[0] = uint32(Reader.u32At(ptr + BID_AT + 21));
        offset += n * FILL_SIZE + SIGNATURE_SIZE + 1;
        if (record.length < offset || Reader.u8At(ptr + offset - 1) != n) return found;
        for (uint256 i = 1; i <= n; ++i) {
            if (record.length < offset + INTENT_SIZE) return found;
            found.owners[i] = Reader.addressAt(ptr + offset + 1);
            found.accounts[i] = uint32(Reader.u32At(ptr + offset + 21));
            found.legs[i] = ptr + offset + 74;
            uint256 flags = Reader.u8At(ptr + offset + 73);
            if (flags & FLAG_VERIFIED_ONLY != 0) found.verifiedOnly = true;
            offset += INTENT_SIZE + Reader.u8At(ptr + offset + 74) * LEG_SIZE + SIGNATURE_SIZE;
            if (flags & FLAG_CONDITIONS != 0) offset += CONDITIONS_SIZE;
        }
        found.whole = record.length == offset;
    }

    /// @notice The asset of an intent's leg; false if there is none.
    function assetOf(Signers memory self, uint256 number, uint256 leg)
        internal
        pure
        returns (bool exists, uint64 asset)
    {
        if (!self.whole || number == 0 || number >= self.legs.length) {
            return (false, 0);
        }
        uint256 ptr = self.legs[number];
        exists = leg < Reader.u8At(ptr);
        if (exists) asset = uint64(Reader.u64At(ptr + 1 + leg * LEG_SIZE));
    }
}
