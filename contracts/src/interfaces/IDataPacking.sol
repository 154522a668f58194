// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Batch data with what follows from the rest left out
/// @notice docs/protocol.md, section 7, has the form. What it expands to is the same bytes as ever: nothing but posting knows of it.
interface IDataPacking {
    /// @notice The bytes are not of the form.
    /// @param position Where it was seen, in bytes from the beginning
    error Unpackable(uint256 position);

    /// @notice The data of a batch.
    /// @param domainSeparator The EIP-712 domain for which intents are signed
    /// @param packed          The packed data
    function unpack(bytes32 domainSeparator, bytes calldata packed) external pure returns (bytes memory data);

    /// @notice The hash of the data of a batch, and how many steps they have.
    /// @param domainSeparator The EIP-712 domain for which intents are signed
    /// @param packed          The packed data
    function digest(bytes32 domainSeparator, bytes calldata packed) external pure returns (bytes32 hash, uint256 steps);
}
