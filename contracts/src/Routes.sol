// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {RouteEscrow} from "./RouteEscrow.sol";
import {IRoutes} from "./interfaces/IRoutes.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Route} from "./libraries/Route.sol";

/// @title How solvers' risk is laid off at venues
contract Routes is IRoutes, ReentrancyGuardTransient {
    uint256 private constant UNIT_DECIMALS = 8;

    /// @dev The most of a failed swap's error that is kept: what a venue says must not cost more than what it does.
    uint256 private constant MOST_REASON = 256;

    /// @dev What a deposit may use.
    uint256 private constant DEPOSIT_GAS = 300_000;

    /// @dev What has to be left for the way home once a venue has used up all that it got.
    uint256 private constant HOME_GAS = 500_000;

    /// @inheritdoc IRoutes
    uint256 public constant VENUE_GAS = 600_000;

    /// @inheritdoc IRoutes
    IVault public immutable vault;
    /// @inheritdoc IRoutes
    address public immutable governor;

    /// @dev What the escrows are proxies to. Made first, so that its address, too, follows from this contract's.
    address private immutable ESCROW;

    /// @inheritdoc IRoutes
    mapping(address adapter => bool) public isAdapter;

    /// @dev An asset's token, and how its amounts are counted.
    struct Token {
        IERC20 erc20;
        uint256 decimals;
        /// Tokens that one unit takes, at least one
        uint256 unit;
    }

    constructor(IVault vault_, address governor_) {
        ESCROW = address(new RouteEscrow());
        vault = vault_;
        governor = governor_;
    }

    /// @inheritdoc IRoutes
    function setAdapter(address adapter, bool isAllowed) external {
        if (msg.sender != governor) revert NotGovernor(msg.sender);
        if (adapter.code.length == 0) revert NotAnAdapter(adapter);
        isAdapter[adapter] = isAllowed;
        emit AdapterSet(adapter, isAllowed);
    }

    /// @inheritdoc IRoutes
    function run(uint64 sequence, IVault.Withdrawal[] calldata withdrawals, bytes[] calldata routes)
        external
        nonReentrant
    {
        if (withdrawals.length != 0) vault.pay(sequence, withdrawals);
        for (uint256 i = 0; i < routes.length; ++i) {
            _run(Route.decode(routes[i]));
        }
    }

    function _run(Route.Data memory route) private {
        if (hasRun(route.id)) return;
        RouteEscrow escrow = RouteEscrow(escrowOf(route.id));
        Token memory input = _token(route.input);
        uint256 amount = address(input.erc20) == address(0) ? 0 : _tokensOf(input.decimals, route.amount);
        if (amount == 0) revert NothingToSwap(route.input, route.amount);
        uint256 has = input.erc20.balanceOf(address(escrow));
        if (has < amount) revert NotFunded(route.id, has, amount);
        Clones.cloneDeterministic(ESCROW, route.id);

        (bool swapped, bytes memory answer) = _swap(route, escrow, input, amount);
        if (swapped) {
            emit RouteSwapped(route.id, route.adapter, amount, uint256(bytes32(answer)));
        } else {
            emit RouteReturned(route.id, route.adapter, amount, answer);
        }
        _bringHome(route, escrow, swapped ? route.output : route.input);
    }

    /// @return swapped Whether the input was handed over, for at least the minimum of the output
    /// @return answer  What was received, or the error
    function _swap(Route.Data memory route, RouteEscrow escrow, Token memory input, uint256 amount)
        private
        returns (bool swapped, bytes memory answer)
    {
        if (vault.frozenAt() != 0) return (false, abi.encodeWithSelector(MarketStopped.selector));
        if (block.timestamp > route.validUntil) {
            return (false, abi.encodeWithSelector(RouteExpired.selector, route.validUntil));
        }
        if (!isAdapter[route.adapter]) {
            return (false, abi.encodeWithSelector(AdapterNotAllowed.selector, route.adapter));
        }
        Token memory output = _token(route.output);
        // Less than a unit could not go back into the account.
        uint256 minimum = Math.max(_tokensFor(output.decimals, route.minimum), output.unit);
        bytes memory data =
            abi.encodeCall(RouteEscrow.swap, (route.adapter, input.erc20, amount, output.erc20, minimum));
        // A call gets at most 63 of 64 parts of what is left: without this the caller could choose that the swap fails.
        uint256 needed = VENUE_GAS + VENUE_GAS / 63 + HOME_GAS;
        if (gasleft() < needed) revert TooLittleGas(gasleft(), needed);
        answer = new bytes(MOST_REASON);
        assembly ("memory-safe") {
            swapped := call(VENUE_GAS, escrow, 0, add(data, 0x20), mload(data), 0, 0)
            let size := returndatasize()
            if gt(size, MOST_REASON) { size := MOST_REASON }
            returndatacopy(add(answer, 0x20), 0, size)
            mstore(answer, size)
        }
    }

    /// @inheritdoc IRoutes
    function sweep(bytes calldata route, uint64 asset) external nonReentrant {
        Route.Data memory data = Route.decode(route);
        if (!hasRun(data.id)) revert NotRun(data.id);
        _bringHome(data, RouteEscrow(escrowOf(data.id)), asset);
    }

    /// @dev Never reverts because of a token or the vault, so that no route holds up another.
    function _bringHome(Route.Data memory route, RouteEscrow escrow, uint64 asset) private {
        Token memory token = _token(asset);
        if (address(token.erc20) == address(0)) revert NothingToSwap(asset, 0);
        uint256 has = token.erc20.balanceOf(address(escrow));
        uint256 whole = has - has % token.unit;
        if (whole != 0) {
            if (gasleft() < DEPOSIT_GAS) revert TooLittleGas(gasleft(), DEPOSIT_GAS);
            try escrow.deposit(vault, token.erc20, whole, route.owner, asset, route.account) {
                emit RouteDeposited(route.id, asset, whole);
                return;
            } catch {}
        }
        if (has != 0) {
            try escrow.payOut(token.erc20, route.owner, has) {
                emit RoutePaidOut(route.id, asset, has);
            } catch {}
        }
    }

    function _token(uint64 asset) private view returns (Token memory token) {
        IVault.Listing memory listing = vault.listing(asset);
        token.erc20 = IERC20(listing.token);
        token.decimals = listing.decimals;
        token.unit = listing.decimals > UNIT_DECIMALS ? 10 ** (listing.decimals - UNIT_DECIMALS) : 1;
    }

    /// @dev Rounded down to what the token can express, as the vault pays it.
    function _tokensOf(uint256 decimals, uint256 units) private pure returns (uint256) {
        return
            decimals < UNIT_DECIMALS
                ? units / 10 ** (UNIT_DECIMALS - decimals)
                : units * 10 ** (decimals - UNIT_DECIMALS);
    }

    /// @dev Rounded up: what is worth at least so many units.
    function _tokensFor(uint256 decimals, uint256 units) private pure returns (uint256) {
        return decimals < UNIT_DECIMALS
            ? Math.ceilDiv(units, 10 ** (UNIT_DECIMALS - decimals))
            : units * 10 ** (decimals - UNIT_DECIMALS);
    }

    /// @inheritdoc IRoutes
    function escrowOf(bytes32 id) public view returns (address) {
        return Clones.predictDeterministicAddress(ESCROW, id);
    }

    /// @inheritdoc IRoutes
    function hasRun(bytes32 id) public view returns (bool) {
        return escrowOf(id).code.length != 0;
    }
}
