// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVault} from "./IVault.sol";

/// @title Routes: how a solver's risk is laid off at a venue with funds of its account
/// @notice A route says what of an account's funds is handed to which adapter, and what has to come back. Its escrow is an address that
///         nothing but its bytes decide. A signed withdrawal to that address, checked by the ledger as any other, is therefore
///         the signature under the route: what the vault pays there can only be swapped as the route says and go back into the route's account.
///         So a route runs only for a final batch, with exactly what left the account, and no root depends on a venue.
/// @dev Anyone may call {run} and {sweep}. An escrow holds the funds of one route alone, grants an allowance to the vault only and for one deposit only,
///      and obeys nobody but this contract. No function here holds the vault's lock while a venue is called, nor needs it to.
interface IRoutes {
    // --------------------------------------------------------------------------------------------------------- events

    /// @notice Whether routes may use an adapter.
    event AdapterSet(address indexed adapter, bool allowed);

    /// @notice A route's input was swapped.
    /// @param paid     Tokens of the input that the adapter was handed
    /// @param received Tokens of the output that were there afterwards and not before
    event RouteSwapped(bytes32 indexed id, address indexed adapter, uint256 paid, uint256 received);

    /// @notice A route's input was not swapped, and is as it was.
    /// @param reason The error: of this contract, or what the swap reverted with, at most 256 bytes; empty if it ran out of gas
    event RouteReturned(bytes32 indexed id, address indexed adapter, uint256 tokens, bytes reason);

    /// @notice What lay in an escrow is on its way into the account, by the vault's queue.
    event RouteDeposited(bytes32 indexed id, uint64 indexed asset, uint256 tokens);

    /// @notice What lay in an escrow went to the account's owner, since the vault does not take it.
    event RoutePaidOut(bytes32 indexed id, uint64 indexed asset, uint256 tokens);

    // --------------------------------------------------------------------------------------------------------- errors

    error NotGovernor(address caller);

    /// @notice There is no contract at the address.
    error NotAnAdapter(address adapter);

    /// @notice The bytes are no route.
    /// @param length  How many there are
    /// @param version The first of them
    error BadRoute(uint256 length, uint256 version);

    /// @notice The withdrawal that funds the route is not paid yet.
    /// @param has    Tokens of the input that lie in the escrow
    /// @param needed Tokens that the route hands over
    error NotFunded(bytes32 id, uint256 has, uint256 needed);

    /// @notice The asset has no token, or the route hands over less than one unit of it.
    error NothingToSwap(uint64 asset, uint64 amount);
    error NotRun(bytes32 id);
    error AdapterNotAllowed(address adapter);

    /// @param validUntil Last second in which the route may go to its venue
    error RouteExpired(uint64 validUntil);

    /// @notice The market has stopped: nothing goes to a venue any more.
    error MarketStopped();

    /// @notice What came back is less than the route asks for.
    error BelowMinimum(uint256 received, uint256 minimum);

    /// @notice With less gas a caller could make a swap or a deposit fail that would not.
    error TooLittleGas(uint256 left, uint256 needed);

    error NotRoutes(address caller);

    // ------------------------------------------------------------------------------------------------------ functions

    /// @notice Lets routes use an adapter, or no longer; only the governor may. Routes of an adapter that is not allowed when they
    ///         run give their input back.
    function setAdapter(address adapter, bool isAllowed) external;

    /// @notice Runs routes, each once: those that have run are passed over. Pays before that the withdrawals which fund them.
    /// @param sequence    As for {IVault.pay}
    /// @param withdrawals As for {IVault.pay}; none if they are paid
    /// @param routes      Each as docs/protocol.md lays it out
    function run(uint64 sequence, IVault.Withdrawal[] calldata withdrawals, bytes[] calldata routes) external;

    /// @notice Brings home what has come into the escrow of a route since it ran: a refunded deposit, less than a unit, a second
    ///         withdrawal. Into the account if the vault takes it, else to its owner.
    function sweep(bytes calldata route, uint64 asset) external;

    /// @notice The vault whose accounts these routes are of.
    function vault() external view returns (IVault);

    /// @notice May set adapters, nothing else; meant to be a timelock.
    function governor() external view returns (address);

    /// @notice Whether routes may use an adapter.
    function isAdapter(address adapter) external view returns (bool);

    /// @notice Where a route's input has to be paid to.
    function escrowOf(bytes32 id) external view returns (address);

    /// @notice Whether a route has run, whatever came of it.
    function hasRun(bytes32 id) external view returns (bool);

    /// @notice Gas that a venue gets, all that happens there included.
    function VENUE_GAS() external view returns (uint256);
}
