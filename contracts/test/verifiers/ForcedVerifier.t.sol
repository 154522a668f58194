// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../../src/interfaces/IRefusals.sol";
import {IVerifier} from "../../src/interfaces/IVerifier.sol";
import {Scenario} from "../reference/Scenario.sol";
import {Tree} from "../reference/Tree.sol";

contract ForcedVerifierTest is Scenario {
    bytes private globalBefore;
    bytes32 private rootBefore;
    uint32 private counter;

    function setUp() public override {
        super.setUp();
        settledMarket();
        fund(insurance, 0, USD, 100_000 * ONE);
        counter = indexOf[insurance][0];
    }

    /// @dev The verifier comes to the ledger's state, with this witness and no more of it.
    function _applies(Forced memory f) private {
        (globalBefore, rootBefore) = (globalRecord(), accountsRoot());
        bool wasPriced = f.kind != 8 && accountAt[indexOf[f.owner][f.account]].positions.length != 0;
        (bytes memory record, bytes memory witness) = applyForced(f);
        (bytes memory globalAfter, bytes32 rootAfter, uint256 used, bool priced) =
            forcedVerifier.rerun(domain, globalBefore, rootBefore, pricing(), record, bytes.concat(witness, "more"));
        assertEq(globalAfter, globalRecord(), "global record");
        assertEq(rootAfter, accountsRoot(), "accounts root");
        assertEq(used, witness.length, "witness used");
        assertEq(priced, wasPriced, "priced");
    }

    /// @dev A step that does nothing else than to advance the queue.
    function _isNoop(Forced memory f) private {
        bytes32 root = accountsRoot();
        uint64 withdrawals = g.withdrawals;
        uint64 cursor = g.queueCursor;
        _applies(f);
        assertEq(accountsRoot(), root, "accounts");
        assertEq(g.withdrawals, withdrawals, "withdrawals");
        assertEq(g.queueCursor, cursor + 1, "cursor");
    }

    function _barred(Forced memory f) private pure returns (Forced memory) {
        f.barred = true;
        return f;
    }

    function _give(uint32 index, uint64 asset, int64 quantity) private {
        addPosition(index, asset, quantity);
        syncLeaf(index);
    }

    // --------------------------------------------------------------------------------------------------- withdrawal

    function test_withdraw_asMuchAsThereIs() public {
        _applies(forcedWithdrawal(alice, USD, ONE));
        assertEq(accountAt[1].cash, int64(9_999 * ONE));
        _applies(forcedWithdrawal(alice, USD, uint64(type(int64).max)));
        assertEq(accountAt[1].cash, 0);
        Forced memory f = forcedWithdrawal(solver, ETH, 40 * ONE);
        f.account = 3;
        f.to = session;
        _applies(f);
        f.amount = 1000 * ONE;
        _applies(f);
        assertEq(accountAt[3].positions.length, 0);
        assertEq(g.withdrawals, 4);
        assertEq(paidInBatch[paidInBatch.length - 1].amount, 60 * ONE);
    }

    function test_withdraw_ofNothing_isNoStepBeyondTheQueue() public {
        _isNoop(forcedWithdrawal(alice, ETH, ONE));
        _applies(forcedWithdrawal(alice, USD, 10_000 * ONE));
        _isNoop(forcedWithdrawal(alice, USD, 1));
        _isNoop(forcedWithdrawal(bob, USD, 0));
        accountAt[1].cash = -5;
        _give(1, ETH, int64(ONE));
        _isNoop(forcedWithdrawal(alice, USD, 1));
    }

    function test_withdraw_ofWhatIsNoFunds_isNoStepBeyondTheQueue() public {
        _give(1, PERP, 100);
        _give(1, CALL, 100);
        _isNoop(forcedWithdrawal(alice, PERP, 1));
        _isNoop(forcedWithdrawal(alice, CALL, 1));
    }

    function test_withdraw_belowTheMargin_isNoStepBeyondTheQueue() public {
        _give(1, PERP, -int64(ONE));
        _isNoop(_barred(forcedWithdrawal(alice, USD, 9_000 * ONE)));
        _applies(forcedWithdrawal(alice, USD, ONE));
    }

    function test_withdraw_ofADebtor_isNoStepBeyondTheQueue() public {
        accountAt[1].cash = -int64(2000 * ONE);
        _give(1, ETH, int64(2 * ONE));
        _isNoop(_barred(forcedWithdrawal(alice, ETH, ONE)));
    }

    function test_withdraw_inPortfolioMode_isNoStepBeyondTheQueue() public {
        accountAt[1].mode = 2;
        syncLeaf(1);
        _isNoop(_barred(forcedWithdrawal(alice, USD, ONE)));
    }

    function test_withdraw_whereNoPriceIs_isNoStepBeyondTheQueue() public {
        g.priceHash = 0;
        _give(1, ETH, int64(ONE));
        _isNoop(_barred(forcedWithdrawal(alice, USD, ONE)));
        _applies(forcedWithdrawal(bob, USD, ONE));
    }

    function testFuzz_withdraw(uint64 amount, int64 cash) public {
        accountAt[1].cash = cash;
        syncLeaf(1);
        // Without positions the margin asks for no more than that there is no debt.
        _applies(forcedWithdrawal(alice, USD, amount % 2 ** 63));
    }

    // ---------------------------------------------------------------------------------------------------- reduction

    function test_reduce_perpAndOption_longAndShort() public {
        accountAt[1].cash = int64(100_000 * ONE);
        _give(1, PERP, int64(4 * ONE));
        _give(1, CALL, -int64(4 * ONE));
        _applies(forcedReduction(alice, PERP, ONE));
        // 3000 less the 2 % that are more than half a percent of the spot.
        assertEq(accountAt[1].cash, int64(102_940 * ONE));
        assertEq(quantityOf(counter, PERP), int64(ONE));
        _applies(forcedReduction(alice, CALL, ONE));
        // 120 and half a percent of 3000, which is more than 2 % of the mark.
        assertEq(accountAt[1].cash, int64(102_805 * ONE));
        assertEq(quantityOf(counter, CALL), -int64(ONE));
        _applies(forcedReduction(alice, PERP, 100 * ONE));
        _applies(forcedReduction(alice, CALL, uint64(type(int64).max)));
        assertEq(accountAt[1].positions.length, 0);
    }

    function test_reduce_roundsAgainstWhoForces() public {
        _give(1, PERP, 1);
        _give(2, PERP, -1);
        int64 alices = accountAt[1].cash;
        int64 bobs = accountAt[2].cash;
        _applies(forcedReduction(alice, PERP, 1));
        _applies(forcedReduction(bob, PERP, 1));
        assertEq(accountAt[1].cash - alices, 2940);
        assertEq(bobs - accountAt[2].cash, 3060);
        setMark(CALL, 1);
        applyPrice(T0);
        _give(1, CALL, int64(ONE));
        alices = accountAt[1].cash;
        _applies(forcedReduction(alice, CALL, ONE));
        assertEq(accountAt[1].cash, alices, "worth less than it costs: nothing, and never less than that");
    }

    function test_reduce_ofWhatIsNotHeld_isNoStepBeyondTheQueue() public {
        _isNoop(forcedReduction(alice, PERP, ONE));
        _give(1, ETH, int64(ONE));
        _isNoop(forcedReduction(alice, ETH, ONE));
        _isNoop(forcedReduction(alice, CALL, ONE));
        _give(1, PERP, int64(ONE));
        _isNoop(forcedReduction(alice, PERP, 0));
    }

    function test_reduce_whereTheCounterpartyHasNoRoom_isNoStepBeyondTheQueue() public {
        _give(1, PERP, int64(ONE));
        for (uint64 i = 0; i < 64; ++i) {
            addPosition(counter, option(i), 1);
        }
        syncLeaf(counter);
        _isNoop(forcedReduction(alice, PERP, ONE));
    }

    function test_reduce_beyondInt64_isNoStepBeyondTheQueue() public {
        _give(1, PERP, int64(ONE));
        _give(counter, PERP, type(int64).max);
        _isNoop(forcedReduction(alice, PERP, 1));
        _give(counter, PERP, -type(int64).max);
        accountAt[1].cash = type(int64).max;
        syncLeaf(1);
        _isNoop(forcedReduction(alice, PERP, ONE));
        accountAt[1].cash = 0;
        accountAt[counter].cash = type(int64).min;
        syncLeaf(1);
        syncLeaf(counter);
        _isNoop(forcedReduction(alice, PERP, ONE));
    }

    function test_reduce_thatTheCounterpartysMarginForbids_isNoStepBeyondTheQueue() public {
        accountAt[counter].cash = int64(ONE);
        syncLeaf(counter);
        _give(1, PERP, int64(3 * ONE));
        _isNoop(_barred(forcedReduction(alice, PERP, ONE)));
    }

    function test_reduce_thatLeavesTheOwnerBelowItsMargin_isNoStepBeyondTheQueue() public {
        accountAt[1].cash = -int64(85_000 * ONE);
        _give(1, PERP, int64(30 * ONE));
        _isNoop(_barred(forcedReduction(alice, PERP, ONE)));
    }

    function test_reduce_withoutAPriceOfTheAsset_isNoStepBeyondTheQueue() public {
        uint64 unknown = option(7);
        _give(1, unknown, int64(ONE));
        _isNoop(_barred(forcedReduction(alice, unknown, ONE)));
        _give(2, UNLISTED, int64(ONE));
        _isNoop(_barred(forcedReduction(bob, UNLISTED, ONE)));
    }

    function test_reduce_ownerBehindItsCounterparty() public {
        fund(session, 5, USD, 100_000 * ONE);
        _give(indexOf[session][5], PERP, int64(ONE));
        Forced memory f = forcedReduction(session, PERP, ONE);
        f.account = 5;
        _applies(f);
        assertEq(quantityOf(counter, PERP), int64(ONE));
    }

    function testFuzz_reduce(int64 held, uint64 size) public {
        held = int64(bound(held, -int64(10 * ONE), int64(10 * ONE)));
        accountAt[1].cash = int64(1_000_000 * ONE);
        accountAt[counter].cash = int64(1_000_000 * ONE);
        addPosition(counter, PERP, 1);
        syncLeaf(counter);
        _give(1, PERP, held);
        _applies(forcedReduction(alice, PERP, size % 2 ** 63));
    }

    // ------------------------------------------------------------------------------------------------------- cancel

    function test_cancel_everyKind_andWhatIsNotToBeCancelled() public {
        _applies(forcedCancel(alice, 0, 3));
        assertFalse(isFree(1, 3));
        _isNoop(forcedCancel(alice, 0, 3));
        _isNoop(forcedCancel(alice, 0, 64));
        _applies(forcedCancel(alice, 1, 10));
        assertEq(accountAt[1].bases[0], 10);
        _isNoop(forcedCancel(alice, 1, 10));
        _applies(forcedCancel(alice, 2, 12));
        assertEq(accountAt[1].bases[0], 74);
        _isNoop(forcedCancel(alice, 2, 12));
        _isNoop(forcedCancel(alice, 3, 90));
        _isNoop(forcedCancel(alice, 255, 90));
    }

    function test_cancel_endsWhatIsOpen() public {
        Intent memory intent = buy(alice, ALICE_KEY, PERP, 2, 0, 9);
        intent.parts = 2;
        Trade memory t = bidFor(1, one(intent));
        t.fills[0] = Fill(1, 0, 0);
        applyTrade(t);
        assertEq(accountAt[1].opens.length, 1);
        _applies(forcedCancel(alice, 0, 9));
        assertEq(accountAt[1].opens.length, 0);
    }

    // ---------------------------------------------------------------------- what the contract's queue cannot have made

    function test_forgedEntries_areNoSteps() public {
        _give(1, PERP, int64(ONE));
        Forced memory f = forcedReduction(alice, PERP, ONE);
        bytes memory record = forcedRecord(f);
        bytes memory witness = forcedWitness(f);
        // Another queue index, the owner as its own counterparty, leaves of others.
        assertRefused(
            forcedVerifier, patched(record, 9, bytes.concat(bytes1(uint8(g.queueCursor + 1)))), witness, 501, 0
        );
        assertRefused(forcedVerifier, patched(record, 54, slice(record, 10, 14)), witness, 501, 0);
        assertRefused(forcedVerifier, patched(record, 14, abi.encodePacked(bob)), witness, 403, 0);
        assertRefused(forcedVerifier, patched(record, 37, hex"09"), witness, 403, 0);
        assertRefused(forcedVerifier, patched(record, 58, abi.encodePacked(bob)), witness, 403, 1);
        assertRefused(forcedVerifier, patched(record, 81, hex"09"), witness, 403, 1);
        assertReverts(forcedVerifier, patched(record, 13, hex"02"), witness, IRefusals.BadWitness.selector);
        assertReverts(forcedVerifier, patched(record, 57, hex"02"), witness, IRefusals.BadWitness.selector);
        f = forcedWithdrawal(session, USD, ONE);
        assertRefused(forcedVerifier, forcedRecord(f), accountWitness(0), 403, 0);
    }

    function test_101_undecodable() public view {
        Forced[3] memory all =
            [forcedWithdrawal(alice, USD, ONE), forcedReduction(alice, PERP, ONE), forcedCancel(alice, 0, 3)];
        for (uint256 i = 0; i < all.length; ++i) {
            bytes memory record = forcedRecord(all[i]);
            assertRefused(forcedVerifier, bytes.concat(record, hex"00"), "", 101, 0);
            assertRefused(forcedVerifier, slice(record, 0, record.length - 1), "", 101, 0);
            assertRefused(forcedVerifier, patched(record, 0, hex"02"), "", 101, 0);
            assertRefused(forcedVerifier, patched(record, 1, hex"05"), "", 101, 0);
            assertRefused(forcedVerifier, patched(record, 1, hex"09"), "", 101, 0);
            if (i == 2) continue;
            assertRefused(forcedVerifier, patched(record, 46, hex"80"), "", 101, 0);
            assertRefused(forcedVerifier, patched(record, 42, hex"ff"), "", 101, 0);
        }
        assertRefused(forcedVerifier, "", "", 101, 0);
    }

    // ------------------------------------------------------- a no-op is a proof that it is not allowed, and nothing less

    /// @dev The accounts of a refusal are proven as those of a success are.
    function test_poorerAccount_makesNoNoop() public {
        bytes memory record = forcedRecord(forcedWithdrawal(alice, USD, ONE));
        accountAt[1].cash = 0;
        assertReverts(forcedVerifier, record, accountWitness(1), IRefusals.WrongProof.selector);
        accountAt[1].cash = int64(10_000 * ONE);
        accountAt[1].mode = 2;
        assertReverts(forcedVerifier, record, accountWitness(1), IRefusals.WrongProof.selector);
    }

    function test_fullerCounterparty_makesNoNoop() public {
        _give(1, PERP, int64(ONE));
        Forced memory f = forcedReduction(alice, PERP, ONE);
        bytes memory record = forcedRecord(f);
        for (uint64 i = 0; i < 64; ++i) {
            addPosition(counter, option(i), 1);
        }
        assertReverts(forcedVerifier, record, forcedWitness(f), IRefusals.WrongProof.selector);
    }

    function test_pricingLeftOut_otherOrCut_makesNoNoop() public {
        _give(1, PERP, int64(30 * ONE));
        Forced[2] memory all = [forcedWithdrawal(alice, USD, ONE), forcedReduction(alice, PERP, ONE)];
        for (uint256 i = 0; i < all.length; ++i) {
            bytes memory record = forcedRecord(all[i]);
            bytes memory witness = forcedWitness(all[i]);
            bytes memory truth = pricing();
            _mustFail(record, witness, "");
            _mustFail(record, witness, new bytes(6));
            // Each bit of the price and of the parameters.
            for (uint256 at = 0; at < truth.length; ++at) {
                _mustFail(record, witness, patched(truth, at, bytes.concat(truth[at] ^ bytes1(uint8(1 << at % 8)))));
            }
            for (uint256 length = 0; length < truth.length; length += 7) {
                _mustFail(record, witness, slice(truth, 0, length));
            }
        }
    }

    function _mustFail(bytes memory record, bytes memory witness, bytes memory pricing_) private view {
        (bool success, bytes memory reason) = address(forcedVerifier)
            .staticcall(
                abi.encodeCall(
                    IVerifier.rerun, (domain, globalRecord(), Tree.root(accountsTree), pricing_, record, witness)
                )
            );
        assertFalse(success, "proven with another pricing");
        assertNotEq(bytes4(reason), IRefusals.Refused.selector, "refused with another pricing");
    }

    /// @dev However much gas there is, the step either fails without a reason or comes to the one state.
    function testFuzz_gasThatRunsOutWithin_makesNoNoop(uint256 gas_, uint8 which) public {
        Forced memory f = _costly(which % 3);
        (bytes memory record, bytes memory witness) = (forcedRecord(f), forcedWitness(f));
        bytes memory call = abi.encodeCall(
            IVerifier.rerun, (domain, globalRecord(), Tree.root(accountsTree), pricing(), record, witness)
        );
        uint256 free = gasleft();
        (bool success, bytes memory truth) = address(forcedVerifier).staticcall(call);
        uint256 needed = free - gasleft();
        assertTrue(success);
        bytes memory answer;
        (success, answer) = address(forcedVerifier).staticcall{gas: bound(gas_, 0, needed * 65 / 64)}(call);
        if (success) assertEq(answer, truth);
        else assertEq(answer.length, 0, "a reason where there was only too little gas");
        (bytes memory globalAfter, bytes32 rootAfter,,) = abi.decode(truth, (bytes, bytes32, uint256, bool));
        applyForced(f);
        assertEq(rootAfter, accountsRoot());
        assertEq(globalAfter, globalRecord());
    }

    /// @dev With so many positions most of the gas is used within; the last is not allowed, by its margin.
    function _costly(uint256 which) private returns (Forced memory) {
        accountAt[1].cash = int64(1_000_000 * ONE);
        for (uint64 i = 0; i < 20; ++i) {
            setMark(option(i), int64(100 * ONE));
            addPosition(1, option(i), int64(ONE / 100));
        }
        applyPrice(T0);
        _give(1, PERP, which == 2 ? -int64(ONE) : int64(ONE));
        if (which == 0) return forcedWithdrawal(alice, USD, ONE);
        if (which == 1) return forcedReduction(alice, PERP, ONE);
        return _barred(forcedWithdrawal(alice, USD, 1_000_000 * ONE));
    }
}
