// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDisputes} from "../src/interfaces/IDisputes.sol";
import {IRefusals} from "../src/interfaces/IRefusals.sol";
import {IStepRerun} from "../src/interfaces/IStepRerun.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {Tree} from "./reference/Tree.sol";
import {Scenario} from "./reference/Scenario.sol";

/// @dev Optimistic batches: final by their window, or cut off by whoever shows that they are wrong.
contract DisputesTest is Scenario {
    using Tree for Tree.Data;

    address private challenger = makeAddr("challenger");
    address private copier = makeAddr("copier");
    uint256 private constant CAROL_KEY = 0xca401;
    address private carol = vm.addr(CAROL_KEY);

    function setUp() public override {
        super.setUp();
        settledMarket();
        usd.mint(operator, 2 * BOND);
        vm.startPrank(operator);
        usd.approve(address(disputes), 2 * BOND);
        disputes.addBond(BOND);
        vm.stopPrank();
    }

    function _post(Batch memory batch) private {
        vm.prank(operator);
        vault.post(batch.header, batch.data);
    }

    function _stateAfter(Batch memory batch) private pure returns (bytes memory) {
        return batch.starts[batch.starts.length - 1];
    }

    /// @dev The header again, for what was changed in the data.
    function _resealed(Batch memory batch) private pure returns (Batch memory) {
        bytes memory head = slice(batch.header, 0, 41);
        bytes memory tail = slice(batch.header, 137, 158);
        batch.header = bytes.concat(
            head,
            abi.encodePacked(
                batch.rootsAfter[batch.rootsAfter.length - 1],
                stepsRootOf(batch.records, batch.rootsAfter),
                keccak256(batch.data)
            ),
            tail
        );
        return batch;
    }

    /// @dev A batch that claims another root after one of its steps, and is right in all else.
    function _withWrongRoot(Batch memory batch, uint256 step) private pure returns (Batch memory) {
        batch.rootsAfter[step] = keccak256("wrong");
        batch.data = dataOf(batch.records, batch.rootsAfter);
        return _resealed(batch);
    }

    function _challenge(IDisputes.Fraud fraud, uint32 step) private view returns (IDisputes.Challenge memory) {
        return IDisputes.Challenge({fraud: fraud, step: step, reward: challenger, salt: "salt"});
    }

    function _commit(IDisputes.Challenge memory challenge, Batch memory batch, bytes memory evidence) private {
        bytes32 commitment = disputes.commitmentOf(challenge, keccak256(batch.header), evidence);
        disputes.commit(commitment);
        vm.roll(block.number + 1);
    }

    function _dispute(IDisputes.Challenge memory challenge, Batch memory batch, bytes memory evidence) private {
        _commit(challenge, batch, evidence);
        disputes.challenge(challenge, batch.header, batch.data, evidence);
    }

    function _evidence(Batch memory batch, uint256 step) private pure returns (bytes memory) {
        return _rerun(bytes.concat(batch.starts[step], pricingOf(batch, step, step + 1), batch.stepWitnesses[step]));
    }

    function _rerun(bytes memory witness) private pure returns (bytes memory) {
        return abi.encodePacked(IDisputes.Evidence.Rerun, uint32(witness.length), witness);
    }

    /// @dev Nothing that can be said against it is true.
    function _assertHonest(Batch memory batch) private {
        for (uint32 step = 0; step < batch.records.length; ++step) {
            _refused(_challenge(IDisputes.Fraud.Step, step), batch, _evidence(batch, step));
            _refused(_challenge(IDisputes.Fraud.Undecodable, step), batch, "");
        }
        _refused(_challenge(IDisputes.Fraud.Tree, 0), batch, "");
        _refused(_challenge(IDisputes.Fraud.Header, 0), batch, "");
        _refused(_challenge(IDisputes.Fraud.Header, 0), batch, _stateAfter(batch));
    }

    function _refused(IDisputes.Challenge memory challenge, Batch memory batch, bytes memory evidence) private {
        _commit(challenge, batch, evidence);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputes.NoFraud.selector, vault.state().postedSequence, challenge.fraud, challenge.step
            )
        );
        disputes.challenge(challenge, batch.header, batch.data, evidence);
    }

    function _assertCut(Batch memory honest) private {
        assertEq(vault.state().postedSequence, 1);
        assertEq(disputes.bond(), 0);
        assertEq(usd.balanceOf(challenger), BOND / 2);
        assertEq(disputes.insuranceDue(), BOND / 2);
        // The same commands with the right roots: without a bond they are proven.
        _post(honest);
        assertFalse(vault.posted(2).optimistic);
        settle(honest);
        assertEq(vault.state().verifiedSequence, 2);
    }

    function test_honestBatch_isFinalAfterItsWindow_andWhatItPaysIsPaid() public {
        Batch memory batch = fullBatch();
        _post(batch);
        assertTrue(vault.posted(2).optimistic);
        _assertHonest(batch);
        uint256 closes = block.timestamp + WINDOW;
        vm.expectRevert(abi.encodeWithSelector(IVault.WindowOpen.selector, 2, block.timestamp, closes));
        vault.finalize(batch.header, _stateAfter(batch), 0);
        vm.warp(closes);
        vm.expectRevert(abi.encodeWithSelector(IStepRerun.WitnessLeft.selector, 1));
        vault.finalize(batch.header, bytes.concat(_stateAfter(batch), hex"00"), 0);
        vm.expectPartialRevert(IStepRerun.WrongState.selector);
        vault.finalize(batch.header, batch.starts[0], 0);
        vault.finalize(batch.header, _stateAfter(batch), 0);
        assertEq(vault.state().verifiedSequence, 2);
        assertEq(vault.state().verifiedRoot, parentRoot);
        IVault.Withdrawal[] memory paid = new IVault.Withdrawal[](1);
        paid[0] = IVault.Withdrawal(paidInBatch[0].asset, paidInBatch[0].to, paidInBatch[0].amount);
        vault.pay(2, paid);
        assertEq(usd.balanceOf(alice), 1000e6);

        // Too late: what is final is no longer disputed.
        IDisputes.Challenge memory late = _challenge(IDisputes.Fraud.Tree, 0);
        late.salt = "late";
        _commit(late, batch, "");
        vm.expectPartialRevert(IDisputes.NotPosted.selector);
        disputes.challenge(late, batch.header, batch.data, "");
    }

    function test_finality_isAPrefix() public {
        Batch memory second = fullBatch();
        fund(alice, 0, USD, ONE);
        Batch memory third = closeBatch();
        _post(second);
        _post(third);
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IVault.WrongSequence.selector, 3, 2));
        vault.finalize(third.header, _stateAfter(third), 0);
        vault.finalize(second.header, _stateAfter(second), 0);
        vault.finalize(third.header, _stateAfter(third), 0);
        assertEq(vault.state().verifiedSequence, 3);
    }

    function test_optimisticBatch_canBeProvenBeforeItsWindow() public {
        Batch memory batch = fullBatch();
        _post(batch);
        vm.prank(alice);
        vault.prove(batch.header, batch.data, batch.witness, 6, 0);
        assertEq(vault.state().verifiedSequence, 2);
    }

    function test_whatAsksForProof_isNeverFinalByTheWindow() public {
        Intent memory intent = buy(alice, ALICE_KEY, ETH, int64(ONE), int64(3100 * ONE), 0);
        intent.verifiedOnly = true;
        applyTrade(bidFor(1, one(intent)));
        verifiedOnlyInBatch = true;
        Batch memory batch = closeBatch();
        _post(batch);
        assertFalse(vault.posted(2).optimistic);
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IVault.NeedsProof.selector, 2));
        vault.finalize(batch.header, _stateAfter(batch), 0);
        vault.prove(batch.header, batch.data, batch.witness, 2, 0);
    }

    function test_headerThatHidesWhatAsksForProof_isFraud() public {
        Intent memory intent = buy(alice, ALICE_KEY, ETH, int64(ONE), int64(3100 * ONE), 0);
        intent.verifiedOnly = true;
        applyTrade(bidFor(1, one(intent)));
        Batch memory hiding = closeBatch();
        _post(hiding);
        assertTrue(vault.posted(2).optimistic);
        _dispute(_challenge(IDisputes.Fraud.Header, 0), hiding, "");
        hiding.header = patched(hiding.header, 157, hex"01");
        _assertCut(hiding);
    }

    function test_wrongRootOfEachStep_isCutOff_andTheSameCommandsAreFinalInTheEnd() public {
        _eachWrongRootIsCutOff(fullBatch());
    }

    function test_wrongRootOfEachForcedStep_isCutOff_andTheSameCommandsAreFinalInTheEnd() public {
        _eachWrongRootIsCutOff(forcedBatch());
    }

    function _eachWrongRootIsCutOff(Batch memory honest) private {
        for (uint32 step = 0; step < honest.records.length; ++step) {
            uint256 snapshot = vm.snapshotState();
            Batch memory wrong = _withWrongRoot(_copy(honest), step);
            _post(wrong);
            _dispute(_challenge(IDisputes.Fraud.Step, step), wrong, _evidence(honest, step));
            _assertCut(honest);
            vm.revertToState(snapshot);
        }
    }

    function _copy(Batch memory batch) private pure returns (Batch memory) {
        return abi.decode(abi.encode(batch), (Batch));
    }

    function test_treeOverOtherBytes_isFraud() public {
        Batch memory honest = fullBatch();
        Batch memory wrong = _copy(honest);
        wrong.header = patched(wrong.header, 73, "wrong");
        _post(wrong);
        _dispute(_challenge(IDisputes.Fraud.Tree, 0), wrong, "");
        _assertCut(honest);
    }

    function test_dataThatDoNotDecode_areFraud() public {
        Batch memory honest = fullBatch();
        uint256 table = 4 + 36 * honest.records.length;
        // An offset of the first record, of another, a version, a kind, a price behind the first step.
        bytes[5] memory bytes_ = [bytes(hex"ffff"), hex"ffff", hex"07", hex"63", hex"20"];
        uint256[5] memory where = [uint256(4), 4 + 36, table, table + 1, table + honest.records[0].length + 1];
        uint32[5] memory steps = [uint32(0), 0, 0, 0, 1];
        for (uint256 i = 0; i < where.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            Batch memory wrong = _copy(honest);
            wrong.data = patched(wrong.data, where[i], bytes_[i]);
            wrong.header = patched(wrong.header, 105, bytes.concat(keccak256(wrong.data)));
            _post(wrong);
            _dispute(_challenge(IDisputes.Fraud.Undecodable, steps[i]), wrong, "");
            _assertCut(honest);
            vm.revertToState(snapshot);
        }
    }

    function test_headerWithAnotherRootOrQueue_isFraud() public {
        Batch memory honest = fullBatch();
        Batch memory wrong = _copy(honest);
        wrong.header = patched(wrong.header, 41, "wrong");
        uint256 snapshot = vm.snapshotState();
        _post(wrong);
        _dispute(_challenge(IDisputes.Fraud.Header, 0), wrong, "");
        _assertCut(honest);
        vm.revertToState(snapshot);

        wrong = _copy(honest);
        wrong.header = patched(wrong.header, 156, hex"00");
        _post(wrong);
        _dispute(_challenge(IDisputes.Fraud.Header, 0), wrong, _stateAfter(honest));
        _assertCut(honest);
    }

    function test_queueOtherThanTheVaults_isFraud() public {
        // A deposit that nobody made.
        applyDeposit(alice, 0, USD, ONE, alice);
        Batch memory wrong = closeBatch();
        _post(wrong);
        _dispute(_challenge(IDisputes.Fraud.Header, 0), wrong, _stateAfter(wrong));
        assertEq(vault.state().postedSequence, 1);
    }

    /// @dev Each field of every kind of entry, a byte at a time, and a garbage root behind it: no witness could be made for some of them.
    function test_entriesThatTheVaultDoesNotHave_areFraud_whateverTheyName() public {
        Batch memory honest = forcedBatch();
        uint256 tried = 0;
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        for (uint32 step = 0; step < honest.records.length; ++step) {
            if (uint8(honest.records[step][1]) > 8) continue;
            for (uint256 at = 2; at < honest.records[step].length; ++at) {
                // Nothing that an earlier turn made is used again, and there is not memory for all of them.
                assembly ("memory-safe") {
                    mstore(0x40, free)
                }
                uint256 snapshot = vm.snapshotState();
                Batch memory wrong = _copy(honest);
                wrong.records[step][at] ^= bytes1(uint8(1 << at % 8));
                wrong.rootsAfter[wrong.rootsAfter.length - 1] = keccak256("all of it is mine");
                wrong.data = dataOf(wrong.records, wrong.rootsAfter);
                wrong = _resealed(wrong);
                _post(wrong);
                _dispute(_challenge(IDisputes.Fraud.Undecodable, step), wrong, "");
                assertEq(vault.state().postedSequence, 1);
                vm.revertToState(snapshot);
                ++tried;
            }
        }
        assertGt(tried, 400);
    }

    function test_reductionOfAnEmptyLeaf_orCutShort_orBeyondTheQueue_isFraud() public {
        fund(insurance, 0, USD, ONE);
        uint32 step = uint32(stepRecords.length);
        bytes memory record = abi.encodePacked(
            uint8(1), uint8(7), g.queueCursor, uint32(4_000), carol, uint32(0), PERP, ONE, indexOf[insurance][0]
        );
        record = abi.encodePacked(record, insurance, uint32(0));
        bytes[4] memory records = [
            record,
            slice(record, 0, 9),
            patched(record, 2, hex"ffffffffffffffff"),
            patched(record, 2, hex"00000000000000ff")
        ];
        for (uint256 i = 0; i < records.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            _step(records[i], "");
            Batch memory wrong = closeBatch();
            _post(wrong);
            _dispute(_challenge(IDisputes.Fraud.Undecodable, step), wrong, "");
            assertEq(vault.state().postedSequence, 1);
            vm.revertToState(snapshot);
        }
    }

    /// @dev The vault has it, but not there: the state's cursor refuses it.
    function test_entryOutOfItsTurn_isFraud() public {
        fund(alice, 0, USD, ONE);
        bytes memory again = stepRecords[stepRecords.length - 1];
        Batch memory batch = _withStep(again, accountWitness(1));
        _assertFraud(batch, _evidence(batch, _last(batch)));
    }

    function test_copiedChallenge_paysTheOneWhoFoundIt() public {
        Batch memory honest = fullBatch();
        Batch memory wrong = _copy(honest);
        wrong.header = patched(wrong.header, 73, "wrong");
        _post(wrong);
        IDisputes.Challenge memory found = _challenge(IDisputes.Fraud.Tree, 0);
        _commit(found, wrong, "");
        IDisputes.Challenge memory copied = _challenge(IDisputes.Fraud.Tree, 0);
        copied.reward = copier;
        bytes32 commitment = disputes.commitmentOf(copied, keccak256(wrong.header), "");
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotCommitted.selector, commitment, 0, block.number));
        vm.prank(copier);
        disputes.challenge(copied, wrong.header, wrong.data, "");
        vm.prank(copier);
        disputes.commit(commitment);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotCommitted.selector, commitment, block.number, block.number));
        vm.prank(copier);
        disputes.challenge(copied, wrong.header, wrong.data, "");
        // Sent by whomever: the reward goes where the commitment says.
        vm.prank(copier);
        disputes.challenge(found, wrong.header, wrong.data, "");
        assertEq(usd.balanceOf(copier), 0);
        _assertCut(honest);
    }

    function test_secondChallenger_isTooLate() public {
        Batch memory wrong = fullBatch();
        wrong.header = patched(wrong.header, 73, "wrong");
        _post(wrong);
        IDisputes.Challenge memory second = _challenge(IDisputes.Fraud.Tree, 0);
        second.reward = copier;
        disputes.commit(disputes.commitmentOf(second, keccak256(wrong.header), ""));
        _dispute(_challenge(IDisputes.Fraud.Tree, 0), wrong, "");
        vm.expectPartialRevert(IDisputes.NotPosted.selector);
        disputes.challenge(second, wrong.header, wrong.data, "");
        assertEq(usd.balanceOf(copier), 0);
    }

    function test_operator_cannotReplaceWhatCanBeDisputed() public {
        Batch memory wrong = fullBatch();
        Batch memory honest = _copy(wrong);
        wrong.header = patched(wrong.header, 73, "wrong");
        _post(wrong);
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(IVault.NotReplaceable.selector, 2));
        vault.post(honest.header, honest.data);
        vm.expectRevert(abi.encodeWithSelector(IVault.NotReplaceable.selector, 2));
        vault.settle(honest.header, honest.data, honest.witness, 0);
        vm.stopPrank();
    }

    function test_afterASlash_earlierBatchesOfThatBondNeedProof() public {
        Batch memory second = fullBatch();
        fund(alice, 0, USD, ONE);
        Batch memory third = closeBatch();
        _post(second);
        third.header = patched(third.header, 73, "wrong");
        _post(third);
        _dispute(_challenge(IDisputes.Fraud.Tree, 0), third, "");
        assertEq(vault.state().postedSequence, 2);
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IVault.NeedsProof.selector, 2));
        vault.finalize(second.header, _stateAfter(second), 0);
        vm.prank(operator);
        disputes.addBond(BOND);
        vm.expectRevert(abi.encodeWithSelector(IVault.NeedsProof.selector, 2));
        vault.finalize(second.header, _stateAfter(second), 0);
        _post(second);
        vm.warp(block.timestamp + WINDOW);
        vault.finalize(second.header, _stateAfter(second), 0);
    }

    function test_bond_isLockedWhileABatchIsOpen() public {
        Batch memory batch = fullBatch();
        _post(batch);
        vm.startPrank(operator);
        disputes.addBond(BOND);
        disputes.withdrawBond(BOND);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.BondLocked.selector, 1, 2));
        disputes.withdrawBond(1);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.BondTooSmall.selector, BOND, BOND + 1));
        disputes.withdrawBond(BOND + 1);
        vm.warp(block.timestamp + WINDOW);
        vault.finalize(batch.header, _stateAfter(batch), 0);
        disputes.withdrawBond(BOND);
        vm.stopPrank();
        assertEq(usd.balanceOf(operator), 2 * BOND);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotOperator.selector, address(this)));
        disputes.withdrawBond(0);
    }

    function test_insurance_takesItsHalf() public {
        Batch memory wrong = fullBatch();
        wrong.header = patched(wrong.header, 73, "wrong");
        _post(wrong);
        _dispute(_challenge(IDisputes.Fraud.Tree, 0), wrong, "");
        uint256 before = usd.balanceOf(address(vault));
        disputes.insure();
        assertEq(usd.balanceOf(address(vault)), before + BOND / 2);
        assertEq(vault.accountIndex(insurance, 0), 5);
        assertEq(disputes.insuranceDue(), 0);
    }

    function test_cut_isForDisputesOnly() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.NotDisputes.selector, address(this)));
        vault.cut(2);
    }

    function test_uselessWitness_provesNothing() public {
        Batch memory batch = fullBatch();
        _post(batch);
        bytes memory whole = bytes.concat(batch.starts[1], batch.pricing, batch.stepWitnesses[1]);
        bytes memory evidence = _rerun(slice(whole, 0, 1000));
        IDisputes.Challenge memory challenge = _challenge(IDisputes.Fraud.Step, 1);
        _commit(challenge, batch, evidence);
        vm.expectPartialRevert(IDisputes.WitnessUnusable.selector);
        disputes.challenge(challenge, batch.header, batch.data, evidence);
    }

    // ------------------------------------------------------------------------------------------- steps that are none

    /// @dev A trade that a rule forbids, in a batch that claims it changed nothing.
    function _forbidden(Trade memory trade) private returns (Batch memory batch) {
        isPriced = true;
        return _withStep(tradeRecord(trade), tradeWitness(trade, false));
    }

    function _withStep(bytes memory record, bytes memory witness) private returns (Batch memory batch) {
        _step(record, witness);
        batch = closeBatch();
        _post(batch);
    }

    function _last(Batch memory batch) private pure returns (uint32) {
        return uint32(batch.records.length - 1);
    }

    function _assertFraud(Batch memory batch, bytes memory evidence) private {
        _dispute(_challenge(IDisputes.Fraud.Step, _last(batch)), batch, evidence);
        assertEq(vault.state().postedSequence, 1);
        assertEq(usd.balanceOf(challenger), BOND / 2);
    }

    function _trade() private view returns (Trade memory) {
        return bidFor(1, one(buy(alice, ALICE_KEY, ETH, int64(ONE), int64(3100 * ONE), 0)));
    }

    function test_tradeBeyondTheMargin_isFraud() public {
        Batch memory batch =
            _forbidden(bidFor(1, one(buy(alice, ALICE_KEY, PERP, int64(40 * ONE), int64(130_000 * ONE), 0))));
        _assertFraud(batch, _evidence(batch, _last(batch)));
    }

    function test_tradesAgainstARule_areFraud() public {
        Trade[5] memory trades = [_trade(), _trade(), _trade(), _trade(), _trade()];
        trades[0].fills[0].cash = -int64(3101 * ONE);
        trades[1].fills[0].fee = 100 * ONE;
        trades[2].intents[0].validUntil = T0 - 1;
        trades[3].intents[0].quantities[0] = 0;
        trades[4].signer = ALICE_KEY;
        for (uint256 i = 0; i < trades.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            Batch memory batch = _forbidden(trades[i]);
            _assertFraud(batch, _evidence(batch, _last(batch)));
            vm.revertToState(snapshot);
        }
    }

    function test_recordThatDoesNotDecode_isFraud_withoutAnyAccount() public {
        bytes memory record = tradeRecord(_trade());
        Batch memory batch = _withStep(slice(record, 0, record.length - 1), "");
        _assertFraud(batch, _evidence(batch, _last(batch)));
    }

    function test_withdrawalOfTooMuch_isFraud() public {
        Withdraw memory w = withdrawal(alice, ALICE_KEY, USD, 20_000 * ONE, 1);
        (bytes memory record, bytes memory witness) = (withdrawRecord(w), withdrawWitness(w));
        Batch memory batch = _withStep(record, witness);
        _assertFraud(batch, _evidence(batch, _last(batch)));
    }

    function test_modesAndHeartbeatsAgainstARule_areFraud() public {
        applyTrade(bidFor(1, one(buy(bob, BOB_KEY, CALL, int64(4 * ONE), int64(400 * ONE), 0))));
        bytes[6] memory records = [
            setModeRecord(SetMode(bob, 0, 2, T0 + 10, 1, BOB_KEY)),
            setModeRecord(SetMode(bob, 0, 3, T0 + 10, 1, BOB_KEY)),
            setModeRecord(SetMode(bob, 0, 1, T0 + 10, 0, BOB_KEY)),
            heartbeatRecord(Heartbeat(bob, 0, T0, T0 + 10, 1, BOB_KEY)),
            heartbeatRecord(Heartbeat(bob, 0, T0 + 1, T0 - 1, 1, BOB_KEY)),
            heartbeatRecord(Heartbeat(bob, 0, T0 + 1, T0 + 10, 1, ALICE_KEY))
        ];
        for (uint256 i = 0; i < records.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            isPriced = i < 3;
            Batch memory batch = _withStep(records[i], ownersWitness(bob, 0, BOB_KEY));
            _assertFraud(batch, _evidence(batch, _last(batch)));
            vm.revertToState(snapshot);
        }
    }

    function test_priceWithoutQuorum_isFraud() public {
        // A batch of its own, for a price stands first.
        fund(alice, 0, USD, ONE);
        Batch memory before = closeBatch();
        _post(before);
        uint256[] memory signers = new uint256[](1);
        signers[0] = feederKeys[0];
        bytes memory record = priceRecord(T0 + 1, g.priceSequence + 1, nextContent(), signers);
        Batch memory batch = _withStep(record, priceWitness());
        _dispute(_challenge(IDisputes.Fraud.Step, 0), batch, _evidence(batch, 0));
        assertEq(vault.state().postedSequence, 2);
    }

    function test_accountThatNobodyMade_isFraud() public {
        Trade memory trade = _trade();
        trade.intents[0].account = 9;
        Batch memory batch = _withStep(tradeRecord(trade), "");
        bytes memory evidence = abi.encodePacked(IDisputes.Evidence.AbsentAccount, batch.starts[_last(batch)], uint8(1));
        _assertFraud(batch, evidence);
    }

    function test_accountWhoseDepositHasNotCome_isFraud_andAnyOtherIsNot() public {
        // On the vault, not in the log.
        usd.mint(carol, 1e6);
        vm.startPrank(carol);
        usd.approve(address(vault), 1e6);
        vault.deposit(USD, 1e6, 0);
        vm.stopPrank();
        Intent memory intent = buy(carol, CAROL_KEY, ETH, int64(ONE), int64(3100 * ONE), 0);
        Batch memory batch = _withStep(tradeRecord(bidFor(1, one(intent))), "");
        uint32 index = vault.accountIndex(carol, 0);
        (uint32 bitmap, bytes memory siblings) = accountsTree.proof(index);
        bytes memory start = abi.encodePacked(IDisputes.Evidence.AbsentAccount, batch.starts[_last(batch)]);
        // The solver's account is there.
        (uint32 other, bytes memory theirs) = accountsTree.proof(vault.accountIndex(solver, 3));
        _refused(
            _challenge(IDisputes.Fraud.Step, _last(batch)), batch, abi.encodePacked(start, uint8(0), other, theirs)
        );
        _assertFraud(batch, abi.encodePacked(start, uint8(1), bitmap, siblings));
    }

    function test_unlistedAsset_isFraud_andAListedOneIsNot() public {
        Trade memory trade = bidFor(1, one(buy(alice, ALICE_KEY, UNLISTED, 1, 1, 0)));
        Batch memory batch = _withStep(tradeRecord(trade), "");
        bytes memory start = abi.encodePacked(IDisputes.Evidence.AbsentListing, batch.starts[_last(batch)]);
        _assertFraud(batch, abi.encodePacked(start, uint8(1), uint8(0)));
    }

    function test_keyThatHasNotComeIntoTheState_isFraud() public {
        Trade memory trade = _trade();
        trade.intents[0].signer = 77;
        Batch memory batch = _forbidden(trade);
        vm.prank(alice);
        requests.registerKey(0, vm.addr(77), 15, T0 + 1 days);
        IDisputes.Challenge memory challenge = _challenge(IDisputes.Fraud.Step, _last(batch));
        // The vault knows it, so it takes a proof that the state does not.
        _commit(challenge, batch, _evidence(batch, _last(batch)));
        vm.expectPartialRevert(IRefusals.WitnessTooShort.selector);
        disputes.challenge(challenge, batch.header, batch.data, _evidence(batch, _last(batch)));
        (uint32 index,) = requests.keyIndex(alice, 0, vm.addr(77));
        (uint32 bitmap, bytes memory siblings) = keysTree.proof(index);
        _assertFraud(batch, abi.encodePacked(_evidence(batch, _last(batch)), bitmap, siblings));
    }

    // ------------------------------------------------------------------------------ lies about a step that is right

    /// @dev Each bit of each step's witness in turn, and its tail.
    function _standsAgainstEveryBit(Batch memory batch) private returns (uint256 tried) {
        for (uint32 step = 0; step < batch.records.length; ++step) {
            bytes memory witness =
                bytes.concat(batch.starts[step], pricingOf(batch, step, step + 1), batch.stepWitnesses[step]);
            for (uint256 i = 0; i < witness.length; ++i) {
                bytes1 bit = bytes1(uint8(1 << (i % 8)));
                witness[i] ^= bit;
                _mustStand(batch, step, witness);
                witness[i] ^= bit;
                ++tried;
            }
            for (uint256 cut = 0; cut < witness.length; cut += 13) {
                _mustStand(batch, step, slice(witness, 0, cut));
            }
        }
    }

    function test_honestForcedBatch_isFinalAfterItsWindow() public {
        Batch memory batch = forcedBatch();
        _post(batch);
        _assertHonest(batch);
        vm.warp(block.timestamp + WINDOW);
        vault.finalize(batch.header, _stateAfter(batch), 0);
        assertEq(vault.state().verifiedRoot, parentRoot);
    }

    /// @dev What is done and what is not allowed; modes and heartbeats too.
    function test_honestForcedStep_standsAgainstEveryBit() public {
        Batch memory batch = forcedBatch();
        _post(batch);
        assertGt(_standsAgainstEveryBit(batch), 5000);
    }

    /// @dev If a lie about the account, the counterparty or the pricing made a no-op, another root would be "the only one".
    function test_honestForcedStep_standsAgainstOtherAccounts_emptyLeaves_andNoPricing() public {
        Batch memory batch = forcedBatch();
        _post(batch);
        for (uint32 step = 0; step < batch.records.length; ++step) {
            uint256 kind = uint8(batch.records[step][1]);
            if (kind < 6 || kind > 19) continue;
            bytes memory truth = batch.stepWitnesses[step];
            bytes memory state = batch.starts[step];
            bytes memory priced = bytes.concat(state, batch.pricing);
            bytes memory unpriced = bytes.concat(state, new bytes(6));
            for (uint32 index = 0; index < 7; ++index) {
                bytes memory other = accountWitness(index);
                bytes memory empty = abi.encodePacked(index, uint16(0), uint32(0));
                _mustStand(batch, step, bytes.concat(priced, other, other));
                _mustStand(batch, step, bytes.concat(priced, empty, empty));
                _mustStand(batch, step, bytes.concat(unpriced, other, hex"00"));
                _mustStand(batch, step, bytes.concat(unpriced, empty, hex"00"));
                _mustStand(batch, step, bytes.concat(unpriced, empty, truth));
                bytes memory claim = abi.encodePacked(IDisputes.Evidence.AbsentAccount, state, uint8(index % 2));
                (uint32 bitmap, bytes memory siblings) = accountsTree.proof(index);
                _mustStandOn(batch, step, abi.encodePacked(claim, bitmap, siblings));
                _mustStandOn(batch, step, abi.encodePacked(claim, uint32(0)));
            }
            if (batch.stepPriced[step]) _mustStand(batch, step, bytes.concat(unpriced, truth));
            else _mustStand(batch, step, bytes.concat(priced, truth));
        }
    }

    /// @dev Gas that runs out in the inner call of a forced step is no refusal, and none in the outer call is.
    function testFuzz_honestForcedStep_standsAgainstTooLittleGas(uint256 gas_, uint256 which) public {
        Batch memory batch = forcedBatch();
        _post(batch);
        uint32 step = uint32(bound(which, 2, batch.records.length - 1));
        bytes memory evidence = _evidence(batch, step);
        IDisputes.Challenge memory challenge = _challenge(IDisputes.Fraud.Step, step);
        _commit(challenge, batch, evidence);
        try disputes.challenge{gas: bound(gas_, 30_000, 1_500_000)}(challenge, batch.header, batch.data, evidence) {
            revert("an honest step was cut off");
        } catch {}
    }

    /// @dev Whatever a challenger leaves out or puts in, an honest step stands.
    function test_honestStep_standsAgainstEveryLie() public {
        Batch memory batch = fullBatch();
        _post(batch);
        uint256 tried = _standsAgainstEveryBit(batch);
        assertGt(tried, 1000);
        bytes memory start = bytes.concat(batch.starts[1], batch.pricing);
        bytes memory truth = batch.stepWitnesses[1];
        // Without Bob's session key his signature seems to be a stranger's: the vault knows better.
        uint256 keySize = keyWitness(2, bob, 0, session).length;
        bytes memory keyless = bytes.concat(start, slice(truth, 0, truth.length - keySize - 1), hex"00");
        _mustStand(batch, 1, keyless);
        (uint32 bitmap, bytes memory siblings) = keysTree.proof(0);
        _mustStandOn(batch, 1, abi.encodePacked(_rerun(keyless), bitmap, siblings));
        // Without the pricing.
        _mustStand(batch, 1, bytes.concat(batch.starts[1], new bytes(6), truth));
    }

    function _mustStand(Batch memory batch, uint32 step, bytes memory witness) private {
        _mustStandOn(batch, step, _rerun(witness));
    }

    function _mustStandOn(Batch memory batch, uint32 step, bytes memory evidence) private {
        IDisputes.Challenge memory challenge = _challenge(IDisputes.Fraud.Step, step);
        challenge.salt = bytes32(block.number);
        bytes32 commitment = disputes.commitmentOf(challenge, keccak256(batch.header), evidence);
        disputes.commit(commitment);
        vm.roll(block.number + 1);
        try disputes.challenge(challenge, batch.header, batch.data, evidence) {
            revert("an honest step was cut off");
        } catch {}
    }
}
