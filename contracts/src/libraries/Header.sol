// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashing} from "./Hashing.sol";
import {Reader} from "./Reader.sol";

/// @title A batch's header, read from calldata
library Header {
    uint256 internal constant SIZE = 158;
    uint256 internal constant VERSION = 2;

    /// @dev An owner of one of the batch's trades wants it final by proof and never by the passing of a window.
    uint256 internal constant VERIFIED_ONLY = 1;

    /// @notice A header's fields and its hash, by which it is known.
    struct Batch {
        bytes32 hash;
        uint64 sequence;
        bytes32 parentRoot;
        bytes32 root;
        bytes32 stepsRoot;
        bytes32 dataHash;
        uint32 steps;
        uint64 queueFrom;
        uint64 queueTo;
        bool verifiedOnly;
    }

    /// @notice The bytes are no header.
    /// @param length  How many there are
    /// @param version The first of them, or the flags if it is those that are unknown
    error BadHeader(uint256 length, uint256 version);

    /// @dev u8 version | u64 sequence | b32 parentRoot | b32 root | b32 stepsRoot | b32 dataHash | u32 steps
    ///      | u64 queueFrom | u64 queueTo | u8 flags
    function decode(bytes calldata header) internal pure returns (Batch memory batch) {
        uint256 ptr;
        assembly ("memory-safe") {
            ptr := header.offset
        }
        if (header.length != SIZE || Reader.u8At(ptr) != VERSION) {
            revert BadHeader(header.length, header.length == 0 ? 0 : Reader.u8At(ptr));
        }
        uint256 flags = Reader.u8At(ptr + 157);
        if (flags > VERIFIED_ONLY) revert BadHeader(header.length, flags);
        batch.hash = Hashing.keccakCalldata(header);
        batch.sequence = uint64(Reader.u64At(ptr + 1));
        batch.parentRoot = Reader.b32At(ptr + 9);
        batch.root = Reader.b32At(ptr + 41);
        batch.stepsRoot = Reader.b32At(ptr + 73);
        batch.dataHash = Reader.b32At(ptr + 105);
        batch.steps = uint32(Reader.u32At(ptr + 137));
        batch.queueFrom = uint64(Reader.u64At(ptr + 141));
        batch.queueTo = uint64(Reader.u64At(ptr + 149));
        batch.verifiedOnly = flags == VERIFIED_ONLY;
    }
}
