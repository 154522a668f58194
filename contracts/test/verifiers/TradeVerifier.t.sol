// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../../src/interfaces/IRefusals.sol";
import {Scenario} from "../reference/Scenario.sol";

contract TradeVerifierTest is Scenario {
    function setUp() public override {
        super.setUp();
        settledMarket();
    }

    // ------------------------------------------------------------------------------------------------------- it applies

    /// @dev Applies the trade to the reference and checks that the verifier comes to the same state.
    function _assertApplies(Trade memory t) private {
        bytes memory global = globalRecord();
        bytes32 root = accountsRoot();
        (bytes memory record, bytes memory witness) = applyTrade(t);
        (bytes memory globalAfter, bytes32 rootAfter, uint256 used,) =
            tradeVerifier.rerun(domain, global, root, pricing(), record, bytes.concat(witness, "more"));
        assertEq(globalAfter, globalRecord(), "global record");
        assertEq(rootAfter, accountsRoot(), "accounts root");
        assertEq(used, witness.length, "witness used");
    }

    function _refused(Trade memory t, uint16 code, uint256 item) private {
        assertRefused(tradeVerifier, tradeRecord(t), tradeWitness(t, false), code, item);
    }

    function _aliceBuysEther() private view returns (Intent memory) {
        return buy(alice, ALICE_KEY, ETH, int64(ONE), int64(3100 * ONE), 0);
    }

    function _trade() private view returns (Trade memory) {
        return bidFor(1, one(_aliceBuysEther()));
    }

    function test_trade_movesLegsCashAndFees() public {
        _assertApplies(_trade());
        assertEq(accountAt[1].cash, int64(6900 * ONE - ONE / 2));
        assertEq(quantityOf(1, ETH), int64(ONE));
        assertEq(quantityOf(3, ETH), int64(99 * ONE));
        assertEq(accountAt[3].cash, int64(1_003_100 * ONE - ONE / 4));
        assertEq(g.insurance, int64(ONE / 4));
        assertEq(g.fees, ONE / 2);
        assertEq(accountAt[3].lastAuction, 1);
    }

    function test_trade_netsTwoOwnersAndLeavesTheSolverFlat() public {
        Intent memory sells = buy(bob, SESSION_KEY, CALL, -int64(2 * ONE), -int64(150 * ONE), 7);
        Intent memory buys = buy(alice, ALICE_KEY, CALL, int64(2 * ONE), int64(160 * ONE), 0);
        _assertApplies(bidFor(1, two(sells, buys)));
        assertEq(accountAt[3].positions.length, 1, "ether only");
        assertEq(quantityOf(2, CALL), -int64(2 * ONE));
    }

    function test_partialFills_useTheNonceOnceAndEndWithTheLastPart() public {
        Intent memory intent = buy(bob, BOB_KEY, PERP, int64(10 * ONE), int64(1001 * ONE), 3);
        intent.parts = 10;
        intent.minParts = 3;
        uint32[4] memory fills = [uint32(3), 3, 3, 1];
        for (uint64 i = 0; i < 4; ++i) {
            Trade memory t = bidFor(i + 1, one(intent));
            t.fills[0] = Fill(fills[i], -int64(uint64(fills[i]) * 100 * ONE), ONE / 10);
            _assertApplies(t);
            assertEq(accountAt[2].opens.length, i == 3 ? 0 : 1);
        }
        assertEq(quantityOf(2, PERP), int64(10 * ONE));
        _refused(bidFor(5, one(intent)), 202, 1);
    }

    function test_expiredPartials_areDroppedOnTouch() public {
        Intent memory intent = buy(bob, BOB_KEY, PERP, int64(2 * ONE), int64(100 * ONE), 3);
        intent.parts = 2;
        Trade memory t = bidFor(1, one(intent));
        t.fills[0] = Fill(1, -int64(50 * ONE), 0);
        _assertApplies(t);
        assertEq(accountAt[2].opens.length, 1);
        applyPrice(T0 + 2000);
        Intent memory next = buy(bob, BOB_KEY, PERP, int64(ONE), int64(100 * ONE), 4);
        next.validUntil = T0 + 3000;
        t = bidFor(2, one(next));
        t.validUntil = T0 + 3000;
        _assertApplies(t);
        assertEq(accountAt[2].opens.length, 0);
    }

    function test_sixteenOpenPartials_areAllowed_andASeventeenthIsNot() public {
        for (uint64 i = 0; i < 17; ++i) {
            Intent memory intent = buy(bob, BOB_KEY, PERP, int64(2 * ONE), int64(100 * ONE), i);
            intent.parts = 2;
            Trade memory t = bidFor(i + 1, one(intent));
            t.fills[0] = Fill(1, -int64(50 * ONE), 0);
            if (i < 16) _assertApplies(t);
            else _refused(t, 406, 0);
        }
    }

    function test_fifteenFillsOfOneOwner_apply() public {
        Intent[] memory intents = new Intent[](15);
        for (uint64 i = 0; i < 15; ++i) {
            intents[i] = buy(alice, ALICE_KEY, PERP, int64(ONE), int64(10 * ONE), 14 - i);
        }
        _assertApplies(bidFor(1, intents));
        assertEq(accountAt[1].bases[0], 15);
    }

    function test_allLanes_slideOnTheirOwn() public {
        for (uint64 lane = 0; lane < 4; ++lane) {
            _assertApplies(bidFor(2 * lane + 1, one(_withNonce(lane << 62 | 1))));
            assertEq(accountAt[1].bases[lane], 0);
            _assertApplies(bidFor(2 * lane + 2, one(_withNonce(lane << 62))));
            assertEq(accountAt[1].bases[lane], 2);
        }
    }

    function _withNonce(uint64 nonce) private view returns (Intent memory intent) {
        intent = buy(alice, ALICE_KEY, PERP, int64(ONE), int64(ONE), nonce);
    }

    function test_verifiedOnly_isPartOfWhatIsSigned() public {
        Intent memory intent = _aliceBuysEther();
        intent.verifiedOnly = true;
        _assertApplies(bidFor(1, one(intent)));
    }

    /// @dev Limits of a random intent, filled exactly at them, are those of the reference; one unit beyond is refused.
    function testFuzz_cashLimit_roundsForTheOwner(int64 cash, uint64 maxFee, uint32 parts, uint32 filled) public {
        parts = uint32(bound(parts, 1, 1000));
        filled = uint32(bound(filled, 1, parts));
        cash = int64(bound(cash, -int64(9000 * ONE), int64(90_000 * ONE)));
        maxFee = uint64(bound(maxFee, 0, 100 * ONE));
        Intent memory intent = buy(alice, ALICE_KEY, PERP, int64(uint64(parts)), 0, 0);
        intent.cash = cash;
        intent.maxFee = maxFee;
        intent.parts = parts;
        // ceil, the long way round: the smallest amount that, for all parts, is not below the whole
        int256 limit = int256(cash) * int256(uint256(filled)) / int256(uint256(parts));
        while (limit * int256(uint256(parts)) < int256(cash) * int256(uint256(filled))) ++limit;
        uint64 fee = uint64(uint256(maxFee) * filled / parts);
        Trade memory t = bidFor(1, one(intent));
        t.fills[0] = Fill(filled, int64(limit - 1), fee);
        _refused(t, 305, 1);
        t.fills[0] = Fill(filled, int64(limit), fee + 1);
        _refused(t, 306, 1);
        t.fills[0] = Fill(filled, int64(limit), fee);
        _assertApplies(t);
    }

    // ----------------------------------------------------------------------------------------------- it is refused: 1, 2

    function test_101_wrongVersionKindOrLength() public {
        Trade memory t = _trade();
        bytes memory record = tradeRecord(t);
        bytes memory witness = tradeWitness(t, false);
        assertRefused(tradeVerifier, patched(record, 0, hex"02"), witness, 101, 0);
        assertRefused(tradeVerifier, patched(record, 1, hex"31"), witness, 101, 0);
        assertRefused(tradeVerifier, patched(record, 42, hex"02"), witness, 101, 0);
        uint256 intentAt = 42 + 114 + 52 + 65 + 1;
        assertRefused(tradeVerifier, patched(record, intentAt, hex"00"), witness, 101, 1);
        assertRefused(tradeVerifier, patched(record, intentAt + 73, hex"04"), witness, 101, 1);
        assertRefused(tradeVerifier, bytes.concat(record, hex"00"), witness, 101, 0);
        assertRefused(tradeVerifier, slice(record, 0, record.length - 1), witness, 101, 0);
        assertRefused(tradeVerifier, "", witness, 101, 0);
        // Times and amounts that no signed 64-bit integer holds.
        assertRefused(tradeVerifier, patched(record, intentAt + 33, hex"80"), witness, 101, 1);
        assertRefused(tradeVerifier, patched(record, 42 + 33, hex"80"), witness, 101, 0);
    }

    function test_106_countsAndDuplicates() public {
        Trade memory t = _trade();
        bytes memory witness = tradeWitness(t, false);
        bytes memory record = tradeRecord(t);
        uint256 fillAt = 42 + 114;
        uint256 countAt = fillAt + 52 + 65;
        bytes memory bid = patched(slice(record, 0, fillAt), 42 + 113, hex"00");
        bytes memory signature = slice(record, fillAt + 52, countAt);
        bytes memory intent_ = slice(record, countAt + 1, record.length);
        // No fill, 16 of them, and another number of intents than of fills.
        assertRefused(tradeVerifier, bytes.concat(bid, signature, hex"00"), witness, 106, 0);
        bid = patched(bid, 42 + 113, hex"10");
        assertRefused(tradeVerifier, bytes.concat(bid, new bytes(16 * 52), signature, hex"00"), witness, 106, 0);
        assertRefused(tradeVerifier, slice(patched(record, countAt, hex"00"), 0, countAt + 1), witness, 106, 0);
        assertRefused(tradeVerifier, bytes.concat(patched(record, countAt, hex"02"), intent_), witness, 106, 0);
        // That it can be decoded comes first.
        assertRefused(tradeVerifier, patched(record, 42 + 113, hex"10"), witness, 101, 0);
        assertRefused(tradeVerifier, patched(record, countAt, hex"02"), witness, 101, 0);
        _refused(bidFor(1, two(_aliceBuysEther(), _aliceBuysEther())), 106, 2);

        Intent memory intent = _aliceBuysEther();
        intent.assets = new uint64[](17);
        intent.quantities = new int64[](17);
        _refused(bidFor(1, one(intent)), 106, 1);
        intent.assets = new uint64[](0);
        intent.quantities = new int64[](0);
        _refused(bidFor(1, one(intent)), 106, 1);
    }

    function test_114_auctionOfTheCommandIsThatOfTheBid() public {
        Trade memory t = _trade();
        assertRefused(tradeVerifier, patched(tradeRecord(t), 9, hex"02"), tradeWitness(t, false), 114, 0);
    }

    function test_502_stepLimits() public {
        Intent[] memory intents = new Intent[](5);
        for (uint64 i = 0; i < 5; ++i) {
            intents[i] = _aliceBuysEther();
            intents[i].nonce = i;
            intents[i].assets = new uint64[](13);
            intents[i].quantities = new int64[](13);
        }
        _refused(bidFor(1, intents), 502, 0);
        assertRefused(tradeVerifier, tradeRecord(_trade()), hex"11", 502, 0);
    }

    function test_403_unknownSolverOrOwner() public {
        Trade memory t = _trade();
        bytes memory witness = tradeWitness(t, false);
        t.account = 4;
        assertRefused(tradeVerifier, tradeRecord(t), witness, 403, 0);
        t = _trade();
        t.intents[0].account = 9;
        assertRefused(tradeVerifier, tradeRecord(t), witness, 403, 1);
    }

    function test_301_auctionsRise() public {
        _assertApplies(bidFor(5, one(_withNonce(0))));
        _refused(bidFor(5, one(_withNonce(1))), 301, 0);
        _refused(bidFor(4, one(_withNonce(1))), 301, 0);
    }

    function test_203_and_204_validity() public {
        Trade memory t = _trade();
        t.validUntil = T0 - 1;
        _refused(t, 203, 0);
        t = _trade();
        t.intents[0].validUntil = T0 - 1;
        _refused(t, 203, 1);
        t = _trade();
        t.intents[0].validFrom = T0 + 1;
        _refused(t, 204, 1);
        t = _trade();
        t.validUntil = T0;
        t.intents[0].validUntil = T0;
        t.intents[0].validFrom = T0;
        _assertApplies(t);
    }

    // --------------------------------------------------------------------------------------------------- signatures

    function test_102_signatureForm() public {
        Trade memory t = _trade();
        bytes memory record = tradeRecord(t);
        bytes memory witness = tradeWitness(t, false);
        uint256[2] memory signatureAt = [uint256(42 + 114 + 52), record.length - 65];
        bytes32 n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        bytes32 halfNPlusOne = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1;
        for (uint256 i = 0; i < 2; ++i) {
            uint256 s = signatureAt[i];
            assertRefused(tradeVerifier, patched(record, s + 64, hex"1a"), witness, 102, i);
            assertRefused(tradeVerifier, patched(record, s + 64, hex"1d"), witness, 102, i);
            assertRefused(tradeVerifier, patched(record, s + 64, hex"00"), witness, 102, i);
            assertRefused(tradeVerifier, patched(record, s, bytes.concat(bytes32(0))), witness, 102, i);
            assertRefused(tradeVerifier, patched(record, s, bytes.concat(n)), witness, 102, i);
            assertRefused(tradeVerifier, patched(record, s + 32, bytes.concat(bytes32(0))), witness, 102, i);
            assertRefused(tradeVerifier, patched(record, s + 32, bytes.concat(halfNPlusOne)), witness, 102, i);
        }
    }

    function test_102_theOtherHalfOfASignature_isNoSecondOne() public {
        Trade memory t = _trade();
        bytes memory record = tradeRecord(t);
        uint256 s = record.length - 65;
        uint256 n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        bytes32 mirrored = bytes32(n - uint256(bytes32(slice(record, s + 32, s + 64))));
        record = patched(record, s + 32, bytes.concat(mirrored));
        record = patched(record, s + 64, record[s + 64] == 0x1b ? bytes(hex"1c") : bytes(hex"1b"));
        assertRefused(tradeVerifier, record, tradeWitness(t, false), 102, 1);
    }

    function test_103_someoneElseSigned() public {
        Trade memory t = _trade();
        t.signer = ALICE_KEY;
        _refused(t, 103, 0);
        t = _trade();
        t.intents[0].signer = SESSION_KEY;
        _refused(t, 103, 1);
        // r = 5 is no point's coordinate: nobody can have signed.
        t = _trade();
        bytes memory record = tradeRecord(t);
        record = patched(record, record.length - 65, bytes.concat(bytes32(uint256(5))));
        assertRefused(tradeVerifier, record, tradeWitness(t, false), 103, 1);
    }

    function test_104_keyWithoutScopeOrAfterItsExpiry() public {
        registerKey(solver, 3, vm.addr(7), 1, T0);
        registerKey(alice, 0, vm.addr(8), 2, T0);
        registerKey(alice, 0, vm.addr(9), 1, T0 - 1);
        Trade memory t = _trade();
        t.signer = 7;
        _refused(t, 104, 0);
        t = _trade();
        t.intents[0].signer = 8;
        _refused(t, 104, 1);
        t.intents[0].signer = 9;
        _refused(t, 104, 1);
        registerKey(alice, 0, vm.addr(9), 1, T0);
        registerKey(solver, 3, vm.addr(7), 2, T0);
        t.signer = 7;
        _assertApplies(t);
    }

    function test_keyOfAnotherAccount_doesNotLeadToTheRoot() public {
        Trade memory t = bidFor(1, one(buy(bob, SESSION_KEY, PERP, int64(ONE), int64(ONE), 0)));
        bytes memory witness = tradeWitness(t, false);
        bytes memory record = tradeRecord(t);
        _assertWrongKeysRevert(record, witness);
    }

    function _assertWrongKeysRevert(bytes memory record, bytes memory witness) private view {
        // The key's fields end the witness: signature, index, scope, expiry, bitmap and no sibling.
        uint256 keyAt = witness.length - 18;
        assertReverts(tradeVerifier, record, patched(witness, keyAt + 5, hex"0e"), IRefusals.WrongProof.selector);
        assertReverts(tradeVerifier, record, patched(witness, keyAt + 6, hex"01"), IRefusals.WrongProof.selector);
        assertReverts(tradeVerifier, record, patched(witness, keyAt, hex"02"), IRefusals.BadWitness.selector);
    }

    // -------------------------------------------------------------------------------------------------- 3: the fills

    function test_302_fillNamesAnotherIntent() public {
        Trade memory t = _trade();
        bytes memory witness = tradeWitness(t, false);
        bytes memory record = tradeRecord(t);
        t.intents[0].nonce = 1;
        bytes memory other = intentRecord(t.intents[0]);
        assertRefused(tradeVerifier, patched(record, record.length - other.length, other), witness, 302, 1);
    }

    function test_303_solverFillsItself() public {
        Intent memory intent = buy(solver, SOLVER_KEY, PERP, int64(ONE), int64(ONE), 0);
        intent.account = 3;
        _refused(bidFor(1, one(intent)), 303, 1);
    }

    function test_105_amounts() public {
        Intent memory intent = _aliceBuysEther();
        intent.cash = 2 ** 62;
        _refused(bidFor(1, one(intent)), 105, 1);
        intent.cash = -(2 ** 62);
        _refused(bidFor(1, one(intent)), 105, 1);
        intent = _aliceBuysEther();
        intent.maxFee = 2 ** 62;
        _refused(bidFor(1, one(intent)), 105, 1);
        intent = _aliceBuysEther();
        intent.quantities[0] = 2 ** 62;
        _refused(bidFor(1, one(intent)), 105, 1);
        intent.quantities[0] = type(int64).min;
        _refused(bidFor(1, one(intent)), 105, 1);
    }

    function _legs(uint64 first, int64 firstQuantity, uint64 second, int64 secondQuantity)
        private
        view
        returns (Intent memory intent)
    {
        intent = _aliceBuysEther();
        intent.assets = new uint64[](2);
        intent.quantities = new int64[](2);
        (intent.assets[0], intent.assets[1]) = (first, second);
        (intent.quantities[0], intent.quantities[1]) = (firstQuantity, secondQuantity);
    }

    function test_107_to_110_legs() public {
        _refused(bidFor(1, one(_legs(PERP, 1, ETH, 1))), 107, 1);
        _refused(bidFor(1, one(_legs(ETH, 1, ETH, 1))), 107, 1);
        _refused(bidFor(1, one(_legs(ETH, 1, PERP, 0))), 108, 1);
        _refused(bidFor(1, one(_legs(USD, 1, ETH, 1))), 109, 1);
        Intent memory intent = _legs(ETH, 4, PERP, 6);
        intent.parts = 4;
        _refused(bidFor(1, one(intent)), 110, 1);
        intent.parts = 2;
        Trade memory t = bidFor(1, one(intent));
        t.fills[0] = Fill(1, -int64(1550 * ONE), 0);
        _assertApplies(t);
    }

    function test_111_parts() public {
        Intent memory intent = _aliceBuysEther();
        intent.parts = 0;
        _refused(bidFor(1, one(intent)), 111, 1);
        intent.parts = 1;
        intent.minParts = 0;
        _refused(bidFor(1, one(intent)), 111, 1);
        intent.minParts = 2;
        _refused(bidFor(1, one(intent)), 111, 1);
    }

    function test_112_conditions() public {
        Trade memory t = _trade();
        bytes memory record = tradeRecord(t);
        bytes memory witness = tradeWitness(t, false);
        uint256 flagsAt = record.length - 65 - 16 - 2;
        record = patched(record, flagsAt, hex"02");
        bytes memory head = slice(record, 0, record.length - 65);
        bytes memory signature = slice(record, record.length - 65, record.length);
        bytes memory conditions = new bytes(30);
        // All zero are none, which would be a second way to write the intent.
        assertRefused(tradeVerifier, bytes.concat(head, conditions, signature), witness, 101, 1);
        conditions[8] = 0x02;
        assertRefused(tradeVerifier, bytes.concat(head, conditions, signature), witness, 112, 1);
        conditions[8] = 0x03;
        assertRefused(tradeVerifier, bytes.concat(head, conditions, signature), witness, 101, 1);
        conditions[8] = 0;
        conditions[29] = 0x03;
        assertRefused(tradeVerifier, bytes.concat(head, conditions, signature), witness, 112, 1);
        conditions[29] = 0x04;
        assertRefused(tradeVerifier, bytes.concat(head, conditions, signature), witness, 101, 1);
        conditions[29] = 0;
        conditions[7] = 0x01;
        assertRefused(tradeVerifier, bytes.concat(head, conditions, signature), witness, 101, 1);
    }

    function test_101_notCanonicalIdAndAuctionOutOfRange() public {
        Trade memory t = _trade();
        bytes memory record = tradeRecord(t);
        bytes memory witness = tradeWitness(t, false);
        assertRefused(tradeVerifier, patched(record, record.length - 65 - 16 + 7, hex"01"), witness, 101, 1);
        assertRefused(tradeVerifier, patched(record, 2, hex"80"), witness, 101, 0);
    }

    function test_113_unlistedAsset() public {
        Intent memory intent = buy(alice, ALICE_KEY, UNLISTED, 1, 1, 0);
        _refused(bidFor(1, one(intent)), 113, 1);
    }

    function test_formIsRefused_inTheOrderOfItsCodes() public {
        // Everything is wrong; each repair brings up the next code.
        Intent memory intent = _legs(PERP, 5, USD, 0);
        intent.parts = 2;
        intent.minParts = 3;
        intent.cash = 2 ** 62;
        _refused(bidFor(1, one(intent)), 105, 1);
        intent.cash = 0;
        _refused(bidFor(1, one(intent)), 107, 1);
        (intent.assets[0], intent.assets[1]) = (USD, UNLISTED);
        _refused(bidFor(1, one(intent)), 108, 1);
        intent.quantities[1] = 5;
        _refused(bidFor(1, one(intent)), 109, 1);
        intent.assets[0] = ETH;
        _refused(bidFor(1, one(intent)), 110, 1);
        (intent.quantities[0], intent.quantities[1]) = (4, 4);
        _refused(bidFor(1, one(intent)), 111, 1);
        intent.minParts = 1;
        _refused(bidFor(1, one(intent)), 113, 1);
    }

    function test_202_nonces() public {
        _assertApplies(bidFor(1, one(_withNonce(0))));
        _refused(bidFor(2, one(_withNonce(0))), 202, 1);
        _refused(bidFor(2, one(_withNonce(65))), 202, 1);
        // Two intents of one bid that share a nonce: one cancels the other.
        Intent memory other = _withNonce(1);
        other.cash -= 1;
        _refused(bidFor(2, two(_withNonce(1), other)), 202, 2);
        _assertApplies(bidFor(2, one(_withNonce(64))));
    }

    function test_304_parts() public {
        Intent memory intent = buy(alice, ALICE_KEY, PERP, 10, 0, 0);
        intent.parts = 10;
        intent.minParts = 4;
        Trade memory t = bidFor(1, one(intent));
        t.fills[0] = Fill(3, 0, 0);
        _refused(t, 304, 1);
        t.fills[0] = Fill(11, 0, 0);
        _refused(t, 304, 1);
        t.fills[0] = Fill(0, 0, 0);
        _refused(t, 304, 1);
        t.fills[0] = Fill(8, 0, 0);
        _assertApplies(t);
        t = bidFor(2, one(intent));
        t.fills[0] = Fill(1, 0, 0);
        _refused(t, 304, 1);
        t.fills[0] = Fill(3, 0, 0);
        _refused(t, 304, 1);
        t.fills[0] = Fill(2, 0, 0);
        _assertApplies(t);
    }

    function test_305_and_306_limits() public {
        Trade memory t = _trade();
        t.fills[0].cash -= 1;
        _refused(t, 305, 1);
        t = _trade();
        t.fills[0].fee = ONE + 1;
        _refused(t, 306, 1);
    }

    // ------------------------------------------------------------------------------------------------- 4: the effects

    function test_404_overflow() public {
        _setQuantity(1, PERP, type(int64).max);
        _refused(bidFor(1, one(buy(alice, ALICE_KEY, PERP, 1, 0, 0))), 404, 1);
        _setQuantity(1, PERP, 0);
        _setQuantity(3, PERP, type(int64).min);
        _refused(bidFor(1, one(buy(alice, ALICE_KEY, PERP, 1, 0, 0))), 404, 1);
        _setQuantity(3, PERP, 0);
        accountAt[1].cash = type(int64).max;
        syncLeaf(1);
        Trade memory t = bidFor(1, one(buy(alice, ALICE_KEY, PERP, 1, 0, 0)));
        t.fills[0] = Fill(1, 1, 0);
        _refused(t, 404, 1);
        accountAt[1].cash = 0;
        accountAt[3].cash = type(int64).min;
        syncLeaf(1);
        syncLeaf(3);
        _refused(t, 404, 1);
        t.fills[0] = Fill(1, 0, 0);
        _refused(t, 404, 0);
        t.pays = 0;
        // Now it moves nothing; but a debt of all that int64 holds and a perpetual's requirement are too much together.
        _refused(t, 404, 1);
    }

    function test_404_pots() public {
        g.insurance = type(int64).max;
        _refused(_trade(), 404, 0);
        g.insurance = 0;
        g.fees = uint64(type(int64).max);
        _refused(_trade(), 404, 0);
        g.fees = 0;
        g.feesTotal = uint64(type(int64).max);
        _refused(_trade(), 404, 0);
    }

    function _setQuantity(uint32 index, uint64 asset, int64 quantity) private {
        addPosition(index, asset, int256(quantity) - quantityOf(index, asset));
        syncLeaf(index);
    }

    function test_405_positions() public {
        _fillPositions(1, 64);
        _refused(_trade(), 405, 0);
        // A trade that swaps one position for another leaves 64.
        _listAs(uint64(3) << 52 | uint64(2) << 32, "C-PERP");
        for (uint16 i = 3; i < 67; ++i) {
            addUnderlying(i, int64(ONE));
        }
        applyPrice(T0);
        Intent memory intent = _legs(ETH, int64(ONE), uint64(3) << 52 | uint64(2) << 32, -1);
        _assertApplies(bidFor(1, one(intent)));
        assertEq(accountAt[1].positions.length, 64);
    }

    function test_502_positionsOfTheStep() public {
        _fillPositions(1, 64);
        _fillPositions(2, 64);
        _fillPositions(3, 64);
        fund(alice, 1, USD, ONE);
        fund(alice, 2, USD, ONE);
        _fillPositions(indexOf[alice][1], 64);
        Intent[] memory intents = new Intent[](4);
        intents[0] = buy(alice, ALICE_KEY, PERP, 1, 0, 0);
        intents[1] = buy(bob, BOB_KEY, PERP, 1, 0, 0);
        intents[2] = buy(alice, ALICE_KEY, PERP, 1, 0, 0);
        intents[2].account = 1;
        intents[3] = buy(alice, ALICE_KEY, PERP, 1, 0, 0);
        intents[3].account = 2;
        _setQuantity(indexOf[alice][2], PERP, 1);
        _refused(bidFor(1, intents), 502, 0);
    }

    /// @dev Gives an account positions in assets above those of the market.
    function _fillPositions(uint32 index, uint64 upTo) private {
        for (uint64 i = 3; accountAt[index].positions.length < upTo; ++i) {
            addPosition(index, i << 52 | uint64(2) << 32, 1);
        }
        syncLeaf(index);
    }

    function _listAs(uint64 asset, string memory name) private {
        applyListing(asset, name);
    }

    // -------------------------------------------------------------------------------------------------------- margin

    function test_401_initialMargin_toTheUnit() public {
        // A perpetual takes a tenth of its mark: with 10,000 dollars 33 of them, and the cash left decides the rest.
        int64 most = int64(33 * 3000 * ONE + 100 * ONE);
        Intent memory intent = buy(alice, ALICE_KEY, PERP, int64(33 * ONE), most + 1, 0);
        intent.maxFee = 0;
        Trade memory t = bidFor(1, one(intent));
        _refused(t, 401, 0);
        t.fills[0].cash = -most;
        _assertApplies(t);
    }

    function test_401_theSolverToo() public {
        // 1,000,000 dollars and 100 ether, of which 2,250 dollars each count.
        Intent memory intent = buy(alice, ALICE_KEY, CALL, int64(3000 * ONE), 0, 0);
        _refused(bidFor(1, one(intent)), 401, 1);
    }

    function test_408_etherSupportsMargin_notDebt() public {
        fund(alice, 0, ETH, 10 * ONE);
        Intent memory intent = buy(alice, ALICE_KEY, ETH, int64(ONE), int64(10_000 * ONE), 0);
        intent.maxFee = 0;
        _assertApplies(bidFor(1, one(intent)));
        intent.nonce = 1;
        intent.cash = -1;
        _refused(bidFor(2, one(intent)), 408, 0);
    }

    function test_410_noPriceYet_orNoParameters() public {
        Trade memory t = _trade();
        bytes32 hash = g.priceHash;
        g.priceHash = 0;
        _refused(t, 410, 0);
        g.priceHash = hash;
        g.paramsHash = 0;
        _refused(t, 410, 0);
        // What the vault would not have queued: no admissible set is no set.
        applyParameters(1, "");
        _refused(t, 410, 0);
        applyParameters(1, patched(marginParameters(), 9, abi.encodePacked(int64(10_000_001))));
        _refused(t, 410, 0);
    }

    function test_410_accountsOfCashOnly_needNoPrice() public {
        addPosition(1, PERP, int256(uint256(ONE)));
        addPosition(2, PERP, -int256(uint256(ONE)));
        syncLeaf(1);
        syncLeaf(2);
        g.priceHash = 0;
        Intent memory intent = buy(alice, ALICE_KEY, PERP, -int64(ONE), 0, 0);
        Trade memory t = bidFor(1, one(intent));
        (t.solver, t.account, t.signer) = (bob, 0, BOB_KEY);
        _assertApplies(t);
    }

    function test_410_nothingIsSaidOfTheAsset() public {
        _listAs(option(1), "ETH-27MAR26-1000.003-C");
        _refused(bidFor(1, one(buy(alice, ALICE_KEY, option(1), 1, 0, 0))), 410, 0);
        setMark(option(1), 1);
        applyPrice(T0);
        _assertApplies(bidFor(1, one(buy(alice, ALICE_KEY, option(1), 1, 0, 0))));
        uint64 other = uint64(3) << 52 | uint64(2) << 32;
        _listAs(other, "C-PERP");
        _refused(bidFor(2, one(buy(alice, ALICE_KEY, other, 1, 0, 1))), 410, 0);
    }

    function test_pricing_isProvenAgainstTheState() public {
        Trade memory t = _trade();
        bytes memory record = tradeRecord(t);
        bytes memory witness = tradeWitness(t, false);
        bytes memory whole = pricing();
        for (uint256 i = 4; i < whole.length; i += 13) {
            // The second length.
            if (i >> 1 == (4 + priceInForce.length) >> 1) continue;
            bytes memory wrong = patched(whole, i, abi.encodePacked(whole[i] ^ 0x20));
            vm.expectPartialRevert(IRefusals.WrongProof.selector);
            tradeVerifier.rerun(domain, globalRecord(), accountsRoot(), wrong, record, witness);
        }
        vm.expectPartialRevert(IRefusals.WitnessTooShort.selector);
        tradeVerifier.rerun(domain, globalRecord(), accountsRoot(), slice(whole, 0, whole.length - 1), record, witness);
        bytes memory nothing = new bytes(6);
        vm.expectPartialRevert(IRefusals.BadWitness.selector);
        tradeVerifier.rerun(domain, globalRecord(), accountsRoot(), nothing, record, witness);
    }

    function test_407_spotIsNotSoldShort() public {
        Intent memory intent = buy(alice, ALICE_KEY, ETH, -1, 0, 0);
        _refused(bidFor(1, one(intent)), 407, 0);
        intent = buy(alice, ALICE_KEY, ETH, int64(100 * ONE + 1), 0, 0);
        _refused(bidFor(1, one(intent)), 407, 1);
        // A perpetual may be short; and what is short in between and whole in the end is nothing.
        _assertApplies(bidFor(1, one(buy(alice, ALICE_KEY, PERP, -1, 0, 0))));
        Intent memory takes = buy(alice, ALICE_KEY, ETH, int64(101 * ONE), 0, 1);
        Intent memory gives = buy(bob, BOB_KEY, ETH, -int64(ONE), 0, 0);
        _setQuantity(2, ETH, int64(ONE));
        _assertApplies(bidFor(2, two(takes, gives)));
        assertEq(quantityOf(3, ETH), 0);
    }

    // ----------------------------------------------------------------------------------------------------- the witness

    function test_witness_accountsAscendAreNeededAndAreTrue() public {
        Trade memory t = _trade();
        bytes memory record = tradeRecord(t);
        bytes memory witness = tradeWitness(t, false);
        // An account that nobody trades: three instead of two.
        bytes memory first = accountWitness(1);
        bytes memory second = accountWitness(2);
        bytes memory third = accountWitness(3);
        bytes memory rest = slice(witness, 1 + first.length + third.length + 2, witness.length);
        bytes memory extra = bytes.concat(hex"03", first, second, third, hex"0200", rest);
        assertReverts(tradeVerifier, record, extra, IRefusals.BadWitness.selector);
        bytes memory unordered = bytes.concat(hex"02", third, first, hex"0001", rest);
        assertReverts(tradeVerifier, record, unordered, IRefusals.BadWitness.selector);
        bytes memory slotTooHigh = bytes.concat(hex"02", first, third, hex"0200", rest);
        assertReverts(tradeVerifier, record, slotTooHigh, IRefusals.BadWitness.selector);
        // Alice's cash, one unit more than she has.
        bytes memory richer = patched(witness, 1 + 6 + 35, hex"ff");
        assertReverts(tradeVerifier, record, richer, IRefusals.WrongProof.selector);
    }

    function test_witness_listingsAscendAreNeededAndAreTrue() public {
        Trade memory t = _trade();
        bytes memory record = tradeRecord(t);
        bytes memory witness = tradeWitness(t, false);
        bytes memory listing = listingWitness(ETH);
        bytes memory head = slice(witness, 0, witness.length - 2 - listing.length);
        assertReverts(
            tradeVerifier,
            record,
            bytes.concat(head, hex"02", listing, listingWitness(PERP), hex"00"),
            IRefusals.BadWitness.selector
        );
        assertReverts(
            tradeVerifier, record, bytes.concat(head, hex"02", listing, listing, hex"00"), IRefusals.BadWitness.selector
        );
        assertReverts(
            tradeVerifier,
            record,
            bytes.concat(head, hex"01", patched(listing, 12, hex"ab"), hex"00"),
            IRefusals.WrongProof.selector
        );
        assertReverts(
            tradeVerifier,
            record,
            bytes.concat(head, hex"01", patched(listing, 0, hex"01"), hex"00"),
            IRefusals.BadWitness.selector
        );
        assertReverts(tradeVerifier, record, bytes.concat(head, hex"ff"), IRefusals.BadWitness.selector);
    }

    function test_witness_keyOfAnOwnerThatSigned_isTooMuch() public {
        Trade memory t = bidFor(1, one(buy(bob, BOB_KEY, PERP, 1, 0, 0)));
        bytes memory witness = tradeWitness(t, false);
        bytes memory tooMuch =
            bytes.concat(slice(witness, 0, witness.length - 1), hex"01", keyWitness(1, bob, 0, session));
        assertReverts(tradeVerifier, tradeRecord(t), tooMuch, IRefusals.BadWitness.selector);
    }

    function test_witness_leafOfAnotherForm() public {
        Trade memory t = _trade();
        bytes memory record = tradeRecord(t);
        bytes memory witness = tradeWitness(t, false);
        assertReverts(tradeVerifier, record, patched(witness, 1 + 6, hex"02"), IRefusals.BadWitness.selector);
        assertReverts(tradeVerifier, record, patched(witness, 1 + 6 + 26, hex"01"), IRefusals.BadWitness.selector);
        assertReverts(tradeVerifier, record, patched(witness, 1 + 4, hex"0073"), IRefusals.BadWitness.selector);
        assertReverts(tradeVerifier, record, "", IRefusals.WitnessTooShort.selector);
    }
}
