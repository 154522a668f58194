// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../interfaces/IRefusals.sol";
import {AccountLeaf} from "./AccountLeaf.sol";
import {Codes} from "./Codes.sol";
import {Eip712} from "./Eip712.sol";
import {Hashing} from "./Hashing.sol";
import {Reader} from "./Reader.sol";
import {Signatures} from "./Signatures.sol";

/// @title The parts that a witness is made of: accounts, listings, keys
library Witness {
    using Reader for Reader.Cursor;

    uint256 internal constant ACCOUNTS_DEPTH = 32;
    uint256 internal constant LISTINGS_DEPTH = 16;
    uint256 internal constant KEYS_DEPTH = 32;

    uint256 internal constant SCOPE_INTENTS = 1;
    uint256 internal constant SCOPE_BIDS = 2;
    uint256 internal constant SCOPE_CANCEL = 4;
    uint256 internal constant SCOPE_WITHDRAW = 8;

    /// @notice Where an account's leaf was before the step, and the siblings that lead from it to the root.
    struct Place {
        uint256 index;
        bytes32 leaf;
        uint256 bitmap;
        uint256 siblings;
    }

    /// @notice Who must have signed what.
    struct Authority {
        bytes32 digest;
        address owner;
        uint256 account;
        uint256 scope;
        uint256 time;
        bytes32 keysRoot;
    }

    /// @notice Reads `u32 index | u16 leafLength | leaf | u32 bitmap | siblings`. Nothing is proven yet: {replace} does.
    function account(Reader.Cursor memory cursor, uint256 item)
        internal
        pure
        returns (AccountLeaf.Account memory decoded, Place memory place)
    {
        uint256 ptr = cursor.take(6);
        place.index = Reader.u32At(ptr);
        uint256 size = Reader.u16At(ptr + 4);
        ptr = cursor.take(size + 4);
        AccountLeaf.decode(decoded, ptr, size, item);
        if (size != 0) place.leaf = Hashing.keccakAt(ptr, size);
        place.bitmap = Reader.u32At(ptr + size);
        place.siblings = cursor.take(32 * Hashing.siblingCount(place.bitmap));
    }

    /// @notice Proves the old leaves of several accounts against the root, and returns the root with the new leaves in their
    ///         places. None of the leaves may be empty.
    /// @dev One pass over the accounts, ascending: each climbs, old and new together, to where the way of the next joins its
    ///      own, and waits there as the left side of a pair; the last climbs to the root. So every node that the accounts
    ///      share is made once, and no sibling is given that one of them makes.
    /// @param places    Where the accounts are
    /// @param newLeaves The hash of each account's new leaf
    function replaceAll(Place[] memory places, bytes32[] memory newLeaves, bytes32 root)
        internal
        pure
        returns (bytes32 newRoot)
    {
        bytes32 oldRoot;
        uint256 surplus;
        assembly ("memory-safe") {
            function above(node, levels) -> top {
                top := node
                mstore(0x20, 0)
                for {} gt(levels, 7) { levels := sub(levels, 8) } {
                    mstore(0x00, top)
                    mstore(0x00, keccak256(0x00, 0x40))
                    mstore(0x00, keccak256(0x00, 0x40))
                    mstore(0x00, keccak256(0x00, 0x40))
                    mstore(0x00, keccak256(0x00, 0x40))
                    mstore(0x00, keccak256(0x00, 0x40))
                    mstore(0x00, keccak256(0x00, 0x40))
                    mstore(0x00, keccak256(0x00, 0x40))
                    top := keccak256(0x00, 0x40)
                }
                for {} levels { levels := sub(levels, 1) } {
                    mstore(0x00, top)
                    top := keccak256(0x00, 0x40)
                }
            }
            // Nodes that wait for their right side, each with its level: beyond the free memory pointer and not kept.
            let bottom := mload(0x40)
            let stack := bottom
            let waits := 0xff
            let size := shl(5, mload(places))
            for { let i := 0x20 } iszero(gt(i, size)) { i := add(i, 0x20) } {
                let place := mload(add(places, i))
                let index := mload(place)
                let bitmap := mload(add(place, 0x40))
                let siblings := mload(add(place, 0x60))
                oldRoot := mload(add(place, 0x20))
                newRoot := mload(add(newLeaves, i))
                let levels := 32
                if lt(i, size) {
                    // The highest bit in which the next index is another one: there the two are left and right.
                    let other := xor(index, mload(mload(add(places, add(i, 0x20)))))
                    levels := shl(4, lt(0xffff, other))
                    levels := or(levels, shl(3, lt(0xff, shr(levels, other))))
                    levels := or(levels, shl(2, lt(0xf, shr(levels, other))))
                    levels := or(levels, shl(1, lt(0x3, shr(levels, other))))
                    levels := or(levels, lt(0x1, shr(levels, other)))
                }
                surplus := or(surplus, shr(levels, bitmap))
                let level := 0
                for {} lt(level, levels) {} {
                    if iszero(or(bitmap, index)) { break }
                    // Up to the node that waits, or to where this one shall wait.
                    let until := levels
                    if lt(waits, levels) { until := waits }
                    for {} lt(level, until) { level := add(level, 1) } {
                        let side := shl(5, and(index, 1))
                        mstore(side, oldRoot)
                        switch and(bitmap, 1)
                        case 0 {
                            if iszero(or(bitmap, index)) { break }
                            mstore(xor(side, 0x20), 0)
                        }
                        default {
                            mstore(xor(side, 0x20), calldataload(siblings))
                            siblings := add(siblings, 0x20)
                        }
                        oldRoot := keccak256(0x00, 0x40)
                        mstore(side, newRoot)
                        newRoot := keccak256(0x00, 0x40)
                        bitmap := shr(1, bitmap)
                        index := shr(1, index)
                    }
                    if lt(level, until) { break }
                    if lt(level, levels) {
                        surplus := or(surplus, and(bitmap, 1))
                        stack := sub(stack, 0x60)
                        mstore(0x00, mload(add(stack, 0x20)))
                        mstore(0x20, oldRoot)
                        oldRoot := keccak256(0x00, 0x40)
                        mstore(0x00, mload(add(stack, 0x40)))
                        mstore(0x20, newRoot)
                        newRoot := keccak256(0x00, 0x40)
                        waits := 0xff
                        if gt(stack, bottom) { waits := mload(sub(stack, 0x60)) }
                        bitmap := shr(1, bitmap)
                        index := shr(1, index)
                        level := add(level, 1)
                    }
                }
                if lt(level, levels) {
                    oldRoot := above(oldRoot, sub(levels, level))
                    newRoot := above(newRoot, sub(levels, level))
                }
                mstore(stack, levels)
                mstore(add(stack, 0x20), oldRoot)
                mstore(add(stack, 0x40), newRoot)
                stack := add(stack, 0x60)
                waits := levels
            }
        }
        if (surplus != 0) {
            revert IRefusals.BadWitness(IRefusals.WitnessPart.Account, places.length, surplus);
        }
        if (oldRoot != root) revert IRefusals.WrongProof(IRefusals.WitnessPart.Account, 0, oldRoot, root);
    }

    /// @notice Proves the old leaf against the root and returns the root with the new leaf in its place.
    function replace(Place memory place, bytes32 root, bytes32 newLeaf, uint256 item)
        internal
        pure
        returns (bytes32 newRoot)
    {
        bytes32 oldRoot;
        (oldRoot, newRoot) =
            Hashing.foldBoth(place.leaf, newLeaf, place.index, ACCOUNTS_DEPTH, place.bitmap, place.siblings);
        if (oldRoot != root) {
            revert IRefusals.WrongProof(IRefusals.WitnessPart.Account, item, oldRoot, root);
        }
    }

    /// @notice Reads and proves `u32 listingIndex | u64 asset | b32 nameHash | u16 bitmap | siblings`.
    function listing(Reader.Cursor memory cursor, bytes32 listingsRoot, uint256 item)
        internal
        pure
        returns (uint256 asset, bytes32 nameHash)
    {
        uint256 ptr = cursor.take(46);
        uint256 index = Reader.u32At(ptr);
        if (index >> LISTINGS_DEPTH != 0) {
            revert IRefusals.BadWitness(IRefusals.WitnessPart.Listing, item, index);
        }
        asset = Reader.u64At(ptr + 4);
        nameHash = Reader.b32At(ptr + 12);
        bytes32 leaf = Hashing.keccakAt(ptr + 4, 40);
        uint256 bitmap = Reader.u16At(ptr + 44);
        uint256 siblings = cursor.take(32 * Hashing.siblingCount(bitmap));
        bytes32 root = Hashing.fold(leaf, index, LISTINGS_DEPTH, bitmap, siblings);
        if (root != listingsRoot) {
            revert IRefusals.WrongProof(IRefusals.WitnessPart.Listing, item, root, listingsRoot);
        }
    }

    /// @notice Reads `u8 nKeys | keys`, ascending by signature, into a table: position of the key's fields by number of the signature, 0 if none.
    /// @param signatures How many signatures the command has
    function keys(Reader.Cursor memory cursor, uint256 signatures) internal pure returns (uint256[] memory table) {
        table = new uint256[](signatures);
        uint256 n = Reader.u8At(cursor.take(1));
        uint256 next = 0;
        for (uint256 i = 0; i < n; ++i) {
            uint256 ptr = cursor.take(18);
            uint256 signature = Reader.u8At(ptr);
            // Ascending: a second key for one signature could only go unchecked.
            if (signature >= signatures || signature < next) {
                revert IRefusals.BadWitness(IRefusals.WitnessPart.Key, i, signature);
            }
            next = signature + 1;
            table[signature] = ptr;
            cursor.take(32 * Hashing.siblingCount(Reader.u32At(ptr + 14)));
        }
    }

    /// @notice Refuses a signature that is not the owner's, where the witness gives no key for it.
    /// @param signature Absolute calldata position of the signature
    /// @param item      Number of the signature, for the error
    function requireOwner(bytes32 digest, address owner, uint256 signature, uint256 item) internal pure {
        address signer = Signatures.recover(digest, signature, item);
        if (signer != owner) _refuseSigner(signer, owner, item);
    }

    function _refuseSigner(address signer, address owner, uint256 item) private pure {
        revert IRefusals.Refused(
            Codes.SIGNER_MISMATCH, item, int256(uint256(uint160(signer))), int256(uint256(uint160(owner)))
        );
    }

    /// @notice Refuses a signature that is neither the owner's nor that of a key registered for this.
    /// @param signature Absolute calldata position of the signature
    /// @param key       Position of the key's fields in the witness, 0 if none is given
    /// @param item      Number of the signature, for the error
    function authorise(Authority memory authority, uint256 signature, uint256 key, uint256 item) internal pure {
        address signer = Signatures.recover(authority.digest, signature, item);
        if (signer == authority.owner) {
            if (key != 0) revert IRefusals.BadWitness(IRefusals.WitnessPart.Key, item, 0);
            return;
        }
        if (key == 0) _refuseSigner(signer, authority.owner, item);
        uint256 scope = Reader.u8At(key + 5);
        uint256 expiry = Reader.u64At(key + 6);
        bytes32 leaf = keyLeaf(authority.owner, authority.account, signer, scope, expiry);
        bytes32 root = Hashing.fold(leaf, Reader.u32At(key + 1), KEYS_DEPTH, Reader.u32At(key + 14), key + 18);
        if (root != authority.keysRoot) {
            revert IRefusals.WrongProof(IRefusals.WitnessPart.Key, item, root, authority.keysRoot);
        }
        if (scope & authority.scope == 0) {
            revert IRefusals.Refused(Codes.KEY_NOT_ALLOWED, item, int256(scope), int256(authority.scope));
        }
        if (authority.time > expiry) {
            revert IRefusals.Refused(Codes.KEY_NOT_ALLOWED, item, int256(authority.time), int256(expiry));
        }
    }

    /// @notice Leaf of the keys tree: H(addr owner ‖ u32 account ‖ addr key ‖ u8 scope ‖ u64 expiry).
    function keyLeaf(address owner, uint256 account_, address key, uint256 scope, uint256 expiry)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(owner, uint32(account_), key, uint8(scope), uint64(expiry)));
    }

    /// @notice Leaf of the listings tree: H(u64 asset ‖ b32 H(name)).
    function listingLeaf(uint256 asset, bytes32 nameHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint64(asset), nameHash));
    }
}
