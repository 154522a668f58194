// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Parley's governor: what it lists or sets was announced before
/// @notice The proposers schedule a change, which is an event with its whole content; after the delay anyone may execute it. Whoever does
///         not like it has that long to leave. Nobody administers it but itself, so that the delay changes after a delay too.
contract Timelock is TimelockController {
    /// @param minDelay  Seconds from the announcement to the change
    /// @param proposers Who may schedule and take back
    constructor(uint256 minDelay, address[] memory proposers)
        TimelockController(minDelay, proposers, new address[](1), address(0))
    {}
}
