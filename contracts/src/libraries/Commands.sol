// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The commands of the log: their kinds, and the bytes of those that the vault queues
library Commands {
    uint256 internal constant VERSION = 1;

    uint256 internal constant DEPOSIT = 1;
    uint256 internal constant REGISTER_KEY = 2;
    uint256 internal constant LIST_ASSET = 3;
    uint256 internal constant SET_PARAMETERS = 4;
    uint256 internal constant CREDIT_FEE = 5;
    uint256 internal constant WITHDRAW = 16;
    uint256 internal constant CANCEL = 17;
    uint256 internal constant PRICE = 32;
    uint256 internal constant TRADE = 48;

    uint256 internal constant MARGIN_PARAMETERS = 1;
    uint256 internal constant FEEDER_SET = 2;

    function deposit(
        uint64 queueIndex,
        uint32 accountIndex,
        address owner,
        uint32 account,
        uint64 asset,
        uint64 amount,
        address from
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(
            uint8(VERSION), uint8(DEPOSIT), queueIndex, accountIndex, owner, account, asset, amount, from
        );
    }

    function registerKey(
        uint64 queueIndex,
        uint32 keyIndex,
        address owner,
        uint32 account,
        address key,
        uint8 scope,
        uint64 expiry
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(
            uint8(VERSION), uint8(REGISTER_KEY), queueIndex, keyIndex, owner, account, key, scope, expiry
        );
    }

    function listAsset(uint64 queueIndex, uint32 listingIndex, uint64 asset, bytes memory name)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(
            uint8(VERSION), uint8(LIST_ASSET), queueIndex, listingIndex, asset, uint8(name.length), name
        );
    }

    function setParameters(uint64 queueIndex, uint8 what, bytes memory content) internal pure returns (bytes memory) {
        return
            abi.encodePacked(uint8(VERSION), uint8(SET_PARAMETERS), queueIndex, what, uint16(content.length), content);
    }

    function creditFee(uint64 queueIndex, uint32 accountIndex, address owner, uint32 account, uint64 amount)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(uint8(VERSION), uint8(CREDIT_FEE), queueIndex, accountIndex, owner, account, amount);
    }
}
