// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {RouteEscrow} from "../src/RouteEscrow.sol";
import {Routes} from "../src/Routes.sol";
import {ConstantProductAdapter} from "../src/adapters/ConstantProductAdapter.sol";
import {TestToken} from "../src/dev/TestToken.sol";
import {IRoutes} from "../src/interfaces/IRoutes.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {OddAdapter, RouteScenario} from "./reference/RouteScenario.sol";

/// @dev Takes a fee of each transfer from when it is told to, or refuses to be sent to somebody.
contract TollToken is TestToken {
    uint256 public fee;
    mapping(address => bool) public isBlocked;

    constructor() TestToken("Toll", "TOLL", 8) {}

    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    function setBlocked(address who, bool blocked) external {
        isBlocked[who] = blocked;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!isBlocked[to], "blocked");
        super._update(from, to, amount);
        if (fee != 0 && from != address(0)) super._update(to, address(0xfee), fee);
    }
}

contract RoutesTest is RouteScenario {
    uint64 private constant TOLL = uint64(9) << 52 | uint64(1) << 32;

    function setUp() public override {
        super.setUp();
        settledMarket();
    }

    /// @dev A route whose funds lie in its escrow: signed, in a settled batch, paid.
    function _funded(Plan memory p) private {
        withdrawFor(p, 0);
        settle(closeBatch());
        vault.pay(vault.state().verifiedSequence, unpaidList());
    }

    function _run(Plan memory p) private {
        routes.run(0, none(), listOf(p));
    }

    function _expectReturned(Plan memory p, bytes memory reason) private {
        vm.expectEmit(address(routes));
        emit IRoutes.RouteReturned(idOf(p), p.adapter, p.amount / 100, reason);
        vm.expectEmit(address(routes));
        emit IRoutes.RouteDeposited(idOf(p), USD, p.amount / 100);
    }

    /// @dev Nothing is left of it anywhere but in the account, where the next batch finds it.
    function _assertIsHome(Plan memory p, uint64 asset, uint64 units) private {
        uint64 length = vault.state().queueLength;
        applyDeposit(p.owner, p.account, asset, units, escrowOf(p));
        assertEq(vault.queueHashAt(length), g.queueHash, "queued for the account");
        assertEq(usd.balanceOf(escrowOf(p)), 0, "dollars in the escrow");
        assertEq(usd.balanceOf(address(routes)) + eth.balanceOf(address(routes)), 0, "routes holds nothing");
        assertEq(usd.allowance(escrowOf(p), address(vault)), 0, "no allowance stands");
        settle(closeBatch());
    }

    function _poolGives(uint256 dollars) private view returns (uint256) {
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        (uint256 reserveIn, uint256 reserveOut) =
            address(usd) < address(eth) ? (reserve0, reserve1) : (reserve1, reserve0);
        return dollars * 997 * reserveOut / (reserveIn * 1000 + dollars * 997);
    }

    // ----------------------------------------------------------------------------------------------------- a good way

    function test_aRoute_isPaidSwappedAndDeposited_inOneTransaction() public {
        Plan memory p = plan(address(pools), 3_000 * ONE, 99 * ONE / 100);
        withdrawFor(p, 0);
        settle(closeBatch());
        uint256 out = _poolGives(3_000e6);
        uint256 whole = out - out % 1e10;
        vm.expectEmit(address(routes));
        emit IRoutes.RouteSwapped(idOf(p), address(pools), 3_000e6, out);
        vm.expectEmit(address(routes));
        emit IRoutes.RouteDeposited(idOf(p), ETH, whole);
        IVault.Withdrawal[] memory list = unpaidList();
        uint256 gas = gasleft();
        routes.run(2, list, listOf(p));
        emit log_named_uint("gas to pay, swap in a pool and deposit", gas - gasleft());
        assertTrue(routes.hasRun(idOf(p)));
        assertEq(vault.paidHash(), g.withdrawalHash);
        _assertIsHome(p, ETH, uint64(whole / 1e10));
        assertEq(eth.balanceOf(escrowOf(p)), out - whole, "less than a unit");
    }

    function test_theOtherWay() public {
        Plan memory p = plan(address(pools), 0, 2_900 * ONE);
        (p.input, p.output, p.amount) = (ETH, USD, ONE);
        withdrawFor(p, 0);
        settle(closeBatch());
        routes.run(2, unpaidList(), listOf(p));
        assertEq(eth.balanceOf(escrowOf(p)), 0);
        assertEq(vault.listing(USD).claims, usd.balanceOf(address(vault)) * 100);
        assertGt(vault.listing(USD).claims, 1_030_000 * ONE + 2_900 * ONE);
    }

    function test_nothingRuns_beforeItsBatchIsFinal() public {
        Plan memory p = plan(address(pools), 3_000 * ONE, 0);
        withdrawFor(p, 0);
        Batch memory batch = closeBatch();
        vm.prank(operator);
        vault.post(batch.header, batch.data);
        IVault.Withdrawal[] memory list = unpaidList();
        vm.expectRevert(abi.encodeWithSelector(IVault.NoWithdrawals.selector, 2));
        routes.run(2, list, listOf(p));
        vm.expectRevert(abi.encodeWithSelector(IRoutes.NotFunded.selector, idOf(p), 0, 3_000e6));
        _run(p);
        settle(batch);
        vm.expectRevert(abi.encodeWithSelector(IRoutes.NotFunded.selector, idOf(p), 0, 3_000e6));
        _run(p);
        routes.run(2, list, listOf(p));
        assertTrue(routes.hasRun(idOf(p)));
    }

    function test_aBatchThatIsFinalByItsWindow_fundsRoutesToo() public {
        usd.mint(operator, BOND);
        vm.startPrank(operator);
        usd.approve(address(disputes), BOND);
        disputes.addBond(BOND);
        vm.stopPrank();
        Plan memory p = plan(address(pools), 3_000 * ONE, 0);
        p.validUntil = T0 + 2 * WINDOW;
        withdrawFor(p, 0);
        Batch memory batch = closeBatch();
        vm.prank(operator);
        vault.post(batch.header, batch.data);
        IVault.Withdrawal[] memory list = unpaidList();
        vm.warp(T0 + WINDOW - 1);
        vm.expectRevert(abi.encodeWithSelector(IVault.NoWithdrawals.selector, 2));
        routes.run(2, list, listOf(p));
        vm.warp(T0 + WINDOW);
        vault.finalize(batch.header, stateAfter(), 0);
        routes.run(2, list, listOf(p));
        assertTrue(routes.hasRun(idOf(p)));
    }

    function stateAfter() private view returns (bytes memory) {
        return slice(startWitness, 0, 453);
    }

    function test_aRoute_runsOnce() public {
        Plan memory p = plan(address(pools), 3_000 * ONE, 0);
        _funded(p);
        _run(p);
        uint64 length = vault.state().queueLength;
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        // What comes to the escrow afterwards is no input any more.
        usd.mint(escrowOf(p), 3_000e6);
        _run(p);
        (uint112 later0, uint112 later1,) = pair.getReserves();
        assertEq(vault.state().queueLength, length);
        assertEq(reserve0, later0);
        assertEq(reserve1, later1);
    }

    function test_itsAddress_isThatOfItsBytesAlone() public view {
        Plan memory p = plan(address(pools), 3_000 * ONE, 1);
        address first = escrowOf(p);
        p.minimum = 2;
        assertNotEq(first, escrowOf(p));
        assertEq(first.code.length, 0);
    }

    function test_whoHasAnotherRoute_cannotUseTheFundsOfThis() public {
        Plan memory p = plan(address(pools), 3_000 * ONE, 0);
        _funded(p);
        Plan memory thief = p;
        thief.owner = bob;
        thief.account = 0;
        vm.expectRevert(abi.encodeWithSelector(IRoutes.NotFunded.selector, idOf(thief), 0, 3_000e6));
        _run(thief);
    }

    // -------------------------------------------------------------------------------------------------- a venue's ways

    function test_aVenueThatFails_givesTheInputBack() public {
        Plan memory p = plan(address(odd), 3_000 * ONE, ONE);
        _funded(p);
        odd.setWay(OddAdapter.Way.FAILS, 0);
        _expectReturned(p, abi.encodeWithSelector(OddAdapter.Closed.selector, 3_000e6));
        _run(p);
        assertEq(usd.balanceOf(address(odd)), 0);
        _assertIsHome(p, USD, p.amount);
    }

    function test_lessThanTheMinimum_isUndone() public {
        Plan memory p = plan(address(odd), 3_000 * ONE, ONE);
        _funded(p);
        eth.mint(address(odd), 1 ether);
        odd.setWay(OddAdapter.Way.GIVES, 1 ether - 1);
        _expectReturned(p, abi.encodeWithSelector(IRoutes.BelowMinimum.selector, 1 ether - 1, 1 ether));
        _run(p);
        assertEq(eth.balanceOf(address(odd)), 1 ether, "and what it gave is its own again");
        _assertIsHome(p, USD, p.amount);
    }

    function test_theMinimum_isEnough() public {
        Plan memory p = plan(address(odd), 3_000 * ONE, ONE);
        _funded(p);
        eth.mint(address(odd), 1 ether);
        odd.setWay(OddAdapter.Way.GIVES, 1 ether);
        _run(p);
        assertEq(usd.balanceOf(address(odd)), 3_000e6);
        _assertIsHome(p, ETH, ONE);
    }

    function test_nothingBack_isUndone_evenIfNothingIsAsked() public {
        Plan memory p = plan(address(odd), 3_000 * ONE, 0);
        _funded(p);
        _expectReturned(p, abi.encodeWithSelector(IRoutes.BelowMinimum.selector, 0, 1e10));
        _run(p);
        _assertIsHome(p, USD, p.amount);
    }

    function test_allGasUsedUp_givesTheInputBack() public {
        Plan memory p = plan(address(odd), 3_000 * ONE, ONE);
        _funded(p);
        odd.setWay(OddAdapter.Way.BURNS_GAS, 0);
        _expectReturned(p, "");
        uint256 before = gasleft();
        _run(p);
        assertLt(before - gasleft(), routes.VENUE_GAS() + 500_000, "what a venue can cost");
        _assertIsHome(p, USD, p.amount);
    }

    /// @dev No amount of gas makes a good route fail: it runs, or nothing has happened.
    function testFuzz_tooLittleGas_changesNothing(uint256 gas) public {
        Plan memory p = plan(address(pools), 3_000 * ONE, 99 * ONE / 100);
        _funded(p);
        gas = bound(gas, 30_000, 1_600_000);
        (bool success,) = address(routes).call{gas: gas}(abi.encodeCall(routes.run, (0, none(), listOf(p))));
        assertEq(success, routes.hasRun(idOf(p)));
        if (success) assertGt(vault.listing(ETH).claims, 100 * ONE);
        else assertEq(usd.balanceOf(escrowOf(p)), 3_000e6);
    }

    function testFuzz_tooLittleGas_isNoExcuseForAVenue(uint256 gas) public {
        Plan memory p = plan(address(odd), 3_000 * ONE, ONE);
        _funded(p);
        eth.mint(address(odd), 1 ether);
        odd.setWay(OddAdapter.Way.WANTS_GAS, 1 ether);
        gas = bound(gas, 30_000, 1_600_000);
        (bool success,) = address(routes).call{gas: gas}(abi.encodeCall(routes.run, (0, none(), listOf(p))));
        if (success) assertEq(vault.listing(ETH).claims, 101 * ONE);
        else assertEq(usd.balanceOf(escrowOf(p)), 3_000e6);
    }

    /// @dev With any gas the way home ends in the account, or nothing has happened.
    function testFuzz_tooLittleGas_sendsNothingElsewhere(uint256 gas) public {
        Plan memory p = plan(address(pools), 3_000 * ONE, ONE);
        _funded(p);
        vm.warp(p.validUntil + 1);
        uint64 length = vault.state().queueLength;
        (bool success,) =
            address(routes).call{gas: bound(gas, 30_000, 600_000)}(abi.encodeCall(routes.run, (0, none(), listOf(p))));
        assertEq(vault.state().queueLength, length + (success ? 1 : 0));
        assertEq(usd.balanceOf(escrowOf(p)), success ? 0 : 3_000e6);
        if (!success) _run(p);
        usd.mint(escrowOf(p), 5e6);
        length = vault.state().queueLength;
        (success,) =
            address(routes).call{gas: bound(gas, 30_000, 600_000)}(abi.encodeCall(routes.sweep, (encoded(p), USD)));
        assertEq(vault.state().queueLength, length + (success ? 1 : 0));
        assertEq(usd.balanceOf(solver), 0);
    }

    function test_anErrorOfAnyLength_isCutOff() public {
        Plan memory p = plan(address(odd), 3_000 * ONE, ONE);
        _funded(p);
        odd.setWay(OddAdapter.Way.FAILS_AT_LENGTH, 0);
        _expectReturned(p, new bytes(256));
        _run(p);
        _assertIsHome(p, USD, p.amount);
    }

    function test_anAnswerOfAnyLength_isNotRead() public {
        Plan memory p = plan(address(odd), 3_000 * ONE, ONE);
        _funded(p);
        eth.mint(address(odd), 1 ether);
        odd.setWay(OddAdapter.Way.ANSWERS_AT_LENGTH, 1 ether);
        _run(p);
        _assertIsHome(p, ETH, ONE);
    }

    function test_aVenue_cannotComeBackIn_norReachOtherFunds() public {
        Plan memory p = plan(address(odd), 3_000 * ONE, ONE);
        Plan memory other = plan(address(pools), 5_000 * ONE, ONE);
        other.index = 1;
        withdrawFor(p, 0);
        withdrawFor(other, 1);
        settle(closeBatch());
        vault.pay(2, unpaidList());
        address victim = escrowOf(other);
        bytes[] memory list = listOf(other);
        odd.setCall(address(routes), abi.encodeCall(routes.run, (0, none(), list)));
        odd.setCall(address(routes), abi.encodeCall(routes.sweep, (encoded(p), USD)));
        odd.setCall(address(routes), abi.encodeCall(routes.setAdapter, (address(odd), true)));
        odd.setCall(address(usd), abi.encodeCall(usd.transferFrom, (victim, address(odd), 5_000e6)));
        odd.setCall(address(usd), abi.encodeCall(usd.transferFrom, (escrowOf(p), address(odd), 1)));
        odd.setCall(address(usd), abi.encodeCall(usd.transferFrom, (address(vault), address(odd), 1)));
        address own = escrowOf(p);
        odd.setCall(own, abi.encodeCall(RouteEscrow.payOut, (IERC20(usd), address(odd), 1)));
        odd.setCall(own, abi.encodeCall(RouteEscrow.swap, (address(odd), IERC20(usd), 1, IERC20(eth), 0)));
        odd.setCall(own, abi.encodeCall(RouteEscrow.deposit, (vault, IERC20(usd), 1, bob, USD, 0)));
        odd.setCall(address(vault), abi.encodeCall(vault.release, (USD, address(odd), 1)));
        eth.mint(address(odd), 1 ether);
        odd.setWay(OddAdapter.Way.CALLS, 1 ether);
        _run(p);
        assertFalse(odd.anyCallWentThrough());
        assertEq(usd.balanceOf(victim), 5_000e6);
        _assertIsHome(p, ETH, ONE);
    }

    function test_aVenue_mayCallTheVaultAsAnybodyMay_andGainsNothing() public {
        Plan memory p = plan(address(odd), 3_000 * ONE, ONE);
        withdrawFor(p, 0);
        settle(closeBatch());
        IVault.Withdrawal[] memory first = unpaidList();
        Plan memory other = plan(address(pools), 5_000 * ONE, ONE);
        other.index = 1;
        applyPrice(T0 + 1);
        withdrawFor(other, 1);
        settle(closeBatch());
        // It pays the other route's withdrawal while it is called: that is not counted as its own.
        odd.setCall(address(vault), abi.encodeCall(vault.pay, (3, unpaidList())));
        odd.setWay(OddAdapter.Way.CALLS, 0);
        _expectReturned(p, abi.encodeWithSelector(IRoutes.BelowMinimum.selector, 0, 1 ether));
        routes.run(2, first, listOf(p));
        assertEq(usd.balanceOf(escrowOf(other)), 0, "undone with all else that it did");
        _assertIsHome(p, USD, p.amount);
    }

    function test_oneBadRoute_holdsUpNoOther() public {
        Plan memory bad = plan(address(odd), 3_000 * ONE, ONE);
        Plan memory good = plan(address(pools), 3_000 * ONE, ONE / 2);
        good.index = 1;
        withdrawFor(bad, 0);
        withdrawFor(good, 1);
        settle(closeBatch());
        odd.setWay(OddAdapter.Way.BURNS_GAS, 0);
        bytes[] memory both = new bytes[](2);
        both[0] = encoded(bad);
        both[1] = encoded(good);
        routes.run(2, unpaidList(), both);
        assertTrue(routes.hasRun(idOf(bad)));
        assertGt(vault.listing(ETH).claims, 100 * ONE);
    }

    /// @dev Whatever a venue gives: at least the minimum enters the account, or exactly the input does.
    function testFuzz_whatComesHome(uint256 gives, uint64 minimum, uint64 dollars) public {
        gives = bound(gives, 0, 1e24);
        dollars = uint64(bound(dollars, 100, 999_000 * ONE));
        dollars -= dollars % 100;
        minimum = uint64(bound(minimum, 0, 1_000_000 * ONE));
        Plan memory p = plan(address(odd), dollars, minimum);
        _funded(p);
        eth.mint(address(odd), gives);
        odd.setWay(OddAdapter.Way.GIVES, gives);
        _run(p);
        bool enough = gives >= uint256(minimum) * 1e10 && gives >= 1e10;
        _assertIsHome(p, enough ? ETH : USD, enough ? uint64(gives / 1e10) : dollars);
        assertEq(usd.balanceOf(address(vault)) * 100, vault.listing(USD).claims);
        assertEq(eth.balanceOf(address(vault)) / 1e10, vault.listing(ETH).claims);
    }

    // --------------------------------------------------------------------------------------------------- odd tokens

    function _toll() private returns (TollToken toll) {
        toll = new TollToken();
        listAsset(TOLL, "TOLL", address(toll), 8);
        addUnderlying(9, int64(ONE));
    }

    function test_anOutputThatTakesAFee_isMeasured_andGoesToTheOwner() public {
        TollToken toll = _toll();
        Plan memory p = plan(address(odd), 3_000 * ONE, 99);
        p.output = TOLL;
        _funded(p);
        toll.mint(address(odd), 200);
        toll.setFee(1);
        odd.setWay(OddAdapter.Way.GIVES, 100);
        vm.expectEmit(address(routes));
        emit IRoutes.RouteSwapped(idOf(p), address(odd), 3_000e6, 99);
        vm.expectEmit(address(routes));
        emit IRoutes.RoutePaidOut(idOf(p), TOLL, 99);
        _run(p);
        // The vault does not take a token that takes a fee: its owner has it.
        assertEq(toll.balanceOf(solver), 98);
        assertEq(vault.listing(TOLL).claims, 0);
    }

    function test_anOutputThatTakesAFee_countsAfterIt() public {
        TollToken toll = _toll();
        Plan memory p = plan(address(odd), 3_000 * ONE, 100);
        p.output = TOLL;
        _funded(p);
        toll.mint(address(odd), 200);
        toll.setFee(1);
        odd.setWay(OddAdapter.Way.GIVES, 100);
        _expectReturned(p, abi.encodeWithSelector(IRoutes.BelowMinimum.selector, 99, 100));
        _run(p);
    }

    function test_whatNobodyTakes_waits_andHoldsUpNoOther() public {
        TollToken toll = _toll();
        Plan memory p = plan(address(odd), 3_000 * ONE, 100);
        p.output = TOLL;
        _funded(p);
        toll.mint(address(odd), 100);
        toll.setBlocked(address(vault), true);
        toll.setBlocked(solver, true);
        odd.setWay(OddAdapter.Way.GIVES, 100);
        _run(p);
        assertEq(toll.balanceOf(escrowOf(p)), 100);
        toll.setBlocked(address(vault), false);
        vm.expectEmit(address(routes));
        emit IRoutes.RouteDeposited(idOf(p), TOLL, 100);
        routes.sweep(encoded(p), TOLL);
        assertEq(vault.listing(TOLL).claims, 100);
    }

    // ------------------------------------------------------------------------------------------------ what is refused

    function test_whatIsNoRoute_isRefused() public {
        Plan memory p = plan(address(pools), 3_000 * ONE, 0);
        bytes[] memory list = listOf(p);
        list[0] = bytes.concat(list[0], hex"00");
        vm.expectRevert(abi.encodeWithSelector(IRoutes.BadRoute.selector, 95, 1));
        routes.run(0, none(), list);
        list[0] = "";
        vm.expectRevert(abi.encodeWithSelector(IRoutes.BadRoute.selector, 0, 0));
        routes.run(0, none(), list);
        list = listOf(p);
        list[0][0] = 0x02;
        vm.expectRevert(abi.encodeWithSelector(IRoutes.BadRoute.selector, 94, 2));
        routes.run(0, none(), list);
        p.input = PERP;
        vm.expectRevert(abi.encodeWithSelector(IRoutes.NothingToSwap.selector, PERP, p.amount));
        _run(p);
        (p.input, p.amount) = (USD, 99);
        vm.expectRevert(abi.encodeWithSelector(IRoutes.NothingToSwap.selector, USD, 99));
        _run(p);
    }

    function test_anAssetWithoutAToken_cannotComeBack() public {
        Plan memory p = plan(address(odd), 3_000 * ONE, 1);
        p.output = PERP;
        _funded(p);
        _run(p);
        _assertIsHome(p, USD, p.amount);
    }

    function test_anAdapterThatIsNotAllowed_isNotCalled() public {
        Plan memory p = plan(address(odd), 3_000 * ONE, ONE);
        _funded(p);
        vm.expectEmit(address(routes));
        emit IRoutes.AdapterSet(address(odd), false);
        vm.prank(governor);
        routes.setAdapter(address(odd), false);
        _expectReturned(p, abi.encodeWithSelector(IRoutes.AdapterNotAllowed.selector, address(odd)));
        _run(p);
        _assertIsHome(p, USD, p.amount);
    }

    function test_adapters_areTheGovernors() public {
        vm.expectRevert(abi.encodeWithSelector(IRoutes.NotGovernor.selector, address(this)));
        routes.setAdapter(address(odd), true);
        vm.startPrank(governor);
        vm.expectRevert(abi.encodeWithSelector(IRoutes.NotAnAdapter.selector, alice));
        routes.setAdapter(alice, true);
        assertEq(address(routes.vault()), address(vault));
        assertEq(routes.governor(), governor);
        assertTrue(routes.isAdapter(address(odd)));
    }

    function test_anEscrow_obeysRoutesOnly() public {
        Plan memory p = plan(address(pools), 3_000 * ONE, 0);
        _funded(p);
        _run(p);
        RouteEscrow escrow = RouteEscrow(escrowOf(p));
        assertEq(escrow.routes(), address(routes));
        bytes memory refused = abi.encodeWithSelector(IRoutes.NotRoutes.selector, address(this));
        vm.expectRevert(refused);
        escrow.payOut(usd, address(this), 0);
        vm.expectRevert(refused);
        escrow.swap(address(odd), usd, 0, eth, 0);
        vm.expectRevert(refused);
        escrow.deposit(vault, usd, 0, address(this), USD, 0);
    }

    function test_afterItsTime_theInputComesBack() public {
        Plan memory p = plan(address(pools), 3_000 * ONE, 0);
        _funded(p);
        vm.warp(p.validUntil);
        uint256 before = vm.snapshotState();
        _run(p);
        assertGt(vault.listing(ETH).claims, 100 * ONE, "still in time");
        vm.revertToState(before);
        vm.warp(p.validUntil + 1);
        _expectReturned(p, abi.encodeWithSelector(IRoutes.RouteExpired.selector, p.validUntil));
        _run(p);
        _assertIsHome(p, USD, p.amount);
    }

    function test_noPair_givesTheInputBack() public {
        _toll();
        Plan memory p = plan(address(pools), 3_000 * ONE, 0);
        p.output = TOLL;
        _funded(p);
        (IERC20 toll) = IERC20(vault.listing(TOLL).token);
        _expectReturned(p, abi.encodeWithSelector(ConstantProductAdapter.NoPair.selector, address(usd), address(toll)));
        _run(p);
    }

    // --------------------------------------------------------------------------------------------------------- sweep

    function test_whatComesLater_isSweptIntoTheAccount() public {
        Plan memory p = plan(address(odd), 3_000 * ONE, ONE);
        usd.mint(escrowOf(p), 50e6);
        vm.expectRevert(abi.encodeWithSelector(IRoutes.NotRun.selector, idOf(p)));
        routes.sweep(encoded(p), USD);
        _funded(p);
        eth.mint(address(odd), 2 ether);
        odd.setWay(OddAdapter.Way.GIVES, 1 ether + 1);
        _run(p);
        applyDeposit(p.owner, p.account, ETH, ONE, escrowOf(p));
        routes.sweep(encoded(p), USD);
        routes.sweep(encoded(p), USD);
        vm.expectEmit(address(routes));
        emit IRoutes.RoutePaidOut(idOf(p), ETH, 1);
        routes.sweep(encoded(p), ETH);
        assertEq(eth.balanceOf(solver), 1, "what is no unit is its owner's");
        _assertIsHome(p, USD, 50 * ONE);
        vm.expectRevert(abi.encodeWithSelector(IRoutes.NothingToSwap.selector, PERP, 0));
        routes.sweep(encoded(p), PERP);
    }

    function test_afterTheFreeze_theInputGoesToItsOwner_andNothingToAVenue() public {
        Plan memory p = plan(address(pools), 3_000 * ONE, 0);
        p.validUntil = T0 + 100 days;
        _funded(p);
        fund(alice, 0, USD, 100);
        vm.warp(T0 + FREEZE_AFTER + 1);
        vault.freeze();
        vm.expectEmit(address(routes));
        emit IRoutes.RouteReturned(
            idOf(p), address(pools), 3_000e6, abi.encodeWithSelector(IRoutes.MarketStopped.selector)
        );
        vm.expectEmit(address(routes));
        emit IRoutes.RoutePaidOut(idOf(p), USD, 3_000e6);
        _run(p);
        assertEq(usd.balanceOf(solver), 3_000e6);
    }

    /// @dev A deposit that no batch took in before the freeze goes back to who paid it: the escrow, and from there to the owner.
    function test_aResultThatTheFreezeOvertook_goesToTheOwner() public {
        Plan memory p = plan(address(odd), 3_000 * ONE, ONE);
        _funded(p);
        eth.mint(address(odd), 1 ether);
        odd.setWay(OddAdapter.Way.GIVES, 1 ether);
        uint64 index = vault.state().queueLength;
        _run(p);
        vm.warp(T0 + FREEZE_AFTER + 1);
        vault.freeze();
        bytes[] memory entries = new bytes[](1);
        entries[0] = abi.encodePacked(
            uint8(1), uint8(1), index, vault.accountIndex(solver, 3), solver, uint32(3), ETH, ONE, escrowOf(p)
        );
        exit.refund(entries);
        assertEq(eth.balanceOf(escrowOf(p)), 1 ether);
        routes.sweep(encoded(p), ETH);
        assertEq(eth.balanceOf(solver), 1 ether);
    }
}
