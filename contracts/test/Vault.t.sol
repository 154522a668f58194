// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVault} from "../src/interfaces/IVault.sol";
import {Scenario} from "./reference/Scenario.sol";

contract VaultTest is Scenario {
    function test_fullBatch_settles() public {
        settledMarket();
        Batch memory batch = fullBatch();
        settle(batch);
        IVault.State memory state = vault.state();
        assertEq(state.verifiedSequence, 2);
        assertEq(state.verifiedRoot, parentRoot);
        assertEq(state.queueCursor, vault.state().queueLength);
    }
}
