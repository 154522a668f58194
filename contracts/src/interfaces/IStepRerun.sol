// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "./IRefusals.sol";
import {IVerifier} from "./IVerifier.sol";

/// @title What running a batch's steps again can fail with
/// @dev Reverts of the verifiers ({IRefusals}) are passed on unchanged.
interface IStepRerun is IRefusals {
    /// @notice One for each family of commands.
    /// @param queue   Commands 1 to 5
    /// @param forced  Commands 6 to 8
    /// @param account Commands 16 to 19
    /// @param price   Command 32
    /// @param trade   Command 48
    struct Verifiers {
        IVerifier queue;
        IVerifier forced;
        IVerifier account;
        IVerifier price;
        IVerifier trade;
    }

    error WrongDataHash(bytes32 got, bytes32 expected);

    error WrongState(bytes32 got, bytes32 expected);

    /// @notice A step, or the batch, leads to another root than its data or its header say.
    error WrongRoot(bytes32 got, bytes32 expected);

    /// @notice The header announces too few or too many steps, or another number than the data.
    error WrongStepCount(uint256 got, uint256 expected);

    /// @notice A record does not begin where the one before it ends.
    error WrongOffset(uint256 step, uint256 got, uint256 expected);

    /// @notice The data end before what they announce.
    error DataTooShort(uint256 needed, uint256 given);

    /// @notice No such command, or one that may not stand here: a price is the first step of its batch or none.
    error UnexpectedCommand(uint256 step, uint256 kind);

    error WitnessLeft(uint256 bytesLeft);
}
