// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../../src/interfaces/IRefusals.sol";
import {Scenario} from "../reference/Scenario.sol";

contract PriceVerifierTest is Scenario {
    function setUp() public override {
        super.setUp();
        settledMarket();
    }

    function _signers(uint256 a, uint256 b) private view returns (uint256[] memory keys) {
        keys = new uint256[](2);
        (keys[0], keys[1]) = (feederKeys[a], feederKeys[b]);
    }

    function _refused(bytes memory record, uint16 code, uint256 item) private view {
        assertRefused(priceVerifier, record, priceWitness(), code, item);
    }

    function test_price_setsTimeSequenceAndHash() public {
        bytes memory global = globalRecord();
        bytes32 root = accountsRoot();
        (bytes memory record, bytes memory witness) = applyPrice(T0 + 5, "next");
        (bytes memory globalAfter, bytes32 rootAfter, uint256 used) =
            priceVerifier.rerun(domain, global, root, record, bytes.concat(witness, "more"));
        assertEq(globalAfter, globalRecord());
        assertEq(rootAfter, root);
        assertEq(used, witness.length);
    }

    function test_anyQuorum_isOne() public view {
        rerun(priceVerifier, priceRecord(T0, 2, "c", _signers(0, 1)), priceWitness());
        rerun(priceVerifier, priceRecord(T0, 2, "c", _signers(0, 2)), priceWitness());
        rerun(priceVerifier, priceRecord(T0, 9, "c", _signers(1, 2)), priceWitness());
        rerun(priceVerifier, priceRecord(T0, 9, "", feederKeys), priceWitness());
    }

    function test_510_order() public view {
        _refused(priceRecord(T0 - 1, 2, "c", _signers(0, 1)), 510, 0);
        _refused(priceRecord(T0, 1, "c", _signers(0, 1)), 510, 0);
        _refused(priceRecord(T0, 0, "c", _signers(0, 1)), 510, 0);
    }

    function test_511_quorum() public view {
        uint256[] memory signers = new uint256[](1);
        signers[0] = feederKeys[0];
        _refused(priceRecord(T0, 2, "c", signers), 511, 0);
        _refused(priceRecord(T0, 2, "c", new uint256[](0)), 511, 0);
        _refused(priceRecord(T0, 2, "c", _signers(0, 0)), 511, 1);
        _refused(priceRecord(T0, 2, "c", _signers(1, 0)), 511, 1);
        signers = _signers(0, 1);
        signers[1] = ALICE_KEY;
        _refused(priceRecord(T0, 2, "c", signers), 511, 1);
        // A quorum, and one who is no feeder beside it.
        signers = new uint256[](3);
        (signers[0], signers[1], signers[2]) = (feederKeys[0], feederKeys[1], ALICE_KEY);
        _refused(priceRecord(T0, 2, "c", signers), 511, 2);
    }

    function test_otherContentOrMarks_areNotWhatWasSigned() public view {
        bytes memory record = priceRecord(T0, 2, "content", _signers(0, 1));
        _refused(patched(record, record.length - 1, "X"), 511, 0);
        _refused(patched(record, 18, "X"), 511, 0);
    }

    function test_101_102_undecodable() public view {
        bytes memory record = priceRecord(T0, 2, "content", _signers(0, 1));
        _refused(bytes.concat(record, hex"00"), 101, 0);
        _refused(slice(record, 0, record.length - 1), 101, 0);
        _refused(patched(record, 0, hex"02"), 101, 0);
        _refused(patched(record, 1, hex"21"), 101, 0);
        _refused(patched(record, 2, hex"80"), 101, 0);
        _refused(patched(record, 10, hex"80"), 101, 0);
        _refused(patched(record, 51 + 64, hex"05"), 102, 0);
        _refused("", 101, 0);
    }

    function test_witness_isTheFeederSet() public {
        bytes memory record = priceRecord(T0, 2, "c", _signers(0, 1));
        assertReverts(priceVerifier, record, patched(priceWitness(), 2, hex"01"), IRefusals.WrongProof.selector);
        assertReverts(priceVerifier, record, hex"0000", IRefusals.WrongProof.selector);
        assertReverts(priceVerifier, record, hex"", IRefusals.WitnessTooShort.selector);
        assertReverts(priceVerifier, record, hex"0010", IRefusals.WitnessTooShort.selector);
        // Sets that the vault would not have queued.
        applyParameters(2, hex"00");
        assertReverts(priceVerifier, record, priceWitness(), IRefusals.BadWitness.selector);
        applyParameters(2, hex"0102030405");
        assertReverts(priceVerifier, record, priceWitness(), IRefusals.BadWitness.selector);
    }
}
