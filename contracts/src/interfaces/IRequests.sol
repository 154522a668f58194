// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVault} from "./IVault.sol";

/// @title What is asked of the vault's queue besides deposits and listings: keys, parameters, and what an owner forces
/// @notice An entry enters the log once it is final on the chain, and a batch that leaves it behind for too long does not become
///         final: so whoever can send a transaction cannot be shut out. What an entry does is judged when it is reached, not
///         here; one that is not allowed then does nothing.
interface IRequests {
    /// @notice The owner has no such account: nothing was ever deposited for it.
    error NoAccount(address owner, uint32 account);

    error NotGovernor(address caller);

    /// @notice An argument that cannot be queued.
    /// @param field Which argument, counted from 0
    /// @param value The value, or its length
    error BadArgument(uint256 field, uint256 value);

    /// @notice Asks for cash or a base asset back without anybody's consent. The ledger hands out as much as is there, at most the
    ///         amount, and nothing if the account would be left below initial margin or in debt.
    /// @param asset  Cash or spot
    /// @param amount Units of 1e-8, 1 to 2^63 - 1; the largest asks for all
    /// @param to     Who is paid once the batch is final
    function forceWithdraw(uint32 account, uint64 asset, uint64 amount, address to) external returns (uint64 queueIndex);

    /// @notice Asks to leave a perp or an option, or a part of it, without a market: the insurance account takes it over at the
    ///         mark in force when the entry is reached, less what docs/clearing.md says it costs. Nothing happens if either
    ///         account would be left below initial margin or in debt.
    /// @param quantity Units of 1e-8, 1 to 2^63 - 1; the largest asks for all
    function forceReduce(uint32 account, uint64 asset, uint64 quantity) external returns (uint64 queueIndex);

    /// @notice Makes nonces unusable, and with them the intents that carry them, also if nobody takes a signed cancel.
    /// @param kind 0 this nonce, 1 all below it in its lane, 2 all
    function forceCancel(uint32 account, uint8 kind, uint64 nonce) external returns (uint64 queueIndex);

    /// @notice Lets a key sign for one of the caller's accounts. Registering it again replaces scope and expiry; scope 0
    ///         takes it back. A contract wallet signs through such a key.
    /// @param scope  Sum of 1 intents, 2 bids and commitments, 4 cancel and heartbeat, 8 withdraw and set-mode
    /// @param expiry Last second of state time in which the key signs
    function registerKey(uint32 account, address key, uint8 scope, uint64 expiry) external returns (uint64 queueIndex);

    /// @notice Sets margin parameters (1) or the feeder set (2); only the vault's governor may.
    /// @param content As docs/protocol.md and docs/margin.md lay it out; what is not of that form, or has a number out of its
    ///                range, reverts
    function setParameters(uint8 what, bytes calldata content) external returns (uint64 queueIndex);

    /// @notice The index of a key in the keys tree.
    function keyIndex(address owner, uint32 account, address key) external view returns (uint32 index, bool registered);

    /// @notice Whose queue it is.
    function vault() external view returns (IVault);

    /// @notice Whose account 0 takes over what is reduced by force.
    function insurance() external view returns (address);
}
