// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vault} from "../src/Vault.sol";
import {TestToken} from "../src/dev/TestToken.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {Scenario} from "./reference/Scenario.sol";

/// @dev Does what people do, in any order: deposits, trades, withdrawals, cancels, prices, batches settled in one go or in
///      parts, pay-outs, and wrong batches that must not settle.
contract MarketHandler is Scenario {
    uint64 public lastSequence;
    bool public rootsWentForward = true;
    uint256 public wrongBatches;
    uint64 private nextNonce;
    uint64 private nextAuction = 1;
    uint64 private nextKey;
    uint64 private paidUpTo;
    Paid[] private unpaid;
    mapping(uint64 asset => uint256) public paidUnits;
    mapping(bytes32 root => bool) private wasVerified;

    function start() external {
        setUp();
        // Prices of next to nothing: what an account has in cash is what it may lose, whatever it holds.
        underlyings = abi.encodePacked(uint8(1), underlying(1, 1, int64(ONE), 2277));
        setMark(CALL, 0);
        openMarket();
        fund(relayer, 0, USD, ONE);
        _close();
        _creditFees();
    }

    function _owner(uint256 seed) private view returns (address, uint256) {
        return seed % 2 == 0 ? (alice, ALICE_KEY) : (bob, BOB_KEY);
    }

    function deposit(uint256 seed, uint64 units) external {
        (address owner,) = _owner(seed);
        units = uint64(bound(units, 1, 1000 * ONE)) * 100;
        fund(owner, uint32(seed % 3), seed % 5 == 0 ? ETH : USD, units);
    }

    function register(uint256 seed) external {
        (address owner,) = _owner(seed);
        registerKey(owner, uint32(seed % 2), vm.addr(100 + nextKey++ % 5), uint8(seed % 16), T0 + uint64(seed % 1000));
    }

    function trade(uint256 seed, int64 quantity, int64 cash) external {
        if (g.time == 0) return;
        (address owner, uint256 key) = _owner(seed);
        if (accountAt[indexOf[owner][0]].cash < int64(1002 * ONE)) return;
        quantity = int64(bound(quantity, -int64(5 * ONE), int64(5 * ONE))) * 2;
        if (quantity == 0) return;
        cash = int64(bound(cash, 1, int64(1000 * ONE)));
        Intent memory intent =
            buy(owner, key, seed % 3 == 0 ? PERP : CALL, quantity, quantity > 0 ? cash : -cash, nextNonce++);
        if (seed % 7 == 0) intent.parts = 2;
        Trade memory t = bidFor(nextAuction++, one(intent));
        if (seed % 7 == 0) t.fills[0] = Fill(1, intent.cash / 2 + 1, 1);
        applyTrade(t);
        if (accountAt[indexOf[owner][0]].opens.length == 16) {
            applyCancel(Cancel(owner, 0, 2, nextNonce++, T0 + 100 days, key));
            nextNonce += 64;
        }
        // Both owners count nonces together, so each lane's window is moved along with them.
        if (nextNonce % 50 == 0) _moveWindows();
    }

    function _moveWindows() private {
        applyCancel(Cancel(alice, 0, 1, nextNonce + 1, T0 + 100 days, ALICE_KEY));
        applyCancel(Cancel(bob, 0, 1, nextNonce + 1, T0 + 100 days, BOB_KEY));
        nextNonce += 2;
    }

    function withdraw(uint256 seed, uint64 amount) external {
        if (g.time == 0) return;
        (address owner, uint256 key) = _owner(seed);
        int64 cash = accountAt[indexOf[owner][0]].cash;
        if (cash <= int64(ONE)) return;
        amount = uint64(bound(amount, 1, uint64(cash) - ONE));
        Withdraw memory w = withdrawal(owner, key, USD, amount, nextNonce++);
        w.validUntil = T0 + 100 days;
        applyWithdraw(w);
        if (nextNonce % 50 == 0) _moveWindows();
    }

    function settleAll(uint256 seed) public {
        _close();
        // A price is the first step of its batch, so before what the batch before it left in the queue.
        if (seed % 3 != 0 && stepRecords.length == 0) applyPrice(g.time == 0 ? T0 : g.time + uint64(seed % 2));
        _creditFees();
    }

    /// @dev Settles what was done so far, now and then after a wrong version of it was tried.
    function _close() private {
        if (stepRecords.length == 0) return;
        Batch memory batch = closeBatch();
        if (batch.witness.length % 4 == 0) _tryWrong(batch);
        if (batch.records.length > 1 && batch.witness.length % 3 == 0) {
            vm.prank(operator);
            vault.post(batch.header, batch.data);
            vm.prank(relayer);
            vault.prove(batch.header, batch.data, batch.witness, uint32(batch.records.length), 0);
        } else {
            settleAs(relayer, 0, batch);
        }
        IVault.State memory state = vault.state();
        if (state.verifiedSequence != lastSequence + 1 || wasVerified[state.verifiedRoot]) rootsWentForward = false;
        if (state.verifiedRoot != parentRoot) rootsWentForward = false;
        wasVerified[state.verifiedRoot] = true;
        lastSequence = state.verifiedSequence;
        for (uint256 i = 0; i < paidInBatch.length; ++i) {
            unpaid.push(paidInBatch[i]);
        }
        delete paidInBatch;
        if (vault.withdrawalHashOf(lastSequence) != 0) paidUpTo = lastSequence;
    }

    function _creditFees() private {
        uint64 fees = g.feesTotal - credited;
        if (fees == 0 || stepRecords.length > 1) return;
        credited = g.feesTotal;
        applyCreditFee(relayer, 0, fees);
    }

    uint64 private credited;

    function _tryWrong(Batch memory batch) private {
        uint256 where = uint256(keccak256(batch.witness)) % batch.witness.length;
        bytes memory witness = patched(batch.witness, where, abi.encodePacked(batch.witness[where] ^ 0x10));
        vm.prank(operator);
        try vault.settle(batch.header, batch.data, witness, 0) {
            rootsWentForward = false;
        } catch {
            ++wrongBatches;
        }
    }

    function pay(uint256 seed) public {
        if (unpaid.length == 0) return;
        IVault.Withdrawal[] memory list = new IVault.Withdrawal[](unpaid.length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = IVault.Withdrawal(unpaid[i].asset, unpaid[i].to, unpaid[i].amount);
            paidUnits[unpaid[i].asset] += unpaid[i].amount;
        }
        delete unpaid;
        vault.pay(paidUpTo, list);
        // And once more, which must not pay.
        try vault.pay(paidUpTo, list) {
            rootsWentForward = false;
        } catch {}
        (address owner,) = _owner(seed);
        if (vault.owed(USD, owner) != 0 && vault.owed(USD, owner) <= vault.listing(USD).claims) {
            vault.claim(USD, owner);
        }
    }

    // ---------------------------------------------------------------------------------------- what the ledger knows

    /// @dev All units of an asset that anybody has in the ledger, cash with its two pots.
    function ledgerUnits(uint64 asset) external view returns (int256 sum) {
        for (uint32 index = 1; index <= accountCount; ++index) {
            sum += asset == USD ? accountAt[index].cash : quantityOf(index, asset);
        }
        if (asset == USD) sum += g.insurance + int64(g.fees);
    }

    function unpaidUnits(uint64 asset) external view returns (uint256 sum) {
        for (uint256 i = 0; i < unpaid.length; ++i) {
            if (unpaid[i].asset == asset) sum += unpaid[i].amount;
        }
        for (uint256 i = 0; i < paidInBatch.length; ++i) {
            if (paidInBatch[i].asset == asset) sum += paidInBatch[i].amount;
        }
    }

    function owedUnits(uint64 asset) external view returns (uint256) {
        return uint256(vault.owed(asset, alice)) + vault.owed(asset, bob);
    }

    function queueIsTheReferences() external view returns (bool) {
        return vault.queueHashAt(vault.state().queueLength) == g.queueHash;
    }

    function parts() external view returns (Vault, TestToken, TestToken) {
        return (vault, usd, eth);
    }
}

