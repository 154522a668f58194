// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Exit} from "../src/Exit.sol";
import {Requests} from "../src/Requests.sol";
import {Vault} from "../src/Vault.sol";
import {IExit} from "../src/interfaces/IExit.sol";
import {IDisputes} from "../src/interfaces/IDisputes.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {ExitScenario} from "./reference/ExitScenario.sol";

contract ExitTest is ExitScenario {
    uint32 private constant ALICE = 1;
    uint32 private constant BOB = 2;
    uint32 private constant SOLVER = 3;

    Bundle private bundle = Bundle(int64(2000 * ONE), int64(2000 * ONE), int64(100 * ONE));
    address private stranger = makeAddr("stranger");

    /// @dev The example of docs/exit.md, up to the freeze.
    function setUp() public override {
        super.setUp();
        listAsset(USD, "USD", address(usd), 6);
        listAsset(ETH, "ETH", address(eth), 18);
        fund(alice, 0, USD, 1000 * ONE);
        fund(bob, 0, USD, 400 * ONE);
        fund(solver, 3, USD, 1000 * ONE);
        fund(bob, 0, ETH, ONE / 2);
        settle(closeBatch());
        moves(SOLVER, BOB, PERP, int64(ONE), int64(3000 * ONE));
        priceIs(contentOf(bundle));
        becomesFinal();
    }

    // ----------------------------------------------------------------------------------------------------- the example

    function test_example_ofThePage() public {
        freezes();
        vm.prank(stranger);
        exit.register(opening(), leafAt(BOB));
        register(ALICE);
        register(SOLVER);
        assertEq(eth.balanceOf(stranger), 0.003 ether, "bounty");
        assertEq(eth.balanceOf(bob), 0.2 ether, "what Bob keeps");
        assertEq(exit.registration(ALICE).claim, 1000 * ONE);
        assertEq(exit.registration(BOB).claim, 0);
        assertEq(exit.registration(SOLVER).claim, 2000 * ONE);

        closes();
        IExit.State memory state = exit.state();
        assertEq(state.cash, 2400 * ONE);
        assertEq(state.claims, 3000 * ONE);
        assertEq(state.shortfall, 600 * ONE);
        assertEq(state.worth, 594 * ONE);

        exit.claim(ALICE);
        exit.claim(SOLVER);
        exit.claimForfeited(ETH, ALICE);
        exit.claimForfeited(ETH, SOLVER);
        assertEq(usd.balanceOf(alice), 800e6 + 1, "a cent-part is the refund");
        assertEq(usd.balanceOf(solver), 1600e6);
        assertEq(eth.balanceOf(alice), 0.099 ether);
        assertEq(eth.balanceOf(solver), 0.198 ether);
        _assertVaultHolds(0, 0);
    }

    function _assertVaultHolds(uint256 cash, uint256 ether_) private view {
        assertEq(vault.listing(USD).claims, cash, "cash units");
        assertEq(vault.listing(ETH).claims, ether_, "ether units");
        assertEq(usd.balanceOf(address(vault)), cash / 100);
        assertEq(eth.balanceOf(address(vault)), ether_ * 1e10);
    }

    // ---------------------------------------------------------------------------------------------------- the freeze

    function test_freeze_waitsForAnEntryThatIsOldEnough() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.NothingQueued.selector, g.queueCursor));
        vault.freeze();
        leaves(alice, USD, 100);
        vm.warp(block.timestamp + FREEZE_AFTER);
        vm.expectRevert(abi.encodeWithSelector(IVault.TooEarly.selector, FREEZE_AFTER, FREEZE_AFTER));
        vault.freeze();
        vm.warp(block.timestamp + 1);
        vm.expectEmit();
        emit IVault.Frozen(g.queueCursor, 1, stateRoot());
        vault.freeze();
        assertEq(vault.frozenAt(), block.timestamp);
    }

    function test_freeze_countsFromTheOldestEntry_notTheLast() public {
        leaves(alice, USD, 100);
        vm.warp(block.timestamp + FREEZE_AFTER);
        leaves(bob, USD, 100);
        vm.warp(block.timestamp + 1);
        vault.freeze();
    }

    function test_frozen_nothingIsQueuedOrBecomesFinal() public {
        usd.mint(address(this), 1e6);
        usd.approve(address(vault), 1e6);
        goesOn();
        fund(alice, 0, USD, 100);
        Batch memory batch = closeBatch();
        vm.prank(operator);
        vault.post(batch.header, batch.data);
        vm.warp(block.timestamp + FREEZE_AFTER + 1);
        vault.freeze();

        bytes memory frozen = abi.encodeWithSelector(IVault.VaultFrozen.selector, block.timestamp);
        vm.expectRevert(frozen);
        vault.deposit(USD, 1e6, 0);
        vm.expectRevert(frozen);
        vault.depositFor(alice, USD, 1e6, 0);
        vm.expectRevert(frozen);
        requests.registerKey(0, session, 1, 1);
        vm.expectRevert(frozen);
        vault.freeze();
        vm.startPrank(governor);
        vm.expectRevert(frozen);
        vault.list(BTC, "BTC", address(0), 8);
        vm.expectRevert(frozen);
        requests.setParameters(2, abi.encodePacked(uint8(1), uint8(1), alice));
        vm.startPrank(operator);
        vm.expectRevert(frozen);
        vault.post(batch.header, batch.data);
        vm.expectRevert(frozen);
        vault.prove(batch.header, batch.data, batch.witness, 1, 0);
        vm.expectRevert(frozen);
        vault.settle(batch.header, batch.data, batch.witness, 0);
        vm.expectRevert(frozen);
        vault.finalize(batch.header, slice(batch.witness, 0, 453), 0);
    }

    function test_batch_thatLeavesAnEntryBehindTooLong_isRefused_andAnotherMayWait() public {
        uint256 before = vm.snapshotState();
        _aStepAt(T0 + FORCE_AFTER);
        Batch memory batch = closeBatch();
        uint64 left = g.queueCursor;
        leaves(alice, USD, 100);
        // However late it is settled: what counts is how far the log had come.
        vm.warp(T0 + FORCE_AFTER + 1 days);
        settle(batch);
        assertEq(vault.state().verifiedSequence, 2);

        vm.revertToState(before);
        _aStepAt(T0 + FORCE_AFTER + 1);
        batch = closeBatch();
        leaves(alice, USD, 100);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IVault.EntryLeftBehind.selector, left, FORCE_AFTER + 1, FORCE_AFTER));
        vault.settle(batch.header, batch.data, batch.witness, 0);
    }

    function test_optimisticBatch_thatLeavesAnEntryBehindTooLong_isFraud() public {
        usd.mint(address(this), BOND);
        usd.approve(address(disputes), BOND);
        disputes.addBond(BOND);
        _aStepAt(T0 + FORCE_AFTER + 1);
        Batch memory batch = closeBatch();
        leaves(alice, USD, 100);
        vm.prank(operator);
        vault.post(batch.header, batch.data);
        bytes memory state = batch.starts[batch.starts.length - 1];
        IDisputes.Challenge memory challenge =
            IDisputes.Challenge({fraud: IDisputes.Fraud.Header, step: 0, reward: alice, salt: "salt"});
        disputes.commit(disputes.commitmentOf(challenge, keccak256(batch.header), state));
        vm.roll(block.number + 1);
        disputes.challenge(challenge, batch.header, batch.data, state);
        assertEq(vault.state().postedSequence, 1);
    }

    function test_bond_isFreeAfterAFreeze() public {
        usd.mint(operator, BOND);
        vm.startPrank(operator);
        usd.approve(address(disputes), BOND);
        disputes.addBond(BOND);
        vm.stopPrank();
        _aStep();
        Batch memory batch = closeBatch();
        vm.prank(operator);
        vault.post(batch.header, batch.data);
        vm.prank(operator);
        vm.expectPartialRevert(IDisputes.BondLocked.selector);
        disputes.withdrawBond(BOND);
        freezes();
        vm.prank(operator);
        disputes.withdrawBond(BOND);
        assertEq(disputes.bond(), 0);
    }

    function _aStepAt(uint64 time) private {
        g.time = time;
        becomesFinal();
        _aStep();
    }

    function _aStep() private {
        goesOn();
        registerKey(bob, 0, session, 1, T0);
    }

    function test_release_isTheExitsAlone_andOnlyAfterTheFreeze() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.NotExit.selector, address(this)));
        vault.release(USD, address(this), 1);
        vm.prank(address(exit));
        vm.expectRevert(abi.encodeWithSelector(IVault.NotExit.selector, address(exit)));
        vault.release(USD, address(this), 1);
        freezes();
        vm.expectRevert(abi.encodeWithSelector(IVault.NotExit.selector, address(this)));
        vault.release(USD, address(this), 1);
    }

    function test_vault_isNotMadeWithAnExitOfAnother() public {
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        vm.expectRevert(abi.encodeWithSelector(IVault.WrongExit.selector, address(vault), next));
        new Vault(governor, operator, verifiers(), disputes, WINDOW, exit, requests, FREEZE_AFTER, 1, dataPacking);
        Exit fitting = new Exit(IVault(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1)), 0);
        next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        vm.expectRevert(abi.encodeWithSelector(IVault.WrongRequests.selector, address(vault), next));
        new Vault(governor, operator, verifiers(), disputes, WINDOW, fitting, requests, FREEZE_AFTER, 1, dataPacking);
        fitting = new Exit(IVault(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 2)), 0);
        Requests matching =
            new Requests(IVault(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1)), insurance);
        vm.expectRevert(abi.encodeWithSelector(IVault.BadArgument.selector, 8, 10));
        new Vault(governor, operator, verifiers(), disputes, WINDOW, fitting, matching, 10, 10, dataPacking);
    }

    function test_everything_waitsForTheFreeze() public {
        bytes memory notFrozen = abi.encodeWithSelector(IExit.NotFrozen.selector);
        IExit.Opening memory open = opening();
        IExit.Leaf memory leaf = leafAt(ALICE);
        vm.expectRevert(notFrozen);
        exit.register(open, leaf);
        vm.expectRevert(notFrozen);
        exit.refund(waiting);
        vm.expectRevert(notFrozen);
        exit.close();
        vm.expectRevert(IExit.NotClosed.selector);
        exit.claim(ALICE);
        vm.expectRevert(IExit.NotClosed.selector);
        exit.claimForfeited(ETH, ALICE);
    }

    // ------------------------------------------------------------------------------------------------------- refunds

    function test_refund_goesToWhoPaid_inOrder_once() public {
        usd.mint(stranger, 5e6);
        vm.startPrank(stranger);
        usd.approve(address(vault), 5e6);
        uint64 index = vault.depositFor(bob, USD, 5e6, 0);
        vm.stopPrank();
        waiting.push(abi.encodePacked(uint8(1), uint8(1), index, BOB, bob, uint32(0), USD, uint64(5 * ONE), stranger));
        vm.prank(bob);
        requests.registerKey(0, session, 3, T0);
        waiting.push(abi.encodePacked(uint8(1), uint8(2), index + 1, uint32(0), bob, uint32(0), session, uint8(3), T0));
        leaves(bob, ETH, 3 * ONE);
        freezes();

        bytes[] memory second = new bytes[](1);
        second[0] = waiting[1];
        bytes32 wrong = keccak256(abi.encodePacked(vault.queueHashAt(index), keccak256(second[0])));
        vm.expectRevert(abi.encodeWithSelector(IExit.WrongEntry.selector, index, wrong, vault.queueHashAt(index + 1)));
        exit.refund(second);

        second[0] = waiting[0];
        exit.refund(second);
        assertEq(usd.balanceOf(stranger), 5e6);
        assertEq(exit.state().walked, index + 1);
        vm.expectPartialRevert(IExit.WrongEntry.selector);
        exit.refund(waiting);

        bytes[] memory rest = new bytes[](3);
        for (uint256 i = 0; i < 3; ++i) {
            rest[i] = waiting[i + 1];
        }
        exit.refund(rest);
        assertEq(eth.balanceOf(bob), 3 ether);
        assertEq(usd.balanceOf(alice), 1);
        vm.expectRevert(abi.encodeWithSelector(IExit.NoSuchEntry.selector, index + 4, index + 4));
        exit.refund(second);
    }

    function test_refund_thatTheTokenRefuses_isOwed_andCountsAsPaid() public {
        freezes();
        vm.mockCallRevert(address(usd), abi.encodeWithSelector(usd.transfer.selector, alice), "blocked");
        registerEveryone();
        closes();
        assertEq(vault.owed(USD, alice), 100);
        assertEq(vault.totalOwed(USD), 100);
        assertEq(exit.state().cash, 2400 * ONE, "what is owed serves no claim");
        exit.claim(ALICE);
        exit.claim(SOLVER);
        assertEq(vault.owed(USD, alice), 800 * ONE + 100);
        assertEq(usd.balanceOf(solver), 1600e6, "nobody else waits");
        vm.clearMockedCalls();
        vault.claim(USD, alice);
        assertEq(usd.balanceOf(alice), 800e6 + 1);
        assertEq(vault.totalOwed(USD), 0);
    }

    // -------------------------------------------------------------------------------------------------- registration

    function test_register_holdsEverythingAgainstTheFinalRoot() public {
        freezes();
        IExit.Opening memory open = opening();
        IExit.Leaf memory leaf = leafAt(ALICE);

        open.accountsRoot = keccak256("other");
        vm.expectPartialRevert(IExit.WrongState.selector);
        exit.register(open, leaf);
        open = opening();
        open.globalRecord[330] ^= 0x01;
        vm.expectPartialRevert(IExit.WrongState.selector);
        exit.register(open, leaf);
        open = opening();
        open.content[20] ^= 0x01;
        vm.expectPartialRevert(IExit.WrongPrice.selector);
        exit.register(open, leaf);
        open = opening();
        open.marksRoot = 0;
        vm.expectPartialRevert(IExit.WrongPrice.selector);
        exit.register(open, leaf);

        open = opening();
        leaf.leaf[30] ^= 0x01;
        vm.expectPartialRevert(IExit.WrongLeaf.selector);
        exit.register(open, leaf);
        leaf = leafAt(ALICE);
        leaf.index = BOB;
        vm.expectPartialRevert(IExit.WrongLeaf.selector);
        exit.register(open, leaf);
        leaf = leafAt(ALICE);
        leaf.bitmap |= 1 << 31;
        vm.expectRevert(abi.encodeWithSelector(IExit.BadLeaf.selector, ALICE, leaf.leaf.length, leaf.siblings.length));
        exit.register(open, leaf);
        leaf = leafAt(77);
        vm.expectRevert(abi.encodeWithSelector(IExit.BadLeaf.selector, 77, 0, leaf.siblings.length));
        exit.register(open, leaf);
    }

    function test_register_isOncePerAccount_andTheRestOfAListGoesOn() public {
        freezes();
        register(BOB);
        uint256 had = eth.balanceOf(bob);
        IExit.Opening memory open = opening();
        IExit.Leaf memory leaf = leafAt(BOB);
        vm.expectRevert(abi.encodeWithSelector(IExit.AlreadyRegistered.selector, BOB));
        exit.register(open, leaf);
        registerEveryone();
        assertEq(eth.balanceOf(bob), had);
        assertEq(exit.state().claims, 3000 * ONE);
    }

    function test_withoutAnyPrice_cashAndBaseAreAsTheyAre() public {
        moves(BOB, SOLVER, PERP, int64(ONE), int64(3000 * ONE));
        g.priceHash = 0;
        content = "";
        becomesFinal();
        freezes();
        IExit.Opening memory open = opening();
        open.content = "x";
        IExit.Leaf memory leaf = leafAt(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IExit.WrongPrice.selector, keccak256("x"), bytes32(0)));
        exit.register(open, leaf);
        registerEveryone();
        assertEq(eth.balanceOf(bob), 0.5 ether);
        closes();
        for (uint32 i = 1; i <= 3; ++i) {
            exit.claim(i);
        }
        assertEq(usd.balanceOf(bob), 400e6);
        _assertVaultHolds(0, 0);
    }

    function test_withoutAReadableContent_derivativesCountNothing_andNothingIsForfeited() public {
        priceIs("content");
        becomesFinal();
        freezes();
        registerEveryone();
        assertEq(exit.registration(SOLVER).claim, 4000 * ONE);
        assertEq(exit.registration(BOB).claim, 0);
        assertEq(eth.balanceOf(bob), 0.5 ether);
        assertEq(exit.state().worth, 0);
        closes();
        exit.claim(SOLVER);
        assertEq(usd.balanceOf(solver), uint256(4000e6) * 2400 / 5000);
        vm.expectRevert(abi.encodeWithSelector(IExit.AlreadyPaid.selector, SOLVER));
        exit.claimForfeited(ETH, SOLVER);
    }

    /// @dev Every cut of a content is either read as nothing or fails as none: no position of the calldata is read instead.
    function test_aContentThatIsCutOff_saysNothing() public {
        bytes memory whole = contentOf(bundle);
        freezes();
        uint256 snapshot = vm.snapshotState();
        for (uint256 length = 0; length < whole.length; length += 7) {
            priceIs(slice(whole, 0, length));
            becomesFinal();
            register(SOLVER);
            assertEq(exit.registration(SOLVER).claim, 4000 * ONE, vm.toString(length));
            vm.revertToState(snapshot);
        }
    }

    function test_aMissingMark_countsNothing_forBothSides() public {
        uint64 unmarked = CALL + 16;
        moves(ALICE, SOLVER, unmarked, int64(5 * ONE), int64(10 * ONE));
        becomesFinal();
        freezes();
        registerEveryone();
        assertEq(exit.registration(ALICE).claim, 1010 * ONE);
        assertEq(exit.registration(SOLVER).claim, 1990 * ONE);
    }

    function test_baseWithoutASpot_isNotForfeited() public {
        addPosition(BOB, BTC, int64(3 * ONE));
        syncLeaf(BOB);
        becomesFinal();
        freezes();
        register(BOB);
        assertEq(vault.owed(BTC, bob), 3 * ONE, "no token is behind it here: it is owed in full");
        assertEq(exit.pool(BTC), 0);
    }

    function test_aDebt_takesBaseInAscendingOrder() public {
        // 0.1 ether are 200 of the debt of 600; the other 400 are 8 of the 10 that stand at 50.
        moves(BOB, SOLVER, ETH, int64(ONE * 4 / 10), 0);
        addPosition(BOB, OTHER, int64(10 * ONE));
        syncLeaf(BOB);
        becomesFinal();
        freezes();
        vm.expectEmit(address(exit));
        emit IExit.Forfeited(BOB, ETH, ONE / 10, ONE / 1000);
        vm.expectEmit(address(exit));
        emit IExit.Forfeited(BOB, OTHER, 8 * ONE, ONE * 8 / 100);
        vm.expectEmit(address(exit));
        emit IExit.PaidInKind(BOB, bob, OTHER, 2 * ONE);
        register(BOB);
        assertEq(exit.state().worth, 198 * ONE + 396 * ONE);
        // No token is behind it in this market, so it is owed: to Bob, and the bounty to who registered him.
        assertEq(vault.owed(OTHER, bob), 2 * ONE);
        assertEq(vault.owed(OTHER, address(this)), ONE * 8 / 100);
    }

    function test_aDebtThatTheFirstBaseCovers_leavesTheNext() public {
        addPosition(BOB, OTHER, int64(10 * ONE));
        syncLeaf(BOB);
        becomesFinal();
        freezes();
        register(BOB);
        assertEq(exit.pool(ETH), ONE * 297 / 1000);
        assertEq(exit.pool(OTHER), 0);
        assertEq(vault.owed(OTHER, bob), 10 * ONE);
    }

    function test_aDebtBeyondTheBase_takesAllOfIt() public {
        moves(SOLVER, BOB, CALL, int64(ONE), int64(1000 * ONE));
        becomesFinal();
        freezes();
        vm.prank(stranger);
        exit.register(opening(), leafAt(BOB));
        assertEq(eth.balanceOf(bob), 0);
        assertEq(eth.balanceOf(stranger), 0.005 ether);
        assertEq(exit.pool(ETH), ONE * 495 / 1000);
    }

    // ---------------------------------------------------------------------------------------------------- the close

    function test_close_waitsForTimeQueueAndWithdrawals() public {
        freezes();
        vm.warp(vault.frozenAt() + REGISTRATION_PERIOD - 1);
        vm.expectRevert(abi.encodeWithSelector(IExit.RegistrationOpen.selector, 1));
        exit.close();
        vm.warp(vault.frozenAt() + REGISTRATION_PERIOD);
        vm.expectRevert(abi.encodeWithSelector(IExit.QueueNotWalked.selector, g.queueCursor, g.queueCursor + 1));
        exit.close();
        refundAll();
        exit.close();
        vm.expectRevert(abi.encodeWithSelector(IExit.AlreadyClosed.selector, block.timestamp));
        exit.close();
    }

    function test_close_waitsUntilTheWithdrawalsOfFinalBatchesArePaid() public {
        // An amount that no account can hold turns a deposit into a withdrawal: the queue's own way to one.
        _fillBobWithEther();
        fund(bob, 0, ETH, 2 * ONE);
        settle(closeBatch());
        freezes();
        registerEveryone();
        vm.warp(vault.frozenAt() + REGISTRATION_PERIOD);
        refundAll();
        vm.expectRevert(abi.encodeWithSelector(IExit.WithdrawalsUnpaid.selector, bytes32(0), g.withdrawalHash));
        exit.close();
        IVault.Withdrawal[] memory list = new IVault.Withdrawal[](1);
        list[0] = IVault.Withdrawal(ETH, bob, 2 * ONE);
        vault.pay(2, list);
        exit.close();
        assertEq(exit.state().cash, 2400 * ONE);
    }

    function _fillBobWithEther() private {
        addPosition(BOB, ETH, type(int64).max - int64(ONE));
        syncLeaf(BOB);
        becomesFinal();
        goesOn();
    }

    // ---------------------------------------------------------------------------------------------------- the claims

    function test_claim_isOncePerAccount() public {
        freezes();
        registerEveryone();
        closes();
        exit.claim(ALICE);
        exit.claimForfeited(ETH, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IExit.AlreadyPaid.selector, ALICE));
        exit.claim(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IExit.AlreadyPaid.selector, ALICE));
        exit.claimForfeited(ETH, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IExit.AlreadyPaid.selector, BOB));
        exit.claim(BOB);
        vm.expectRevert(abi.encodeWithSelector(IExit.NotRegistered.selector, 9));
        exit.claim(9);
        vm.expectRevert(abi.encodeWithSelector(IExit.NotRegistered.selector, 9));
        exit.claimForfeited(ETH, 9);

        uint32[] memory all = new uint32[](5);
        for (uint32 i = 0; i < 5; ++i) {
            all[i] = i % 3 + 1;
        }
        exit.claimAll(all);
        exit.claimAllForfeited(ETH, all);
        assertEq(usd.balanceOf(alice), 800e6 + 1);
        assertEq(usd.balanceOf(solver), 1600e6);
        _assertVaultHolds(0, 0);
    }

    function test_potsComeFirst_andThePoolPaysWhatTheyDoNot() public {
        // 450 of the debt of 600 stand in the insurance pot.
        intoInsurance(ALICE, int64(450 * ONE));
        becomesFinal();
        freezes();
        registerEveryone();
        closes();
        IExit.State memory state = exit.state();
        assertEq(state.claims, 2550 * ONE);
        assertEq(state.cash, 2400 * ONE);
        assertEq(state.shortfall, 150 * ONE);
        exit.claim(SOLVER);
        exit.claimForfeited(ETH, SOLVER);
        // 2000 is 1882.35 in cash, and the rest in ether at 2000.
        assertEq(usd.balanceOf(solver), 1_882_352_941);
        assertApproxEqAbs(eth.balanceOf(solver) * 2000 / 1e12, 2_000_000_000 - 1_882_352_941, 40);
        exit.claim(ALICE);
        exit.claimForfeited(ETH, ALICE);
        assertApproxEqAbs(
            uint256(vault.listing(ETH).claims), uint256(ONE) * 297 / 1000 * 444 / 594, 2, "the pot paid it"
        );
    }

    function test_late_hasItsBase_andCashAsFarAsItReaches() public {
        moves(BOB, SOLVER, PERP, int64(ONE), int64(2900 * ONE));
        becomesFinal();
        freezes();
        register(SOLVER);
        closes();
        assertEq(exit.state().left, 2400 * ONE - 1100 * ONE);
        register(BOB);
        register(ALICE);
        assertEq(eth.balanceOf(bob), 0.5 ether);
        assertEq(usd.balanceOf(bob), 300e6, "covered, so late loses nothing");
        assertEq(usd.balanceOf(alice), 1000e6 + 1);
        vm.expectRevert(abi.encodeWithSelector(IExit.AlreadyPaid.selector, ALICE));
        exit.claim(ALICE);
        exit.claim(SOLVER);
        assertEq(usd.balanceOf(solver), 1100e6);
        _assertVaultHolds(0, 0);
    }

    function test_late_takesNothingFromWhoCameInTime() public {
        freezes();
        register(SOLVER);
        register(BOB);
        closes();
        // All claims: 2000 of 2400. Alice comes late, to 400 of her 1000.
        register(ALICE);
        assertEq(usd.balanceOf(alice), 400e6 + 1);
        exit.claim(SOLVER);
        assertEq(usd.balanceOf(solver), 2000e6);
        vm.expectRevert(abi.encodeWithSelector(IExit.AlreadyPaid.selector, ALICE));
        exit.claimForfeited(ETH, ALICE);
    }

    function test_late_debtor_forfeitsToNobody() public {
        freezes();
        register(SOLVER);
        closes();
        vm.prank(stranger);
        exit.register(opening(), leafAt(BOB));
        assertEq(eth.balanceOf(bob), 0.2 ether);
        assertEq(eth.balanceOf(stranger), 0);
        assertEq(exit.pool(ETH), 0);
        assertEq(vault.listing(ETH).claims, ONE * 3 / 10);
    }

    function test_nobodyRegisters_andTheExitStillCloses() public {
        freezes();
        closes();
        assertEq(exit.state().left, 2400 * ONE);
        registerEveryone();
        assertEq(usd.balanceOf(alice) + usd.balanceOf(solver), 2400e6 + 1, "first come, first served");
    }

    function test_onlyADebtorRegisters_andThePoolIsNobodys() public {
        freezes();
        register(BOB);
        closes();
        uint32[] memory all = new uint32[](1);
        all[0] = BOB;
        exit.claimAll(all);
        exit.claimAllForfeited(ETH, all);
        vm.expectRevert(abi.encodeWithSelector(IExit.AlreadyPaid.selector, BOB));
        exit.claimForfeited(ETH, BOB);
        assertEq(vault.listing(ETH).claims, ONE * 297 / 1000);
    }

    function test_whereMoreIsOwedThanHeld_theExitStillCloses() public {
        parentRoot = stateRoot();
        IVault.Withdrawal[] memory list = new IVault.Withdrawal[](1);
        list[0] = IVault.Withdrawal(USD, alice, 5000 * ONE);
        g.withdrawalHash = keccak256(abi.encodePacked(bytes32(0), keccak256(abi.encodePacked(USD, alice, 5000 * ONE))));
        becomesFinal();
        goesOn();
        registerKey(bob, 0, session, 1, T0);
        settle(closeBatch());
        vault.pay(2, list);
        assertEq(vault.totalOwed(USD), 5000 * ONE);
        freezes();
        registerEveryone();
        closes();
        assertEq(exit.state().cash, 0);
        assertEq(exit.state().left, 0);
        exit.claimForfeited(ETH, SOLVER);
        assertEq(eth.balanceOf(solver), 0.198 ether);
    }

    function test_aClaimThatNoVaultCouldPay_isCutOff() public {
        priceIs(contentOf(Bundle(int64(2000 * ONE), type(int64).max, 1)));
        moves(SOLVER, ALICE, PERP, type(int64).max, 0);
        becomesFinal();
        freezes();
        register(ALICE);
        assertEq(exit.registration(ALICE).claim, uint64(type(int64).max));
    }

    // ---------------------------------------------------------------------------------------------- any market at all

    struct Seeds {
        int64 perps;
        int64 calls;
        int64 cash;
        uint64 ether_;
        uint64 insurance;
        uint256 spot;
        uint256 perpMark;
        uint256 callMark;
        uint8 inTime;
    }

    /// @dev What the page's formulas come to, beside the contracts.
    struct Sums {
        uint256 available;
        uint256 claims;
        uint256 pool;
        uint256 worth;
        uint256 cash;
        uint256 needed;
        uint256 left;
        uint256 paid;
        uint256 paidEther;
        uint256 late;
    }

    /// @dev Three accounts anywhere, any prices, any of them in time: each gets what the page says, to the unit, and what
    ///      stays is what the page says too.
    function testFuzz_everyoneLeaves(Seeds memory s) public {
        int64 most = int64(100 * ONE);
        Bundle memory b = Bundle(
            int64(uint64(bound(s.spot, 1, 10_000 * ONE))),
            int64(uint64(bound(s.perpMark, 0, 10_000 * ONE))),
            int64(uint64(bound(s.callMark, 0, 10_000 * ONE)))
        );
        moves(SOLVER, ALICE, PERP, int64(bound(s.perps, -most, most)), int64(bound(s.cash, -most, most)));
        moves(ALICE, BOB, CALL, int64(bound(s.calls, -most, most)), int64(bound(s.cash, -most, most)));
        moves(BOB, SOLVER, ETH, int64(uint64(bound(s.ether_, 0, ONE / 2))), 1);
        intoInsurance(SOLVER, int64(uint64(bound(s.insurance, 0, 100 * ONE))));
        priceIs(contentOf(b));
        becomesFinal();
        freezes();
        refundAll();
        delete waiting;

        Sums memory sums;
        sums.available = 2400 * ONE;
        for (uint32 i = 1; i <= 3; ++i) {
            if (s.inTime >> i & 1 == 1) _registerInTime(i, b, sums);
        }
        closes();
        sums.cash = sums.claims < sums.available ? sums.claims : sums.available;
        sums.needed = sums.claims - sums.cash < sums.worth ? sums.claims - sums.cash : sums.worth;
        sums.left = sums.available - sums.cash;
        for (uint32 i = 1; i <= 3; ++i) {
            if (s.inTime >> i & 1 == 1) _claimInTime(i, b, sums);
            else _comeLate(i, b, sums);
        }
        // Cents are the token's smallest unit; what is less is owed.
        assertEq(vault.listing(USD).claims, sums.available - sums.paid + vault.totalOwed(USD), "cash that stays");
        assertEq(vault.listing(ETH).claims, sums.pool - sums.paidEther + sums.late, "ether that stays");
        assertEq(eth.balanceOf(address(vault)), uint256(vault.listing(ETH).claims) * 1e10);
        assertGe(usd.balanceOf(address(vault)), vault.listing(USD).claims / 100);
    }

    function _registerInTime(uint32 i, Bundle memory b, Sums memory sums) private {
        address owner = accountAt[i].owner;
        vm.prank(stranger);
        exit.register(opening(), leafAt(i));
        int256 value = valueOf(i, b);
        if (value > 0) sums.claims += uint256(value);
        (uint256 units, uint256 bounty) = forfeitOf(i, b);
        sums.pool += units - bounty;
        sums.worth += (units - bounty) * uint64(b.spot) / 1e8;
        assertEq(eth.balanceOf(owner), (uint64(quantityOf(i, ETH)) - units) * 1e10, "in kind");
    }

    function _claimInTime(uint32 i, Bundle memory b, Sums memory sums) private {
        if (valueOf(i, b) <= 0) return;
        uint256 due = uint256(valueOf(i, b));
        uint256 share = sums.worth == 0 ? 0 : sums.pool * due * sums.needed / (sums.claims * sums.worth);
        uint256 had = eth.balanceOf(accountAt[i].owner);
        if (share != 0) exit.claimForfeited(ETH, i);
        assertEq(eth.balanceOf(accountAt[i].owner), had + share * 1e10, "share of the pool");
        sums.paidEther += share;
        had = usd.balanceOf(accountAt[i].owner);
        exit.claim(i);
        uint256 units = due * sums.cash / sums.claims;
        sums.paid += units;
        assertEq(usd.balanceOf(accountAt[i].owner), had + units / 100, "cash");
    }

    function _comeLate(uint32 i, Bundle memory b, Sums memory sums) private {
        uint256 had = usd.balanceOf(accountAt[i].owner);
        register(i);
        uint256 units = valueOf(i, b) > 0 ? uint256(valueOf(i, b)) : 0;
        if (units > sums.left) units = sums.left;
        sums.left -= units;
        sums.paid += units;
        assertEq(usd.balanceOf(accountAt[i].owner), had + units / 100, "late cash");
        (uint256 forfeited,) = forfeitOf(i, b);
        sums.late += forfeited;
    }
}

/// @dev A market of which no batch ever became final: everybody gets its deposits back.
contract ExitFromGenesisTest is ExitScenario {
    function test_everyDepositGoesBack() public {
        vm.recordLogs();
        openMarket();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IVault.Queued.selector) continue;
            (, bytes memory command) = abi.decode(logs[i].data, (bytes32, bytes));
            waiting.push(command);
        }
        assertEq(waiting.length, vault.state().queueLength);
        vm.warp(block.timestamp + FREEZE_AFTER + 1);
        vault.freeze();
        refundAll();
        assertEq(usd.balanceOf(alice), 10_000e6);
        assertEq(usd.balanceOf(bob), 20_000e6);
        assertEq(usd.balanceOf(solver), 1_000_000e6);
        assertEq(eth.balanceOf(solver), 100 ether);
        vm.warp(vault.frozenAt() + REGISTRATION_PERIOD);
        exit.close();
        assertEq(usd.balanceOf(address(vault)), 0);
        assertEq(eth.balanceOf(address(vault)), 0);
        assertEq(vault.listing(USD).claims + vault.listing(ETH).claims, 0);
    }
}
