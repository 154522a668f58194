// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDisputes} from "../src/interfaces/IDisputes.sol";
import {IStepRerun} from "../src/interfaces/IStepRerun.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {Scenario} from "./reference/Scenario.sol";

/// @dev Optimistic batches: final by their window, or cut off by whoever shows that they are wrong.
contract DisputesTest is Scenario {
    address private challenger = makeAddr("challenger");
    address private copier = makeAddr("copier");

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
        return bytes.concat(batch.starts[step], pricingOf(batch, step, step + 1), batch.stepWitnesses[step]);
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
        Batch memory honest = fullBatch();
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
        bytes memory evidence = slice(_evidence(batch, 1), 0, 1000);
        IDisputes.Challenge memory challenge = _challenge(IDisputes.Fraud.Step, 1);
        _commit(challenge, batch, evidence);
        vm.expectPartialRevert(IDisputes.WitnessUnusable.selector);
        disputes.challenge(challenge, batch.header, batch.data, evidence);
    }
}