/// forge-config: default.invariant.runs = 12
/// forge-config: default.invariant.depth = 50
contract VaultInvariantTest is Test {
    uint64 private constant USD = 0;
    uint64 private constant ETH = uint64(1) << 52 | uint64(1) << 32;
    uint64 private constant PERP = uint64(1) << 52 | uint64(2) << 32;

    MarketHandler private handler;
    Vault private vault;
    TestToken private usd;
    TestToken private eth;

    function setUp() public {
        handler = new MarketHandler();
        handler.start();
        (vault, usd, eth) = handler.parts();
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](6);
        selectors[0] = MarketHandler.deposit.selector;
        selectors[1] = MarketHandler.trade.selector;
        selectors[2] = MarketHandler.withdraw.selector;
        selectors[3] = MarketHandler.settleAll.selector;
        selectors[4] = MarketHandler.pay.selector;
        selectors[5] = MarketHandler.register.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev One pass over everything that must hold, since the calls in between cost more than the looking.
    function invariant_everythingIsThere_andOnlyGoesForward() public view {
        // The tokens cover every claim.
        assertGe(usd.balanceOf(address(vault)), vault.listing(USD).claims / 100, "dollars");
        assertGe(eth.balanceOf(address(vault)), uint256(vault.listing(ETH).claims) * 1e10, "ether");
        // Claims are what the ledger holds, what is on its way out and what is owed: no unit is made or lost.
        _assertConserved(USD);
        _assertConserved(ETH);
        assertEq(handler.ledgerUnits(PERP), 0, "what one has the other owes");
        assertTrue(handler.queueIsTheReferences(), "queue");
        assertTrue(handler.rootsWentForward(), "roots");
        assertEq(vault.state().verifiedSequence, handler.lastSequence());
    }

    function _assertConserved(uint64 asset) private view {
        assertEq(
            int256(uint256(vault.listing(asset).claims)),
            handler.ledgerUnits(asset) + int256(handler.unpaidUnits(asset) + handler.owedUnits(asset)),
            "conserved"
        );
    }

    function afterInvariant() public {
        emit log_named_uint("batches settled", handler.lastSequence());
        emit log_named_uint("wrong batches refused", handler.wrongBatches());
    }
}
