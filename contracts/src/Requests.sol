// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRequests} from "./interfaces/IRequests.sol";
import {IVault} from "./interfaces/IVault.sol";
import {AccountLeaf} from "./libraries/AccountLeaf.sol";
import {AssetIds} from "./libraries/AssetIds.sol";
import {Commands} from "./libraries/Commands.sol";
import {MarginParameters} from "./libraries/MarginParameters.sol";

/// @title Parley's requests
/// @dev It holds no funds. The vault takes entries of these kinds from it and from nobody else.
contract Requests is IRequests {
    uint256 private constant MAX_AMOUNT = uint64(type(int64).max);

    /// @inheritdoc IRequests
    IVault public immutable vault;
    /// @inheritdoc IRequests
    address public immutable insurance;

    uint32 private _keyCount;
    mapping(bytes32 keyId => uint32) private _keyIndexPlusOne;

    constructor(IVault vault_, address insurance_) {
        vault = vault_;
        insurance = insurance_;
    }

    /// @inheritdoc IRequests
    function forceWithdraw(uint32 account, uint64 asset, uint64 amount, address to) external returns (uint64) {
        if (vault.listing(asset).token == address(0)) revert BadArgument(1, asset);
        if (amount == 0 || amount > MAX_AMOUNT) revert BadArgument(2, amount);
        if (to == address(0)) revert BadArgument(3, 0);
        return
            vault.enqueue(Commands.FORCED_WITHDRAW, bytes.concat(_head(account), abi.encodePacked(asset, amount, to)));
    }

    /// @inheritdoc IRequests
    function forceReduce(uint32 account, uint64 asset, uint64 quantity) external returns (uint64) {
        uint256 kind = AssetIds.kind(asset);
        bool isDerivative = kind != AssetIds.KIND_CASH && kind != AssetIds.KIND_SPOT;
        if (!isDerivative || !vault.listing(asset).listed) revert BadArgument(1, asset);
        if (quantity == 0 || quantity > MAX_AMOUNT) revert BadArgument(2, quantity);
        if (msg.sender == insurance && account == 0) revert BadArgument(0, account);
        bytes memory body = abi.encodePacked(asset, quantity, _index(insurance, 0), insurance, uint32(0));
        return vault.enqueue(Commands.FORCED_REDUCE, bytes.concat(_head(account), body));
    }

    /// @inheritdoc IRequests
    function forceCancel(uint32 account, uint8 kind, uint64 nonce) external returns (uint64) {
        if (kind > AccountLeaf.CANCEL_ALL) revert BadArgument(1, kind);
        return vault.enqueue(Commands.FORCED_CANCEL, bytes.concat(_head(account), abi.encodePacked(kind, nonce)));
    }

    /// @inheritdoc IRequests
    function registerKey(uint32 account, address key, uint8 scope, uint64 expiry) external returns (uint64) {
        if (key == address(0)) revert BadArgument(1, 0);
        if (scope > 15) revert BadArgument(2, scope);
        if (expiry > MAX_AMOUNT) revert BadArgument(3, expiry);
        bytes32 id = _keyId(msg.sender, account, key);
        uint32 indexPlusOne = _keyIndexPlusOne[id];
        if (indexPlusOne == 0) {
            indexPlusOne = ++_keyCount;
            _keyIndexPlusOne[id] = indexPlusOne;
        }
        return vault.enqueue(
            Commands.REGISTER_KEY, abi.encodePacked(indexPlusOne - 1, msg.sender, account, key, scope, expiry)
        );
    }

    /// @inheritdoc IRequests
    function setParameters(uint8 what, bytes calldata content) external returns (uint64) {
        if (msg.sender != vault.governor()) revert NotGovernor(msg.sender);
        if (what != Commands.MARGIN_PARAMETERS && what != Commands.FEEDER_SET) revert BadArgument(0, what);
        if (content.length > type(uint16).max) revert BadArgument(1, content.length);
        if (what == Commands.FEEDER_SET) _requireFeederSet(content);
        else _requireMarginParameters(content);
        return vault.enqueue(Commands.SET_PARAMETERS, abi.encodePacked(what, uint16(content.length), content));
    }

    /// @inheritdoc IRequests
    function keyIndex(address owner, uint32 account, address key)
        external
        view
        returns (uint32 index, bool registered)
    {
        uint32 indexPlusOne = _keyIndexPlusOne[_keyId(owner, account, key)];
        registered = indexPlusOne != 0;
        index = registered ? indexPlusOne - 1 : 0;
    }

    /// @dev u32 accountIndex | addr owner | u32 account, of the caller
    function _head(uint32 account) private view returns (bytes memory) {
        return abi.encodePacked(_index(msg.sender, account), msg.sender, account);
    }

    function _index(address owner, uint32 account) private view returns (uint32 index) {
        index = vault.accountIndex(owner, account);
        if (index == 0) revert NoAccount(owner, account);
    }

    function _keyId(address owner, uint32 account, address key) private pure returns (bytes32) {
        return keccak256(abi.encode(owner, account, key));
    }

    function _requireMarginParameters(bytes calldata content) private pure {
        uint256 ptr;
        assembly ("memory-safe") {
            ptr := content.offset
        }
        if (!MarginParameters.isAdmissible(ptr, content.length)) revert BadArgument(1, content.length);
    }

    /// @dev u8 threshold | u8 n | n × addr, ascending
    function _requireFeederSet(bytes calldata content) private pure {
        if (content.length < 22) revert BadArgument(1, content.length);
        uint256 threshold = uint8(content[0]);
        uint256 n = uint8(content[1]);
        if (threshold == 0 || threshold > n || content.length != 2 + 20 * n) revert BadArgument(1, threshold);
        uint160 last = 0;
        for (uint256 i = 0; i < n; ++i) {
            uint160 feeder = uint160(bytes20(content[2 + 20 * i:22 + 20 * i]));
            if (feeder <= last) revert BadArgument(1, feeder);
            last = feeder;
        }
    }
}
