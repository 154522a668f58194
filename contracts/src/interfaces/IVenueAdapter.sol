// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A way to trade at one venue
/// @notice What an adapter is handed is what the call is about: it needs no allowance, sees nobody's other funds, and keeps nothing.
///         {IRoutes} measures what came back and believes no return value.
interface IVenueAdapter {
    /// @notice Swaps all of the input, which lies in the adapter when it is called. Reverts if it cannot.
    /// @param input   The token that was handed over
    /// @param amount  How much of it
    /// @param output  The token to get
    /// @param minimum The least of it that counts; with less the swap is undone
    /// @param to      Where the output has to be when this returns
    function swap(address input, uint256 amount, address output, uint256 minimum, address to) external;
}
