// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {MarginOf} from "../src/dev/MarginOf.sol";
import {IRefusals} from "../src/interfaces/IRefusals.sol";
import {StandardMargin} from "../src/libraries/StandardMargin.sol";

/// @dev Margins that the Java ledger stated (golden/margin.json): the same to the unit, or the same reason for none.
contract GoldenMarginTest is Test {
    mapping(uint256 code => uint256) private seen;

    function test_margins() public {
        string memory json = vm.readFile("../protocol/src/main/resources/golden/margin.json");
        bytes32 domain = vm.parseJsonBytes32(json, ".domainSeparator");
        bytes[] memory globals = vm.parseJsonBytesArray(json, ".globals");
        bytes[] memory pricings = vm.parseJsonBytesArray(json, ".pricings");
        uint256[] memory markets = vm.parseJsonUintArray(json, ".markets");
        bytes[] memory leaves = vm.parseJsonBytesArray(json, ".leaves");
        bytes[] memory outcomes = vm.parseJsonBytesArray(json, ".outcomes");
        MarginOf margins = new MarginOf();
        for (uint256 i = 0; i < leaves.length; ++i) {
            bytes memory outcome;
            try margins.marginOf(domain, globals[markets[i]], pricings[markets[i]], leaves[i]) returns (
                StandardMargin.Margin memory margin
            ) {
                outcome = abi.encodePacked(
                    uint16(0),
                    int64(margin.value),
                    int64(margin.netInitial),
                    int64(margin.netMaintenance),
                    int64(margin.cashAndDerivatives)
                );
            } catch (bytes memory reason) {
                assertEq(bytes4(reason), IRefusals.Refused.selector);
                outcome = new bytes(34);
                (outcome[0], outcome[1]) = (reason[34], reason[35]);
            }
            assertEq(outcome, outcomes[i], vm.toString(i));
            ++seen[uint16(bytes2(outcome))];
        }
        assertGt(seen[0], 100);
        assertGt(seen[404], 10);
        assertGt(seen[410], 10);
        assertGt(seen[411], 0);
        assertGt(seen[412], 0);
    }
}
