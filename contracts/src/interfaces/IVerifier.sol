// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "./IRefusals.sol";

/// @title Runs one step of the clearing log again
/// @notice A verifier serves one family of commands. It holds no storage and reads no block field: the result depends on
///         nothing but the arguments, so that a later proof system can take its place.
interface IVerifier is IRefusals {
    /// @notice Applies one command to the state, or reverts with the reason why it is no step.
    /// @param domainSeparator The EIP-712 domain of the vault
    /// @param globalRecord    The global record before the step (421 bytes)
    /// @param accountsRoot    The root of the accounts tree before the step
    /// @param pricing         The pricing of the run, as docs/protocol.md, section 7, lays it out: what accounts with positions are
    ///                        margined with. Not looked at before an account needs it
    /// @param step            The command's record, version and kind included
    /// @param witness         The witness stream from this step's part on; what follows belongs to later steps
    /// @return globalAfter  The global record after the step
    /// @return rootAfter    The root of the accounts tree after the step
    /// @return witnessUsed  How many bytes of the stream this step took
    /// @return priced       Whether the step needed the pricing, which it then proved against the global record
    function rerun(
        bytes32 domainSeparator,
        bytes calldata globalRecord,
        bytes32 accountsRoot,
        bytes calldata pricing,
        bytes calldata step,
        bytes calldata witness
    ) external view returns (bytes memory globalAfter, bytes32 rootAfter, uint256 witnessUsed, bool priced);
}
