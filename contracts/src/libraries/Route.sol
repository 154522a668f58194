// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoutes} from "../interfaces/IRoutes.sol";
import {Hashing} from "./Hashing.sol";
import {Reader} from "./Reader.sol";

/// @title A route, read from calldata
library Route {
    uint256 internal constant SIZE = 94;
    uint256 internal constant VERSION = 1;

    /// @notice A route's fields and its hash, by which it is known. Amounts are units.
    struct Data {
        bytes32 id;
        address owner;
        uint32 account;
        uint64 auction;
        uint8 index;
        address adapter;
        uint64 input;
        uint64 amount;
        uint64 output;
        uint64 minimum;
        uint64 validUntil;
    }

    /// @dev u8 version | addr owner | u32 account | u64 auction | u8 index | addr adapter | u64 input | u64 amount | u64 output
    ///      | u64 minimum | u64 validUntil
    function decode(bytes calldata route) internal pure returns (Data memory data) {
        uint256 ptr;
        assembly ("memory-safe") {
            ptr := route.offset
        }
        if (route.length != SIZE || Reader.u8At(ptr) != VERSION) {
            revert IRoutes.BadRoute(route.length, route.length == 0 ? 0 : Reader.u8At(ptr));
        }
        data.id = Hashing.keccakCalldata(route);
        data.owner = Reader.addressAt(ptr + 1);
        data.account = uint32(Reader.u32At(ptr + 21));
        data.auction = uint64(Reader.u64At(ptr + 25));
        data.index = uint8(Reader.u8At(ptr + 33));
        data.adapter = Reader.addressAt(ptr + 34);
        data.input = uint64(Reader.u64At(ptr + 54));
        data.amount = uint64(Reader.u64At(ptr + 62));
        data.output = uint64(Reader.u64At(ptr + 70));
        data.minimum = uint64(Reader.u64At(ptr + 78));
        data.validUntil = uint64(Reader.u64At(ptr + 86));
    }
}
