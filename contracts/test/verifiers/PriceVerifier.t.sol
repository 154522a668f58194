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
        (bytes memory record, bytes memory witness) = applyPrice(T0 + 5);
        (bytes memory globalAfter, bytes32 rootAfter, uint256 used,) =
            priceVerifier.rerun(domain, global, root, pricing(), record, bytes.concat(witness, "more"));
        assertEq(globalAfter, globalRecord());
        assertEq(rootAfter, root);
        assertEq(used, witness.length);
    }

    function test_anyQuorum_isOne() public view {
        rerun(priceVerifier, priceRecord(T0, 2, nextContent(), _signers(0, 1)), priceWitness());
        rerun(priceVerifier, priceRecord(T0, 2, nextContent(), _signers(0, 2)), priceWitness());
        rerun(priceVerifier, priceRecord(T0, 9, nextContent(), _signers(1, 2)), priceWitness());
        rerun(priceVerifier, priceRecord(T0, 9, nextContent(), feederKeys), priceWitness());
    }

    function test_510_order() public view {
        _refused(priceRecord(T0 - 1, 2, nextContent(), _signers(0, 1)), 510, 0);
        _refused(priceRecord(T0, 1, nextContent(), _signers(0, 1)), 510, 0);
        _refused(priceRecord(T0, 0, nextContent(), _signers(0, 1)), 510, 0);
    }

    function test_511_quorum() public view {
        uint256[] memory signers = new uint256[](1);
        signers[0] = feederKeys[0];
        _refused(priceRecord(T0, 2, nextContent(), signers), 511, 0);
        _refused(priceRecord(T0, 2, nextContent(), new uint256[](0)), 511, 0);
        _refused(priceRecord(T0, 2, nextContent(), _signers(0, 0)), 511, 1);
        _refused(priceRecord(T0, 2, nextContent(), _signers(1, 0)), 511, 1);
        signers = _signers(0, 1);
        signers[1] = ALICE_KEY;
        _refused(priceRecord(T0, 2, nextContent(), signers), 511, 1);
        // A quorum, and one who is no feeder beside it.
        signers = new uint256[](3);
        (signers[0], signers[1], signers[2]) = (feederKeys[0], feederKeys[1], ALICE_KEY);
        _refused(priceRecord(T0, 2, nextContent(), signers), 511, 2);
    }

    function test_otherContentOrMarks_areNotWhatWasSigned() public view {
        bytes memory record = priceRecord(T0, 2, nextContent(), _signers(0, 1));
        _refused(patched(record, record.length - 1, "X"), 511, 0);
        _refused(patched(record, 18, "X"), 511, 0);
    }

    function test_512_form() public {
        _refusedContent("");
        bytes memory content = nextContent();
        _refusedContent(bytes.concat(content, hex"00"));
        for (uint256 length = 0; length < content.length; ++length) {
            _refusedContent(slice(content, 0, length));
        }
        // More underlyings, expiries or marks than there are.
        _refusedContent(patched(content, 8, hex"02"));
        _refusedContent(patched(content, 9 + 34, hex"02"));
        _refusedContent(patched(content, content.length - 3 * 16 - 1, hex"04"));
        addUnderlying(1, int64(ONE));
        _refusedContent(nextContent());
    }

    function test_512_values() public view {
        bytes memory content = nextContent();
        bytes memory zero = abi.encodePacked(int64(0));
        bytes memory negative = abi.encodePacked(int64(-1));
        // stable; spot, confidence, perp mark and forward of the underlying; the marks
        _refusedContent(patched(content, 0, zero));
        _refusedContent(patched(content, 0, negative));
        _refusedContent(patched(content, 11, zero));
        _refusedContent(patched(content, 11, negative));
        _refusedContent(patched(content, 19, negative));
        _refusedContent(patched(content, 35, negative));
        _refusedContent(patched(content, 46, negative));
        uint256 firstMark = content.length - 3 * 16;
        _refusedContent(patched(content, firstMark + 8, negative));
        // A cash among the marks comes first or not at all; the same asset twice; an id that is none.
        _refusedContent(patched(content, firstMark + 16, zero));
        _refusedContent(patched(content, firstMark, abi.encodePacked(PERP)));
        _refusedContent(patched(content, firstMark, abi.encodePacked(ETH + 1)));
        // Zeros that a market may have.
        _accepted(patched(patched(content, 19, zero), 35, zero));
    }

    function test_512_marksRoot() public {
        bytes memory content = nextContent();
        bytes32 root = marksRoot();
        _refused(priceRecord(T0, 2, content, ~root, _signers(0, 1)), 512, 0);
        // The root is that under the parameters in force.
        applyParameters(1, patched(marginParameters(), 89, abi.encodePacked(int64(0))));
        _refused(priceRecord(T0, 2, content, root, _signers(0, 1)), 512, 0);
        rerun(priceVerifier, priceRecord(T0, 2, content, _signers(0, 1)), priceWitness());
    }

    function test_marksRoot_ofAnyCount() public {
        delete marks;
        for (uint64 i = 0; i < 20; ++i) {
            _accepted(nextContent());
            setMark(option(i), int64(uint64(i) * ONE));
        }
    }

    function _refusedContent(bytes memory content) private view {
        _refused(priceRecord(T0, 2, content, _signers(0, 1)), 512, 0);
    }

    function _accepted(bytes memory content) private view {
        rerun(priceVerifier, priceRecord(T0, 2, content, _signers(0, 1)), priceWitness());
    }

    function test_101_102_undecodable() public view {
        bytes memory record = priceRecord(T0, 2, nextContent(), _signers(0, 1));
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
        bytes memory record = priceRecord(T0, 2, nextContent(), _signers(0, 1));
        assertReverts(priceVerifier, record, patched(priceWitness(), 2, hex"01"), IRefusals.WrongProof.selector);
        assertReverts(priceVerifier, record, hex"0000", IRefusals.WrongProof.selector);
        assertReverts(priceVerifier, record, hex"", IRefusals.WitnessTooShort.selector);
        assertReverts(priceVerifier, record, hex"0010", IRefusals.WitnessTooShort.selector);
        // Sets that the vault would not have queued: the state has them, so the price is at fault.
        applyParameters(2, hex"00");
        assertRefused(priceVerifier, record, priceWitness(), 511, 0);
        applyParameters(2, hex"0102030405");
        assertRefused(priceVerifier, record, priceWitness(), 511, 0);
    }
}
