// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Exit} from "../src/Exit.sol";
import {Vault} from "../src/Vault.sol";
import {IExit} from "../src/interfaces/IExit.sol";
import {TestToken} from "../src/dev/TestToken.sol";
import {ExitScenario} from "./reference/ExitScenario.sol";

/// @dev A market that has stopped, and everything that anyone may do then, in any order and as often as they like: some
///      transfers are refused at first, some accounts are registered, some late, some never.
contract ExitHandler is ExitScenario {
    Bundle private bundle = Bundle(int64(2000 * ONE), int64(1800 * ONE), int64(333 * ONE) + 7);
    uint256 public refunded;
    bool public somebodyWasPaidTwice;
    mapping(uint32 => uint256) public cashPaid;
    mapping(uint32 => uint256) public forfeitedPaid;
    mapping(uint32 => bool) private wasRegistered;
    uint32 public inTime;
    uint32 public late;
    bool private isBlocked;

    function start() external {
        setUp();
        openMarket();
        fund(relayer, 0, USD, 77 * ONE);
        for (uint32 i = 1; i <= 6; ++i) {
            fund(alice, i, USD, i * 100 * ONE);
            fund(bob, i, ETH, ONE / 7 * i / 100 * 100);
        }
        settle(closeBatch());
        // Alice's small accounts took more than they can bear; Bob's stand against ether.
        for (uint32 i = 1; i <= 6; ++i) {
            uint32 a = indexOf[alice][i];
            uint32 b = indexOf[bob][i];
            moves(b, a, PERP, int64(ONE) / 3 * int64(uint64(i)), int64(1000 * ONE) * int64(uint64(i)) + 1);
            moves(indexOf[solver][3], b, CALL, int64(ONE) / 7, int64(100 * ONE));
            moves(a, indexOf[solver][3], CALL, int64(ONE) / 9, int64(10 * ONE));
        }
        intoInsurance(indexOf[solver][3], int64(5 * ONE));
        priceIs(contentOf(bundle));
        becomesFinal();
        leaves(bob, ETH, 3 * ONE);
        leaves(bob, USD, 100 * ONE);
        freezes();
    }

    function refund(uint256 seed) external {
        uint256 left = waiting.length - refunded;
        if (left == 0) return;
        bytes[] memory entries = new bytes[](seed % left + 1);
        for (uint256 i = 0; i < entries.length; ++i) {
            entries[i] = waiting[refunded + i];
        }
        exit.refund(entries);
        refunded += entries.length;
        try exit.refund(entries) {
            somebodyWasPaidTwice = true;
        } catch {}
    }

    function register(uint256 seed, address by) external {
        uint32 index = uint32(seed % accountCount) + 1;
        vm.assume(by != address(0) && by != address(vault));
        IExit.Opening memory open = opening();
        IExit.Leaf memory leaf = leafAt(index);
        vm.prank(by);
        try exit.register(open, leaf) {
            if (wasRegistered[index]) somebodyWasPaidTwice = true;
            wasRegistered[index] = true;
            if (exit.state().closedAt == 0) ++inTime;
            else ++late;
        } catch (bytes memory reason) {
            assertTrue(wasRegistered[index]);
            assertEq(bytes4(reason), IExit.AlreadyRegistered.selector);
        }
    }

    function registerMany(uint256 seed) external {
        IExit.Leaf[] memory list = new IExit.Leaf[](seed % 6 + 1);
        for (uint256 i = 0; i < list.length; ++i) {
            uint32 index = uint32((seed / 7 + i * 5) % accountCount) + 1;
            list[i] = leafAt(index);
            if (wasRegistered[index]) continue;
            wasRegistered[index] = true;
            if (exit.state().closedAt == 0) ++inTime;
            else ++late;
        }
        exit.registerAll(opening(), list);
    }

    function close(uint256 wait) external {
        vm.warp(block.timestamp + bound(wait, 1 hours, 4 days));
        try exit.close() {
            assertEq(refunded, waiting.length);
            assertGe(block.timestamp, vault.frozenAt() + REGISTRATION_PERIOD);
        } catch {}
    }

    function claim(uint256 seed) external {
        if (exit.state().closedAt == 0) return;
        uint32 index = uint32(seed % accountCount) + 1;
        uint64 before = vault.listing(USD).claims + 0;
        uint64 owedBefore = vault.totalOwed(USD);
        try exit.claim(index) {
            if (cashPaid[index] != 0) somebodyWasPaidTwice = true;
            cashPaid[index] = before - vault.listing(USD).claims + vault.totalOwed(USD) - owedBefore;
        } catch {}
    }

    function claimForfeited(uint256 seed) external {
        if (exit.state().closedAt == 0) return;
        uint32 index = uint32(seed % accountCount) + 1;
        uint64 before = vault.listing(ETH).claims;
        uint64 owedBefore = vault.totalOwed(ETH);
        try exit.claimForfeited(ETH, index) {
            if (forfeitedPaid[index] != 0) somebodyWasPaidTwice = true;
            forfeitedPaid[index] = before - vault.listing(ETH).claims + vault.totalOwed(ETH) - owedBefore;
        } catch {}
    }

    /// @dev The tokens refuse Alice for a while; what she was to get is owed.
    function refuseAlice() external {
        isBlocked = !isBlocked;
        if (isBlocked) {
            vm.mockCallRevert(address(usd), abi.encodeWithSelector(usd.transfer.selector, alice), "blocked");
        } else {
            vm.clearMockedCalls();
            if (vault.owed(USD, alice) >= 100) vault.claim(USD, alice);
        }
    }

    function parts() external view returns (Vault, Exit, TestToken, TestToken) {
        return (vault, exit, usd, eth);
    }

    /// @dev Units of an asset that accounts which are not registered have coming, by their own value alone.
    function unregistered(uint64 asset) external view returns (uint256 units) {
        for (uint32 i = 1; i <= accountCount; ++i) {
            if (!wasRegistered[i] && asset == ETH) units += uint64(quantityOf(i, ETH));
        }
    }

    function notRefunded(uint64 asset) external view returns (uint256 units) {
        for (uint256 i = refunded; i < waiting.length; ++i) {
            bytes memory entry = waiting[i];
            if (uint64(bytes8(slice(entry, 38, 46))) == asset) units += uint64(bytes8(slice(entry, 46, 54)));
        }
    }

    /// @dev What accounts in time have still to get, and those served have had.
    function claimsOutstanding() external view returns (uint256 cash, uint256 ether_) {
        IExit.State memory s = exit.state();
        uint256 needed = s.shortfall < s.worth ? s.shortfall : s.worth;
        for (uint32 i = 1; i <= accountCount; ++i) {
            IExit.Registration memory r = exit.registration(i);
            if (r.isLate || r.claim == 0) continue;
            if (!r.isPaid) cash += uint256(r.claim) * s.cash / s.claims;
            if (!exit.hadForfeited(ETH, i) && s.worth != 0) {
                ether_ += uint256(exit.pool(ETH)) * r.claim * needed / (uint256(s.claims) * s.worth);
            }
        }
    }
}

