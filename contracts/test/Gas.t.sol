// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Population} from "./reference/Population.sol";

/// @dev What settling costs as a transaction: execution, calldata and the fixed 21,000. The owners lie at random among
///      2^14 accounts, and each is filled against the market's solver. Bounds are a hundredth above what was measured: a change
///      that costs more has to say so here.
contract GasTest is Population {
    uint256 private constant LEVELS = 14;

    function setUp() public override {
        super.setUp();
        settledMarket();
    }

    function _report(string memory name, uint256 fills, uint256 perTrade, uint256 most) private {
        vm.pauseGasMetering();
        Batch memory batch = batchOf(fills, perTrade, LEVELS);
        bytes memory input = abi.encodeCall(vault.settle, (batch.header, batch.data, batch.witness, 0));
        vm.prank(operator);
        vm.resumeGasMetering();
        vault.settle(batch.header, batch.data, batch.witness, 0);
        uint256 execution = vm.lastCallGas().gasTotalUsed;
        vm.pauseGasMetering();
        emit log(string.concat("--- ", name));
        uint256 perFill = _transactionGas(input, execution) / fills;
        emit log_named_uint("transaction gas per fill", perFill);
        emit log_named_uint("of it execution", execution / fills);
        assertLe(perFill, most);
    }

    /// @dev With the floor on calldata (EIP-7623), which data-heavy transactions meet.
    function _transactionGas(bytes memory input, uint256 execution) private returns (uint256 total) {
        uint256 zeros = 0;
        for (uint256 i = 0; i < input.length; ++i) {
            if (input[i] == 0) ++zeros;
        }
        uint256 calldata_ = 4 * zeros + 16 * (input.length - zeros);
        uint256 floor = 21_000 + 10 * zeros + 40 * (input.length - zeros);
        total = 21_000 + calldata_ + execution;
        if (total < floor) total = floor;
        emit log_named_uint("calldata bytes", input.length);
        emit log_named_uint("calldata gas", calldata_);
        emit log_named_uint("execution gas", execution);
        emit log_named_uint("transaction gas", total);
    }

    /// @dev Posted with the data packed in calldata, then final by its window: two transactions.
    function test_gas_100fills_optimistic() public {
        vm.pauseGasMetering();
        usd.mint(address(this), BOND);
        usd.approve(address(disputes), BOND);
        disputes.addBond(BOND);
        Batch memory batch = batchOf(100, FILLS_PER_TRADE, LEVELS);
        bytes memory packed = packedOf(batch, perpOnly());
        bytes memory posting = abi.encodeCall(vault.postPacked, (batch.header, packed));
        bytes memory state = batch.starts[batch.starts.length - 1];
        bytes memory finalizing = abi.encodeCall(vault.finalize, (batch.header, state, 0));
        vm.prank(operator);
        vm.resumeGasMetering();
        vault.postPacked(batch.header, packed);
        uint256 execution = vm.lastCallGas().gasTotalUsed;
        vm.pauseGasMetering();
        emit log("--- optimistic: price and 7 trades, 100 fills");
        uint256 total = _transactionGas(posting, execution);
        vm.warp(block.timestamp + WINDOW);
        vm.resumeGasMetering();
        vault.finalize(batch.header, state, 0);
        execution = vm.lastCallGas().gasTotalUsed;
        vm.pauseGasMetering();
        total += _transactionGas(finalizing, execution);
        emit log_named_uint("both per fill", total / 100);
        assertEq(vault.state().verifiedSequence, vault.state().postedSequence);
        assertLe(total / 100, 6_600);
    }

    function test_gas_1fill() public {
        _report("price and a trade of one fill, two accounts", 1, 1, 246_500);
    }

    function test_gas_10fills() public {
        _report("price and one trade of 10 fills", 10, FILLS_PER_TRADE, 59_400);
    }

    function test_gas_100fills() public {
        _report("price and 7 trades, 100 fills", 100, FILLS_PER_TRADE, 44_600);
    }

    function test_gas_100fills_inTradesOfOne() public {
        _report("price and 100 trades of one fill", 100, 1, 104_800);
    }

    /// @dev The step alone, as a dispute would pay for it.
    function test_gas_stepOfOneFill() public {
        vm.pauseGasMetering();
        uint256[] memory keys = populate(1, LEVELS);
        applyPrice(T0 + 1);
        bytes memory global = globalRecord();
        bytes32 root = accountsRoot();
        Intent memory intent = buy(vm.addr(keys[0]), keys[0], PERP, int64(ONE), int64(30 * ONE), 0);
        (bytes memory record, bytes memory witness) = applyTrade(bidFor(1, one(intent)));
        vm.resumeGasMetering();
        tradeVerifier.rerun(domain, global, root, pricing(), record, witness);
        uint256 used = vm.lastCallGas().gasTotalUsed;
        emit log_named_uint("trade step, 1 fill, 2 accounts, execution", used);
        assertLe(used, 70_200);
    }

    /// @dev What looking at the content adds to a price, for 32 marks.
    function test_gas_contentOfAPrice() public {
        vm.pauseGasMetering();
        uint256 whole = _gasOfPrice();
        delete marks;
        uint256 empty = _gasOfPrice();
        emit log_named_uint("price step of 32 marks, execution", whole);
        emit log_named_uint("of it for the marks", whole - empty);
        assertLt(whole - empty, 30_000);
    }

    function _gasOfPrice() private returns (uint256 used) {
        if (marks.length != 0) markOptions(32);
        bytes memory global = globalRecord();
        (bytes memory record, bytes memory witness) = applyPrice(T0 + 1);
        vm.resumeGasMetering();
        priceVerifier.rerun(domain, global, accountsRoot(), "", record, witness);
        used = vm.lastCallGas().gasTotalUsed;
        vm.pauseGasMetering();
    }

    /// @dev The worst step that the limits admit: 16 accounts with 256 positions, all of them options of one expiry; 64 legs;
    ///      six accounts with all the positions that they may have in the end, and short ones among them; full partial
    ///      fills; keys instead of owners for all signatures; and 500 marks to look for them in.
    function test_gas_worstStep_staysBelow12Million() public {
        vm.pauseGasMetering();
        uint256[] memory keys = populate(15, LEVELS);
        markOptions(500);
        for (uint64 i = 0; i < 63; ++i) {
            applyListing(option(i), string.concat("ETH-27MAR26-", vm.toString(i), "-C"));
        }
        applyPrice(T0 + 1);
        Intent[] memory intents = new Intent[](15);
        uint256 before = accountAt[3].positions.length;
        for (uint64 i = 0; i < 15; ++i) {
            address owner = vm.addr(keys[i]);
            uint32 index = indexOf[owner][0];
            delete accountAt[index].positions;
            // Four owners come to 64 positions with the 13 that they buy; the solver comes to 64 with all that it sells.
            uint256 held = i < 5 ? 51 : 0;
            for (uint64 p = 0; p < held; ++p) {
                addPosition(index, option(100 + p), p % 2 == 0 ? -int256(uint256(ONE / 100)) : int256(1));
            }
            before += held;
            for (uint64 o = 0; accountAt[index].opens.length < 15; ++o) {
                accountAt[index].opens.push(Open(keccak256(abi.encode(i, o)), o, T0 + 1000, T0, 1));
            }
            syncLeaf(index);
            applyRegisterKey(owner, 0, session, 1, T0 + 1000);
            intents[i] = _buyOptions(owner, i);
        }
        assertEq(before, 256);
        applyRegisterKey(solver, 3, session, 2, T0 + 1000);
        Trade memory t = bidFor(1, intents);
        t.signer = SESSION_KEY;
        for (uint256 i = 0; i < 15; ++i) {
            t.fills[i] = Fill(1, 0, 0);
        }
        bytes memory global = globalRecord();
        bytes32 root = accountsRoot();
        (bytes memory record, bytes memory witness) = applyTrade(t);
        assertEq(accountAt[3].positions.length, 64);
        vm.resumeGasMetering();
        tradeVerifier.rerun(domain, global, root, pricing(), record, witness);
        uint256 used = vm.lastCallGas().gasTotalUsed;
        emit log_named_uint("worst trade step, execution", used);
        emit log_named_uint("its witness, bytes", witness.length);
        emit log_named_uint("its pricing, bytes", pricing().length);
        assertLe(used, 6_420_000);
        assertLt(used + 16 * (record.length + witness.length + pricing().length), 12_000_000);
    }

    /// @dev 13 options for each of the first four, one for the others, and a second one for the fifth: 64 legs, 63 assets.
    function _buyOptions(address owner, uint64 i) private view returns (Intent memory intent) {
        intent = buy(owner, SESSION_KEY, PERP, 2, 0, 63);
        intent.parts = 2;
        uint64 n = i < 4 ? 13 : i == 4 ? 2 : 1;
        intent.assets = new uint64[](n);
        intent.quantities = new int64[](n);
        for (uint64 l = 0; l < n; ++l) {
            intent.assets[l] = option(i < 4 ? 13 * i + l : i == 4 && l == 0 ? 0 : 48 + i);
            intent.quantities[l] = 2;
        }
    }
}
