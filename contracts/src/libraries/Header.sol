// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashing} from "./Hashing.sol";
import {Reader} from "./Reader.sol";

/// @title A batch's header, read from calldata
library Header {
    uint256 internal constant SIZE = 157;
    uint256 internal constant VERSION = 1;

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
    }

    /// @notice The bytes are no header.
    /// @param length  How many there are
    /// @param version The first of them
    error BadHeader(uint256 length, uint256 version);

    /// @dev u8 version | u64 sequence | b32 parentRoot | b32 root | b32 stepsRoot | b32 dataHash | u32 steps
    ///      | u64 queueFrom | u64 queueTo
    function decode(bytes calldata header) internal pure returns (Batch memory batch) {
        uint256 ptr;
        assembly ("memory-safe") {
            ptr := header.offset
        }
        if (header.length != SIZE || Reader.u8At(ptr) != VERSION) {
            revert BadHeader(header.length, header.length == 0 ? 0 : Reader.u8At(ptr));
        }
        batch.hash = Hashing.keccakCalldata(header);
        batch.sequence = uint64(Reader.u64At(ptr + 1));
        batch.parentRoot = Reader.b32At(ptr + 9);
        batch.root = Reader.b32At(ptr + 41);
        batch.stepsRoot = Reader.b32At(ptr + 73);
        batch.dataHash = Reader.b32At(ptr + 105);
        batch.steps = uint32(Reader.u32At(ptr + 137));
        batch.queueFrom = uint64(Reader.u64At(ptr + 141));
        batch.queueTo = uint64(Reader.u64At(ptr + 149));
    }
}
