// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../../src/interfaces/IRefusals.sol";
import {Scenario} from "../reference/Scenario.sol";

contract AccountVerifierTest is Scenario {
    bytes private globalBefore;
    bytes32 private rootBefore;

    function setUp() public override {
        super.setUp();
        settledMarket();
    }

    function _assertSame(bytes memory record, bytes memory witness) private view {
        (bytes memory globalAfter, bytes32 rootAfter, uint256 used,) =
            accountVerifier.rerun(domain, globalBefore, rootBefore, pricing(), record, bytes.concat(witness, "more"));
        assertEq(globalAfter, globalRecord(), "global record");
        assertEq(rootAfter, accountsRoot(), "accounts root");
        assertEq(used, witness.length, "witness used");
    }

    function _applies(Withdraw memory w) private {
        (globalBefore, rootBefore) = (globalRecord(), accountsRoot());
        (bytes memory record, bytes memory witness) = applyWithdraw(w);
        _assertSame(record, witness);
    }

    function _applies(Cancel memory c) private {
        (globalBefore, rootBefore) = (globalRecord(), accountsRoot());
        (bytes memory record, bytes memory witness) = applyCancel(c);
        _assertSame(record, witness);
    }

    function _refused(Withdraw memory w, uint16 code) private view {
        assertRefused(accountVerifier, withdrawRecord(w), withdrawWitness(w), code, 0);
    }

    function _refused(Cancel memory c, uint16 code) private view {
        assertRefused(accountVerifier, cancelRecord(c), cancelWitness(c), code, 0);
    }

    function _usd(uint64 amount, uint64 nonce) private view returns (Withdraw memory) {
        return withdrawal(alice, ALICE_KEY, USD, amount, nonce);
    }

    // ------------------------------------------------------------------------------------------------------- withdraw

    function test_withdraw_cashSpotAndAll() public {
        _applies(_usd(ONE, 0));
        Withdraw memory w = withdrawal(solver, SOLVER_KEY, ETH, 40 * ONE, 0);
        w.account = 3;
        _applies(w);
        w.amount = 60 * ONE;
        w.nonce = 1;
        w.to = session;
        _applies(w);
        assertEq(accountAt[3].positions.length, 0);
        _applies(_usd(9999 * ONE, 1));
        assertEq(accountAt[1].cash, 0);
        assertEq(g.withdrawals, 4);
    }

    function test_withdraw_bySessionKey() public {
        _applies(withdrawal(bob, SESSION_KEY, USD, ONE, 0));
    }

    function test_withdraw_refusals() public {
        Withdraw memory w = _usd(ONE, 0);
        w.signer = BOB_KEY;
        _refused(w, 103);
        w = _usd(ONE, 0);
        w.validUntil = T0 - 1;
        _refused(w, 203);
        w.validUntil = T0;
        _applies(w);
        _refused(w, 202);
        _refused(_usd(ONE, 65), 202);
        _refused(_usd(0, 1), 105);
        _refused(_usd(9999 * ONE + 1, 1), 402);
        _refused(withdrawal(alice, ALICE_KEY, ETH, 1, 1), 402);
        addPosition(1, PERP, 100);
        addPosition(1, CALL, 100);
        syncLeaf(1);
        _refused(withdrawal(alice, ALICE_KEY, PERP, 1, 1), 402);
        _refused(withdrawal(alice, ALICE_KEY, CALL, 1, 1), 402);
        w = _usd(ONE, 1);
        assertRefused(
            accountVerifier,
            withdrawRecord(w),
            abi.encodePacked(accountWitness(1), listingWitness(ETH), uint8(0)),
            113,
            0
        );
        assertRefused(accountVerifier, withdrawRecord(w), accountWitness(2), 403, 0);
        assertRefused(accountVerifier, withdrawRecord(w), accountWitness(9), 403, 0);
    }

    function test_withdraw_keyMustAllowIt() public {
        registerKey(alice, 0, session, 7, T0);
        Withdraw memory w = _usd(ONE, 0);
        w.signer = SESSION_KEY;
        _refused(w, 104);
        registerKey(alice, 0, session, 8, T0 - 1);
        _refused(w, 104);
        registerKey(alice, 0, session, 8, T0);
        _applies(w);
    }

    function test_withdraw_undecodable() public view {
        Withdraw memory w = _usd(ONE, 0);
        bytes memory record = withdrawRecord(w);
        bytes memory witness = withdrawWitness(w);
        assertRefused(accountVerifier, bytes.concat(record, hex"00"), witness, 101, 0);
        assertRefused(accountVerifier, slice(record, 0, record.length - 1), witness, 101, 0);
        assertRefused(accountVerifier, patched(record, 0, hex"02"), witness, 101, 0);
        assertRefused(accountVerifier, patched(record, 1, hex"12"), witness, 101, 0);
        assertRefused(accountVerifier, patched(record, 26 + 8, hex"80"), witness, 101, 0);
        assertRefused(accountVerifier, patched(record, 26 + 36, hex"80"), witness, 101, 0);
        assertRefused(accountVerifier, patched(record, record.length - 1, hex"02"), witness, 102, 0);
    }

    function test_withdraw_witnessMustBeTrue() public {
        Withdraw memory w = _usd(ONE, 0);
        bytes memory record = withdrawRecord(w);
        bytes memory witness = withdrawWitness(w);
        assertReverts(accountVerifier, record, patched(witness, 6 + 30, hex"77"), IRefusals.WrongProof.selector);
        bytes memory twoKeys = bytes.concat(
            slice(witness, 0, witness.length - 1),
            hex"02",
            keyWitness(0, bob, 0, session),
            keyWitness(0, bob, 0, session)
        );
        assertReverts(accountVerifier, record, twoKeys, IRefusals.BadWitness.selector);
    }

    function testFuzz_withdraw(uint64 amount, uint64 nonce) public {
        nonce = (nonce & (3 << 62)) | (nonce % 64);
        amount = uint64(bound(amount, 1, 10_000 * ONE));
        _applies(_usd(amount, nonce));
    }

    // --------------------------------------------------------------------------------------------------------- cancel

    function _cancel(uint8 kind, uint64 nonce) private view returns (Cancel memory) {
        return Cancel(alice, 0, kind, nonce, T0 + 10, ALICE_KEY);
    }

    /// @dev Opens a partial fill of Alice under a nonce.
    function _open(uint64 nonce, uint64 auction) private {
        Intent memory intent = buy(alice, ALICE_KEY, PERP, 2, 0, nonce);
        intent.parts = 2;
        Trade memory t = bidFor(auction, one(intent));
        t.fills[0] = Fill(1, 0, 0);
        applyTrade(t);
    }

    function test_cancelOne_usesTheNonce() public {
        _applies(_cancel(0, 3));
        _refused(_cancel(0, 3), 202);
        _refused(_cancel(0, 64), 202);
        _applies(_cancel(0, 0));
    }

    function test_cancelOne_closesThePartialFillsOfAUsedNonce() public {
        _open(0, 1);
        _open(1, 2);
        _applies(_cancel(0, 0));
        assertEq(accountAt[1].opens.length, 1);
        _refused(_cancel(0, 0), 202);
    }

    function test_cancelBelow_movesTheBase() public {
        _open(5, 1);
        _open(7, 2);
        _open(uint64(1) << 62, 3);
        _refused(_cancel(1, 0), 202);
        _applies(_cancel(1, 7));
        assertEq(accountAt[1].bases[0], 8, "7 was used");
        assertEq(accountAt[1].opens.length, 2);
        _applies(_cancel(1, 300));
        assertEq(accountAt[1].bases[0], 300);
        assertEq(accountAt[1].opens.length, 1);
        _refused(_cancel(1, 300), 202);
    }

    function testFuzz_cancelBelow(uint64 bits, uint64 base, uint64 number) public {
        base = uint64(bound(base, 0, 2 ** 40));
        number = uint64(bound(number, base + 1, base + 130));
        accountAt[1].bases[2] = base;
        accountAt[1].bits[2] = bits & ~uint64(1);
        syncLeaf(1);
        _applies(_cancel(1, uint64(2) << 62 | number));
    }

    function test_cancelAll_movesEveryLane() public {
        _open(5, 1);
        _open(uint64(3) << 62, 2);
        _refused(_cancel(2, 5), 202);
        _applies(_cancel(2, 6));
        assertEq(accountAt[1].opens.length, 0);
        assertEq(accountAt[1].bases[0], 64);
        assertEq(accountAt[1].bases[3], 65);
        _refused(_cancel(2, 6), 202);
    }

    function test_cancel_refusals() public {
        Cancel memory c = _cancel(0, 0);
        c.signer = BOB_KEY;
        _refused(c, 103);
        c = _cancel(0, 0);
        c.validUntil = T0 - 1;
        _refused(c, 203);
        _refused(_cancel(3, 0), 114);
        c = _cancel(0, 0);
        bytes memory record = cancelRecord(c);
        bytes memory witness = cancelWitness(c);
        assertRefused(accountVerifier, bytes.concat(record, hex"00"), witness, 101, 0);
        assertRefused(accountVerifier, patched(record, 26 + 9, hex"80"), witness, 101, 0);
        registerKey(alice, 0, session, 11, T0);
        c.signer = SESSION_KEY;
        _refused(c, 104);
        registerKey(alice, 0, session, 4, T0);
        _applies(c);
    }
}
