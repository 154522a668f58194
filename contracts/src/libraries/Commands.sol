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
    uint256 internal constant FORCED_WITHDRAW = 6;
    uint256 internal constant FORCED_REDUCE = 7;
    uint256 internal constant FORCED_CANCEL = 8;
    uint256 internal constant WITHDRAW = 16;
    uint256 internal constant CANCEL = 17;
    uint256 internal constant SET_MODE = 18;
    uint256 internal constant HEARTBEAT = 19;
    uint256 internal constant PRICE = 32;
    uint256 internal constant TRADE = 48;

    uint256 internal constant MARGIN_PARAMETERS = 1;
    uint256 internal constant FEEDER_SET = 2;

    /// @notice Whether the command is an entry of the vault's queue.
    function isQueued(uint256 kind) internal pure returns (bool) {
        return kind >= DEPOSIT && kind <= FORCED_CANCEL;
    }

    /// @notice Whether the command is signed for one account, by its owner or a key of it.
    function isOwners(uint256 kind) internal pure returns (bool) {
        return kind >= WITHDRAW && kind <= HEARTBEAT;
    }

    /// @notice Whether there is such a command.
    function isKnown(uint256 kind) internal pure returns (bool) {
        return isQueued(kind) || isOwners(kind) || kind == PRICE || kind == TRADE;
    }

    /// @notice Whether a step of this kind may need the pricing.
    function isMargined(uint256 kind) internal pure returns (bool) {
        return kind == TRADE || kind == WITHDRAW || kind == SET_MODE || kind == FORCED_WITHDRAW || kind == FORCED_REDUCE;
    }

    /// @notice The bytes of an entry of the queue.
    /// @param body What follows its index
    function entry(uint256 kind, uint64 queueIndex, bytes memory body) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(VERSION), uint8(kind), queueIndex, body);
    }

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

    function listAsset(uint64 queueIndex, uint32 listingIndex, uint64 asset, bytes memory name)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(
            uint8(VERSION), uint8(LIST_ASSET), queueIndex, listingIndex, asset, uint8(name.length), name
        );
    }

    function creditFee(uint64 queueIndex, uint32 accountIndex, address owner, uint32 account, uint64 amount)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(uint8(VERSION), uint8(CREDIT_FEE), queueIndex, accountIndex, owner, account, amount);
    }
}
