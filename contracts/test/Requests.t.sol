// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IRequests} from "../src/interfaces/IRequests.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {Timelock} from "../src/Timelock.sol";
import {Scenario} from "./reference/Scenario.sol";

/// @dev What can be asked of the queue, by whom, and the bytes that it becomes.
contract RequestsTest is Scenario {
    function setUp() public override {
        super.setUp();
        openMarket();
        fund(insurance, 0, USD, 9_000 * ONE);
    }

    function _queued(bytes memory body, uint8 kind) private view returns (bytes32) {
        uint64 index = vault.state().queueLength - 1;
        bytes memory entry = abi.encodePacked(uint8(1), kind, index, body);
        return keccak256(abi.encodePacked(vault.queueHashAt(index), keccak256(entry)));
    }

    function _assertQueued(uint8 kind, bytes memory body) private view {
        assertEq(vault.queueHashAt(vault.state().queueLength), _queued(body, kind));
    }

    function test_forceWithdraw_becomesTheEntryOfTheProtocol() public {
        vm.prank(alice);
        uint64 index = requests.forceWithdraw(0, USD, 5 * ONE, bob);
        assertEq(index, vault.state().queueLength - 1);
        _assertQueued(6, abi.encodePacked(vault.accountIndex(alice, 0), alice, uint32(0), USD, 5 * ONE, bob));
    }

    function test_forceWithdraw_isChecked() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRequests.NoAccount.selector, alice, 1));
        requests.forceWithdraw(1, USD, 1, bob);
        vm.expectRevert(abi.encodeWithSelector(IRequests.BadArgument.selector, 1, PERP));
        requests.forceWithdraw(0, PERP, 1, bob);
        vm.expectRevert(abi.encodeWithSelector(IRequests.BadArgument.selector, 2, 0));
        requests.forceWithdraw(0, USD, 0, bob);
        vm.expectRevert(abi.encodeWithSelector(IRequests.BadArgument.selector, 2, uint256(2 ** 63)));
        requests.forceWithdraw(0, USD, 2 ** 63, bob);
        vm.expectRevert(abi.encodeWithSelector(IRequests.BadArgument.selector, 3, 0));
        requests.forceWithdraw(0, USD, 1, address(0));
        requests.forceWithdraw(0, USD, 2 ** 63 - 1, bob);
    }

    function test_forceReduce_namesTheInsuranceAccount() public {
        vm.prank(alice);
        requests.forceReduce(0, CALL, 3 * ONE);
        _assertQueued(
            7,
            abi.encodePacked(
                vault.accountIndex(alice, 0),
                alice,
                uint32(0),
                CALL,
                3 * ONE,
                vault.accountIndex(insurance, 0),
                insurance,
                uint32(0)
            )
        );
    }

    function test_forceReduce_isChecked() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRequests.NoAccount.selector, alice, 9));
        requests.forceReduce(9, PERP, 1);
        vm.expectRevert(abi.encodeWithSelector(IRequests.BadArgument.selector, 1, ETH));
        requests.forceReduce(0, ETH, 1);
        vm.expectRevert(abi.encodeWithSelector(IRequests.BadArgument.selector, 1, USD));
        requests.forceReduce(0, USD, 1);
        vm.expectRevert(abi.encodeWithSelector(IRequests.BadArgument.selector, 1, UNLISTED));
        requests.forceReduce(0, UNLISTED, 1);
        vm.expectRevert(abi.encodeWithSelector(IRequests.BadArgument.selector, 2, 0));
        requests.forceReduce(0, PERP, 0);
        vm.expectRevert(abi.encodeWithSelector(IRequests.BadArgument.selector, 2, uint256(2 ** 63)));
        requests.forceReduce(0, PERP, 2 ** 63);
        vm.stopPrank();
        vm.prank(insurance);
        vm.expectRevert(abi.encodeWithSelector(IRequests.BadArgument.selector, 0, 0));
        requests.forceReduce(0, PERP, 1);
    }

    function test_forceCancel_becomesTheEntryOfTheProtocol() public {
        vm.prank(bob);
        requests.forceCancel(0, 2, 77);
        _assertQueued(8, abi.encodePacked(vault.accountIndex(bob, 0), bob, uint32(0), uint8(2), uint64(77)));
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IRequests.BadArgument.selector, 1, 3));
        requests.forceCancel(0, 3, 77);
    }

    function test_enqueue_isTheRequestsAlone() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.NotRequests.selector, address(this)));
        vault.enqueue(6, "");
        vm.prank(governor);
        vm.expectRevert(abi.encodeWithSelector(IVault.NotRequests.selector, governor));
        vault.enqueue(4, "");
    }

    function test_afterTheFreeze_nothingIsAskedAnyMore() public {
        vm.warp(block.timestamp + FREEZE_AFTER + 1);
        vault.freeze();
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultFrozen.selector, block.timestamp));
        requests.forceCancel(0, 2, 77);
    }

    /// @dev A change is announced with its whole content, and not made before its time by anyone.
    function test_timelock_announcesFirst() public {
        address[] memory proposers = new address[](1);
        proposers[0] = governor;
        Timelock timelock = new Timelock(2 days, proposers);
        bytes memory change = abi.encodeCall(requests.setParameters, (1, marginParameters()));
        vm.prank(alice);
        vm.expectRevert();
        timelock.schedule(address(requests), 0, change, 0, 0, 2 days);
        vm.startPrank(governor);
        vm.expectRevert(
            abi.encodeWithSelector(TimelockController.TimelockInsufficientDelay.selector, 2 days - 1, 2 days)
        );
        timelock.schedule(address(requests), 0, change, 0, 0, 2 days - 1);
        timelock.schedule(address(requests), 0, change, 0, 0, 2 days);
        vm.warp(block.timestamp + 2 days - 1);
        vm.expectRevert();
        timelock.execute(address(requests), 0, change, 0, 0);
        // Nobody can shorten the delay but the timelock itself, after it.
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, governor));
        timelock.updateDelay(0);
        vm.stopPrank();
        vm.warp(block.timestamp + 1);
        // It is the governor of no vault here: what it calls is refused for that, and for nothing else.
        vm.expectRevert(abi.encodeWithSelector(IRequests.NotGovernor.selector, address(timelock)));
        timelock.execute(address(requests), 0, change, 0, 0);
    }

    /// @dev Each field beyond its most, those that must not be zero at zero, and the form.
    function test_eachMarginParameterOutOfItsRange_isRefused() public {
        bytes memory good = marginParameters();
        for (uint256 field = 1; field < 97; field += 8) {
            _refusedMargin(patched(good, field, hex"7fffffffffffffff"));
        }
        uint256[4] memory notZero = [uint256(9), 33, 49, 65];
        for (uint256 i = 0; i < notZero.length; ++i) {
            _refusedMargin(patched(good, notZero[i], new bytes(8)));
        }
        _refusedMargin(patched(good, 0, hex"02"));
        _refusedMargin(patched(good, 97, hex"02"));
        _refusedMargin(patched(good, 98, hex"0000"));
        _refusedMargin(patched(good, 98, hex"ffff"));
        _refusedMargin(patched(good, 100, hex"7f"));
        _refusedMargin(patched(good, 108, hex"7f"));
        _refusedMargin(slice(good, 0, 97));
        vm.prank(governor);
        requests.setParameters(1, good);
    }

    function _refusedMargin(bytes memory content) private {
        vm.prank(governor);
        vm.expectRevert(abi.encodeWithSelector(IRequests.BadArgument.selector, 1, content.length));
        requests.setParameters(1, content);
    }
}