/// forge-config: default.invariant.runs = 24
/// forge-config: default.invariant.depth = 80
contract ExitInvariantTest is Test {
    uint64 private constant USD = 0;
    uint64 private constant ETH = uint64(1) << 52 | uint64(1) << 32;

    ExitHandler private handler;
    Vault private vault;
    Exit private exit;
    TestToken private usd;
    TestToken private eth;

    function setUp() public {
        handler = new ExitHandler();
        handler.start();
        (vault, exit, usd, eth) = handler.parts();
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](8);
        selectors[0] = ExitHandler.refund.selector;
        selectors[1] = ExitHandler.register.selector;
        selectors[2] = ExitHandler.registerMany.selector;
        selectors[3] = ExitHandler.close.selector;
        selectors[4] = ExitHandler.claim.selector;
        selectors[5] = ExitHandler.claimForfeited.selector;
        selectors[6] = ExitHandler.refuseAlice.selector;
        selectors[7] = ExitHandler.register.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    function invariant_whateverIsDue_isThere() public view {
        IExit.State memory s = exit.state();
        // The tokens cover what the vault says it holds.
        assertGe(usd.balanceOf(address(vault)), vault.listing(USD).claims / 100, "dollars");
        assertGe(eth.balanceOf(address(vault)), uint256(vault.listing(ETH).claims) * 1e10, "ether");
        // And that covers all that is due: owed, to be refunded, claimed and not yet claimed.
        (uint256 cash, uint256 ether_) = handler.claimsOutstanding();
        uint256 etherDue = vault.totalOwed(ETH) + handler.notRefunded(ETH) + handler.unregistered(ETH);
        assertGe(vault.listing(ETH).claims, etherDue + (s.closedAt == 0 ? exit.pool(ETH) : ether_), "ether due");
        uint256 cashDue = vault.totalOwed(USD) + handler.notRefunded(USD);
        if (s.closedAt != 0) cashDue += cash + s.left;
        assertGe(vault.listing(USD).claims, cashDue, "cash due");
        assertFalse(handler.somebodyWasPaidTwice(), "twice");
        assertLe(s.cash, s.claims);
    }

    function afterInvariant() public {
        emit log_named_uint("registered in time", handler.inTime());
        emit log_named_uint("registered late", handler.late());
        emit log_named_uint("closed at", exit.state().closedAt);
    }
}
