// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../../src/interfaces/IRefusals.sol";
import {Scenario} from "../reference/Scenario.sol";

contract QueueVerifierTest is Scenario {
    bytes private globalBefore;
    bytes32 private rootBefore;

    function setUp() public override {
        super.setUp();
        openMarket();
    }

    function _before() private {
        globalBefore = globalRecord();
        rootBefore = accountsRoot();
    }

    function _assertSame(bytes memory record, bytes memory witness) private view {
        (bytes memory globalAfter, bytes32 rootAfter, uint256 used,) =
            queueVerifier.rerun(domain, globalBefore, rootBefore, pricing(), record, bytes.concat(witness, "more"));
        assertEq(globalAfter, globalRecord(), "global record");
        assertEq(rootAfter, accountsRoot(), "accounts root");
        assertEq(used, witness.length, "witness used");
    }

    function _deposit(address owner, uint32 account, uint64 asset, uint64 amount) private {
        _before();
        (bytes memory record, bytes memory witness) = applyDeposit(owner, account, asset, amount, session);
        _assertSame(record, witness);
    }

    function test_deposit_creditsCashAndSpot() public {
        _deposit(alice, 0, USD, ONE);
        _deposit(alice, 0, ETH, ONE);
        _deposit(alice, 0, ETH, ONE);
        assertEq(accountAt[1].cash, int64(10_001 * ONE));
        assertEq(quantityOf(1, ETH), int64(2 * ONE));
    }

    function test_deposit_opensAnAccount() public {
        _deposit(alice, 77, ETH, 5);
        assertEq(accountAt[4].owner, alice);
        assertEq(accountAt[4].number, 77);
    }

    function test_invalidDeposits_becomeWithdrawalsToWhoPaid() public {
        _deposit(alice, 0, USD, 0);
        _deposit(alice, 0, USD, 2 ** 62);
        _deposit(alice, 0, USD, 2 ** 63 + 1);
        _deposit(alice, 8, ETH, 2 ** 62);
        assertEq(accountAt[4].owner, address(0), "no leaf is made for nothing");
        accountAt[1].cash = type(int64).max - 5;
        syncLeaf(1);
        _deposit(alice, 0, USD, 6);
        assertEq(g.withdrawals, 5);
        _deposit(alice, 0, USD, 5);
        addPosition(1, ETH, type(int64).max);
        syncLeaf(1);
        _deposit(alice, 0, ETH, 1);
        assertEq(g.withdrawals, 6);
    }

    function test_sixtyFifthPosition_isGivenBack() public {
        for (uint64 i = 10; i < 74; ++i) {
            addPosition(1, i << 52 | uint64(2) << 32, 1);
        }
        syncLeaf(1);
        _deposit(alice, 0, ETH, 1);
        assertEq(g.withdrawals, 1);
        _deposit(alice, 0, USD, 1);
        assertEq(g.withdrawals, 1);
    }

    function testFuzz_deposit(uint64 asset, uint64 amount, uint32 account) public {
        _deposit(bob, account, asset, amount);
    }

    function test_501_order() public {
        (bytes memory record, bytes memory witness) = applyDeposit(alice, 0, USD, ONE, alice);
        assertRefused(queueVerifier, record, witness, 501, 0);
        record = patched(record, 9, bytes.concat(bytes1(uint8(g.queueCursor + 1))));
        assertRefused(queueVerifier, record, witness, 501, 0);
    }

    function test_501_indicesThatTheContractCannotHaveMade() public {
        bytes memory record =
            abi.encodePacked(uint8(1), uint8(1), g.queueCursor, uint32(0), alice, uint32(0), USD, ONE, alice);
        assertRefused(queueVerifier, record, accountWitness(0), 501, 0);
        uint32 tooHigh = uint32(g.queueCursor + 2);
        record = abi.encodePacked(uint8(1), uint8(1), g.queueCursor, tooHigh, alice, uint32(0), USD, ONE, alice);
        assertRefused(queueVerifier, record, accountWitness(tooHigh), 501, 0);
        record = abi.encodePacked(uint8(1), uint8(3), g.queueCursor, uint32(9), UNLISTED, uint8(1), "X");
        assertRefused(queueVerifier, record, hex"0000", 501, 0);
    }

    function test_403_leafOfAnotherOwner() public view {
        bytes memory record =
            abi.encodePacked(uint8(1), uint8(1), g.queueCursor, uint32(2), alice, uint32(0), USD, ONE, alice);
        assertRefused(queueVerifier, record, accountWitness(2), 403, 0);
        record = abi.encodePacked(uint8(1), uint8(5), g.queueCursor, uint32(1), alice, uint32(1), ONE);
        assertRefused(queueVerifier, record, accountWitness(1), 403, 0);
    }

    function test_101_undecodable() public view {
        bytes memory record =
            abi.encodePacked(uint8(1), uint8(1), g.queueCursor, uint32(1), alice, uint32(0), USD, ONE, alice);
        bytes memory witness = accountWitness(1);
        assertRefused(queueVerifier, bytes.concat(record, hex"00"), witness, 101, 0);
        assertRefused(queueVerifier, slice(record, 0, record.length - 1), witness, 101, 0);
        assertRefused(queueVerifier, patched(record, 0, hex"00"), witness, 101, 0);
        assertRefused(queueVerifier, patched(record, 1, hex"06"), witness, 101, 0);
        assertRefused(queueVerifier, patched(record, 1, hex"00"), witness, 101, 0);
        assertRefused(queueVerifier, "", "", 101, 0);
    }

    function test_114_unknownParameters() public view {
        bytes memory record = abi.encodePacked(uint8(1), uint8(4), g.queueCursor, uint8(3), uint16(0));
        assertRefused(queueVerifier, record, "", 114, 0);
    }

    function test_registerKey_newAgainAndSecond() public {
        for (uint64 i = 0; i < 3; ++i) {
            _before();
            (bytes memory record, bytes memory witness) = applyRegisterKey(bob, 0, session, uint8(i), T0 + i);
            _assertSame(record, witness);
            _before();
            (record, witness) = applyRegisterKey(alice, uint32(i), session, 1, T0);
            _assertSame(record, witness);
        }
        assertEq(keyCount, 4);
    }

    function test_registerKey_needsTheOldLeaf() public {
        bytes memory record = abi.encodePacked(
            uint8(1), uint8(2), g.queueCursor, uint32(0), bob, uint32(0), session, uint8(1), uint64(T0)
        );
        assertReverts(queueVerifier, record, abi.encodePacked(bytes32(0), uint32(0)), IRefusals.WrongProof.selector);
        assertReverts(queueVerifier, record, hex"00", IRefusals.WitnessTooShort.selector);
    }

    function test_listings_grow() public {
        for (uint64 i = 5; i < 12; ++i) {
            _before();
            (bytes memory record, bytes memory witness) =
                applyListing(i << 52 | uint64(2) << 32, string.concat("A", vm.toString(i), "-PERP"));
            _assertSame(record, witness);
        }
        bytes memory next = abi.encodePacked(uint8(1), uint8(3), g.queueCursor, g.listingCount, UNLISTED, uint8(1), "X");
        assertReverts(queueVerifier, next, hex"0000", IRefusals.WrongProof.selector);
    }

    function test_parameters_areKeptByTheirHash() public {
        _before();
        (bytes memory record, bytes memory witness) = applyParameters(1, "margin");
        _assertSame(record, witness);
        _before();
        (record, witness) = applyParameters(2, "feeders");
        _assertSame(record, witness);
        assertEq(g.paramsHash, keccak256("margin"));
    }

    function test_creditFee_paysFromThePot() public {
        g.fees = 10;
        _before();
        (bytes memory record, bytes memory witness) = applyCreditFee(alice, 0, 4);
        _assertSame(record, witness);
        assertEq(g.fees, 6);
    }

    function test_creditFee_staysInThePot_ifTheAccountIsEmptyOrThePotIsShort() public {
        g.fees = 10;
        _before();
        (bytes memory record, bytes memory witness) = applyCreditFee(alice, 0, 11);
        _assertSame(record, witness);
        _before();
        (record, witness) = applyCreditFee(address(9), 0, 1);
        _assertSame(record, witness);
        accountAt[1].cash = type(int64).max;
        syncLeaf(1);
        record = abi.encodePacked(uint8(1), uint8(5), g.queueCursor, uint32(1), alice, uint32(0), uint64(1));
        (bytes memory globalAfter, bytes32 rootAfter,,) = rerun(queueVerifier, record, accountWitness(1));
        assertEq(rootAfter, accountsRoot());
        assertEq(uint8(globalAfter[340]), 10, "fees");
    }

    function test_witness_isOfTheAccountThatTheEntryNames() public {
        (bytes memory record, bytes memory witness) = (
            abi.encodePacked(uint8(1), uint8(1), g.queueCursor, uint32(1), alice, uint32(0), USD, ONE, alice),
            accountWitness(2)
        );
        assertReverts(queueVerifier, record, witness, IRefusals.BadWitness.selector);
        accountAt[1].cash += 1;
        assertReverts(queueVerifier, record, accountWitness(1), IRefusals.WrongProof.selector);
    }
}
