// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IVenueAdapter} from "../interfaces/IVenueAdapter.sol";

/// @dev What of a Uniswap V2 factory is needed.
interface IPairs {
    function getPair(address one, address other) external view returns (address);
}

/// @dev What of a Uniswap V2 pair is needed.
interface IPair {
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 lastTime);
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
}

/// @title Trades in the constant-product pools of one Uniswap V2 factory
/// @dev Has no memory and no owner. What lies in it between two calls is for whoever takes it.
contract ConstantProductAdapter is IVenueAdapter {
    using SafeERC20 for IERC20;

    /// @notice Whose pairs it trades in.
    IPairs public immutable factory;

    /// @notice The factory has no pair of the two tokens.
    error NoPair(address input, address output);

    constructor(IPairs factory_) {
        factory = factory_;
    }

    /// @inheritdoc IVenueAdapter
    function swap(address input, uint256 amount, address output, uint256, address to) external {
        address pair = factory.getPair(input, output);
        if (pair == address(0)) revert NoPair(input, output);
        (uint256 reserve0, uint256 reserve1,) = IPair(pair).getReserves();
        bool isFirst = input < output;
        (uint256 reserveIn, uint256 reserveOut) = isFirst ? (reserve0, reserve1) : (reserve1, reserve0);
        IERC20(input).safeTransfer(pair, amount);
        // By what has come in, so that a token that takes a fee is quoted for what is left.
        uint256 kept = (IERC20(input).balanceOf(pair) - reserveIn) * 997;
        uint256 out = kept * reserveOut / (reserveIn * 1000 + kept);
        IPair(pair).swap(isFirst ? 0 : out, isFirst ? out : 0, to, "");
    }
}
