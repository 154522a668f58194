// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Many calls of one contract in one, for tests that run more steps than a node answers requests
contract Calls {
    struct Outcome {
        bool success;
        bytes result;
    }

    /// @notice Calls a contract with each of these data and returns what each call returned or reverted with.
    function each(address target, bytes[] calldata data) external view returns (Outcome[] memory outcomes) {
        outcomes = new Outcome[](data.length);
        for (uint256 i = 0; i < data.length; ++i) {
            (outcomes[i].success, outcomes[i].result) = target.staticcall(data[i]);
        }
    }
}
