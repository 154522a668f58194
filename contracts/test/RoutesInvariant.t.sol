// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vault} from "../src/Vault.sol";
import {TestToken} from "../src/dev/TestToken.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {OddAdapter, RouteScenario} from "./reference/RouteScenario.sol";
import {Scenario} from "./reference/Scenario.sol";
import {MarketHandler} from "./VaultInvariant.t.sol";

/// @dev What people do, and between it a solver that lays off: through a real pool, and through a venue with every bad habit.
contract RoutesHandler is MarketHandler, RouteScenario {
    Plan[] private waiting;
    Plan[] private gone;
    uint64 private nextSolverNonce;
    uint256 public swapped;
    uint256 public returned;
    bool public onlyOnce = true;

    function setUp() public override(Scenario, RouteScenario) {
        RouteScenario.setUp();
    }

    function layOff(uint256 seed, uint64 amount, uint64 minimum) external {
        if (g.time == 0) settleAll(1);
        Plan memory p = plan(seed % 2 == 0 ? address(odd) : address(pools), 0, 0);
        p.auction = nextSolverNonce;
        p.validUntil = seed % 11 == 0 ? T0 - 1 : T0 + 100 days;
        if (seed % 3 == 0) (p.input, p.output) = (ETH, USD);
        // The solver had a million dollars and a hundred ether, and must not run out of them.
        uint256 most = p.input == ETH ? uint256(ONE) / 10 : 100 * uint256(ONE);
        p.amount = uint64(bound(amount, 1, most / 100)) * 100;
        p.minimum = uint64(bound(minimum, 0, most));
        Withdraw memory w = withdrawal(solver, SOLVER_KEY, p.input, p.amount, nextSolverNonce++);
        (w.account, w.to, w.validUntil) = (3, escrowOf(p), T0 + 100 days);
        applyWithdraw(w);
        waiting.push(p);
    }

    /// @dev Runs the first route that is funded, by a venue in one of its moods.
    function run(uint256 seed, uint256 gives) external {
        if (waiting.length == 0) return;
        uint256 which = seed % waiting.length;
        Plan memory p = waiting[which];
        uint256 needed = p.input == USD ? p.amount / 100 : uint256(p.amount) * 1e10;
        if ((p.input == USD ? usd : eth).balanceOf(escrowOf(p)) < needed) {
            settleAll(seed);
            pay(seed);
        }
        gives = bound(gives, 0, p.output == USD ? 1_000e6 : 1 ether);
        (p.output == USD ? usd : eth).mint(address(odd), gives);
        OddAdapter.Way way = OddAdapter.Way(seed % 5);
        odd.setWay(way, gives);
        planned = p;
        (uint64 asset, uint64 units) = queuedBy(_run, p);
        if (units == 0) onlyOnce = false;
        if (asset == p.output) ++swapped;
        else ++returned;
        if (asset == p.output ? units < p.minimum : units != p.amount) onlyOnce = false;
        waiting[which] = waiting[waiting.length - 1];
        waiting.pop();
        gone.push(p);
    }

    Plan private planned;

    function _run() private {
        routes.run(0, none(), listOf(planned));
    }

    function again(uint256 seed) external {
        if (gone.length == 0) return;
        planned = gone[seed % gone.length];
        (, uint64 units) = queuedBy(_run, planned);
        if (units != 0) onlyOnce = false;
    }

    /// @dev Whole units that lie in escrows of routes that have run, or in the contract: none ever should.
    function leftBehind() external view returns (uint256 sum) {
        for (uint256 i = 0; i < gone.length; ++i) {
            sum += usd.balanceOf(escrowOf(gone[i])) + eth.balanceOf(escrowOf(gone[i])) / 1e10;
            sum += usd.allowance(escrowOf(gone[i]), address(vault)) + eth.allowance(escrowOf(gone[i]), address(vault));
        }
        sum += usd.balanceOf(address(routes)) + eth.balanceOf(address(routes));
    }
}

/// forge-config: default.invariant.runs = 12
/// forge-config: default.invariant.depth = 50
contract RoutesInvariantTest is Test {
    uint64 private constant USD = 0;
    uint64 private constant ETH = uint64(1) << 52 | uint64(1) << 32;

    RoutesHandler private handler;
    Vault private vault;
    TestToken private usd;
    TestToken private eth;

    function setUp() public {
        handler = new RoutesHandler();
        handler.start();
        (vault, usd, eth) = handler.parts();
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](8);
        selectors[0] = MarketHandler.deposit.selector;
        selectors[1] = MarketHandler.trade.selector;
        selectors[2] = MarketHandler.settleAll.selector;
        selectors[3] = MarketHandler.pay.selector;
        selectors[4] = RoutesHandler.layOff.selector;
        selectors[5] = RoutesHandler.layOff.selector;
        selectors[6] = RoutesHandler.run.selector;
        selectors[7] = RoutesHandler.again.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    function invariant_theVaultsBalanceIsItsClaims_whateverVenuesDo() public view {
        assertEq(usd.balanceOf(address(vault)) * 100, vault.listing(USD).claims, "dollars");
        assertEq(eth.balanceOf(address(vault)), uint256(vault.listing(ETH).claims) * 1e10, "ether");
        _assertConserved(USD);
        _assertConserved(ETH);
        assertEq(handler.leftBehind(), 0, "left behind");
        assertTrue(handler.onlyOnce(), "once, and as the route says");
        assertTrue(handler.queueIsTheReferences(), "queue");
        assertTrue(handler.rootsWentForward(), "roots");
    }

    function _assertConserved(uint64 asset) private view {
        assertEq(
            int256(uint256(vault.listing(asset).claims)),
            handler.ledgerUnits(asset) + int256(handler.unpaidUnits(asset) + handler.owedUnits(asset)),
            "conserved"
        );
    }

    function afterInvariant() public {
        emit log_named_uint("routes swapped", handler.swapped());
        emit log_named_uint("routes returned", handler.returned());
    }
}
