// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IRoutes} from "./interfaces/IRoutes.sol";
import {IVault} from "./interfaces/IVault.sol";
import {IVenueAdapter} from "./interfaces/IVenueAdapter.sol";

/// @title Where the funds of one route lie
/// @dev Each route has a minimal proxy to this one, at an address that its id decides. It does what {IRoutes} tells it and has no memory.
contract RouteEscrow {
    using SafeERC20 for IERC20;

    /// @notice Whom it obeys; the same for all proxies, since it stands in the code.
    address public immutable routes;

    constructor() {
        routes = msg.sender;
    }

    modifier onlyRoutes() {
        if (msg.sender != routes) revert IRoutes.NotRoutes(msg.sender);
        _;
    }

    /// @notice Hands tokens to an adapter and measures what comes back. All or nothing: if it reverts, nothing was handed over.
    function swap(address adapter, IERC20 input, uint256 amount, IERC20 output, uint256 minimum)
        external
        onlyRoutes
        returns (uint256 received)
    {
        uint256 before = output.balanceOf(address(this));
        input.safeTransfer(adapter, amount);
        IVenueAdapter(adapter).swap(address(input), amount, address(output), minimum, address(this));
        received = output.balanceOf(address(this)) - before;
        if (received < minimum) revert IRoutes.BelowMinimum(received, minimum);
    }

    /// @notice Deposits tokens into an account; the allowance is used up by it.
    function deposit(IVault vault, IERC20 token, uint256 tokens, address owner, uint64 asset, uint32 account)
        external
        onlyRoutes
    {
        token.forceApprove(address(vault), tokens);
        vault.depositFor(owner, asset, tokens, account);
    }

    /// @notice Sends tokens to the account's owner.
    function payOut(IERC20 token, address owner, uint256 tokens) external onlyRoutes {
        token.safeTransfer(owner, tokens);
    }
}
