// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DataPacking} from "../../src/DataPacking.sol";
import {Disputes} from "../../src/Disputes.sol";
import {Exit} from "../../src/Exit.sol";
import {Requests} from "../../src/Requests.sol";
import {Vault} from "../../src/Vault.sol";
import {TestToken} from "../../src/dev/TestToken.sol";
import {IDataPacking} from "../../src/interfaces/IDataPacking.sol";
import {IStepRerun} from "../../src/interfaces/IStepRerun.sol";
import {IRefusals} from "../../src/interfaces/IRefusals.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {IVerifier} from "../../src/interfaces/IVerifier.sol";
import {AccountVerifier} from "../../src/verifiers/AccountVerifier.sol";
import {ForcedVerifier} from "../../src/verifiers/ForcedVerifier.sol";
import {PriceVerifier} from "../../src/verifiers/PriceVerifier.sol";
import {QueueVerifier} from "../../src/verifiers/QueueVerifier.sol";
import {TradeVerifier} from "../../src/verifiers/TradeVerifier.sol";
import {Packing} from "./Packing.sol";
import {Reference} from "./Reference.sol";
import {Tree} from "./Tree.sol";

/// @dev A small market on a fresh vault: dollars, ether, a perpetual and an option; Alice, Bob and a solver with funds; a
///      session key of Bob; three feeders of whom two make a quorum. Whatever is queued on the vault is applied to the
///      reference ledger too.
abstract contract Scenario is Reference {
    uint64 internal constant USD = 0;
    uint64 internal constant ETH = uint64(1) << 52 | uint64(1) << 32;
    uint64 internal constant PERP = uint64(1) << 52 | uint64(2) << 32;
    uint64 internal constant CALL = uint64(1) << 52 | uint64(2277) << 36 | uint64(3) << 32 | 32 << 4 | 10;
    uint64 internal constant UNLISTED = uint64(7) << 52 | uint64(2) << 32;

    uint64 internal constant ONE = 1e8;
    uint64 internal constant T0 = 1_790_000_000;

    uint256 internal constant ALICE_KEY = 0xa11ce;
    uint256 internal constant BOB_KEY = 0xb0b;
    uint256 internal constant SOLVER_KEY = 0x501;
    uint256 internal constant SESSION_KEY = 0x5e55;

    address internal alice = vm.addr(ALICE_KEY);
    address internal bob = vm.addr(BOB_KEY);
    address internal solver = vm.addr(SOLVER_KEY);
    address internal session = vm.addr(SESSION_KEY);
    address internal governor = makeAddr("governor");
    address internal operator = makeAddr("operator");
    /// @dev The operator relays its own batches unless a test says otherwise.
    address internal relayer = operator;

    uint64 internal constant FREEZE_AFTER = 7 days;
    uint64 internal constant FORCE_AFTER = 5 days;
    uint64 internal constant REGISTRATION_PERIOD = 7 days;

    Vault internal vault;
    Disputes internal disputes;
    address internal insurance = makeAddr("insurance");
    uint256 internal constant BOND = 1_000e6;
    uint64 internal constant WINDOW = 1 days;
    Exit internal exit;
    Requests internal requests;
    TestToken internal usd;
    TestToken internal eth;
    IVerifier internal queueVerifier;
    IVerifier internal forcedVerifier;
    IVerifier internal accountVerifier;
    IVerifier internal priceVerifier;
    IVerifier internal tradeVerifier;
    IDataPacking internal dataPacking;

    function setUp() public virtual {
        vm.warp(T0);
        queueVerifier = new QueueVerifier();
        forcedVerifier = new ForcedVerifier();
        accountVerifier = new AccountVerifier();
        priceVerifier = new PriceVerifier();
        tradeVerifier = new TradeVerifier();
        dataPacking = new DataPacking();
        usd = new TestToken("Dollar", "USDT6", 6);
        eth = new TestToken("Ether", "WETH", 18);
        // They know each other: the vault comes next.
        exit = new Exit(
            IVault(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 3)), REGISTRATION_PERIOD
        );
        requests =
            new Requests(IVault(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 2)), insurance);
        disputes = new Disputes(
            Vault(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1)),
            operator,
            insurance,
            address(usd),
            BOND,
            verifiers()
        );
        vault = new Vault(
            governor, operator, verifiers(), disputes, WINDOW, exit, requests, FREEZE_AFTER, FORCE_AFTER, dataPacking
        );
        setUpReference(block.chainid, address(vault));
        underlyings = abi.encodePacked(uint8(1), underlying(1, int64(3000 * ONE), int64(ONE), 2277));
        setMark(ETH, int64(3000 * ONE));
        setMark(PERP, int64(3000 * ONE));
        setMark(CALL, int64(120 * ONE));
        _makeFeeders();
    }

    function verifiers() internal view returns (IStepRerun.Verifiers memory) {
        return IStepRerun.Verifiers(queueVerifier, forcedVerifier, accountVerifier, priceVerifier, tradeVerifier);
    }

    function _makeFeeders() private {
        for (uint256 i = 1; feederKeys.length < 3; ++i) {
            uint256 key = uint256(keccak256(abi.encode("feeder", i)));
            if (feeders.length == 0 || vm.addr(key) > feeders[feeders.length - 1]) {
                feeders.push(vm.addr(key));
                feederKeys.push(key);
            }
        }
        threshold = 2;
    }

    // ------------------------------------------------------------------------ on the vault and in the ledger alike

    function listAsset(uint64 asset, string memory name, address token, uint8 decimals) internal {
        vm.prank(governor);
        vault.list(asset, name, token, decimals);
        applyListing(asset, name);
    }

    function setFeeders() internal {
        bytes memory content = abi.encodePacked(threshold, uint8(feeders.length));
        for (uint256 i = 0; i < feeders.length; ++i) {
            content = abi.encodePacked(content, feeders[i]);
        }
        vm.prank(governor);
        requests.setParameters(2, content);
        applyParameters(2, content);
    }

    /// @dev The published values; ether counts as docs/margin.md says.
    function marginParameters() internal pure returns (bytes memory) {
        bytes memory rates = abi.encodePacked(
            int64(10_000_000),
            int64(6_500_000),
            int64(15_000_000),
            int64(13_000_000),
            int64(9_000_000),
            int64(9_000_000)
        );
        return abi.encodePacked(
            uint8(1),
            rates,
            int64(105_000_000),
            int64(120_000_000),
            int64(110_000_000),
            int64(55_000_000),
            int64(99_000_000),
            int64(200_000_000),
            abi.encodePacked(uint8(1), uint16(1), int64(80_000_000), int64(93_750_000))
        );
    }

    /// @dev One underlying with one expiry, whose forward is its spot.
    function underlying(uint16 number, int64 spot, int64 confidence, uint16 expiry)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(
            number, spot, confidence, int64(0), spot, uint8(1), abi.encodePacked(expiry, spot, new bytes(40))
        );
    }

    /// @dev Puts another underlying into the next price.
    function addUnderlying(uint16 number, int64 spot) internal {
        underlyings = bytes.concat(underlyings, underlying(number, spot, int64(ONE), 2277));
        underlyings[0] = bytes1(uint8(underlyings[0]) + 1);
    }

    /// @dev An option on ether; the strikes rise with the number and none is another's.
    function option(uint64 number) internal pure returns (uint64) {
        return uint64(1) << 52 | uint64(2277) << 36 | uint64(3) << 32 | (1_000_001 + 2 * number) << 4 | 5;
    }

    function setMargin() internal {
        bytes memory content = marginParameters();
        vm.prank(governor);
        requests.setParameters(1, content);
        applyParameters(1, content);
    }

    function fund(address owner, uint32 account, uint64 asset, uint64 units) internal {
        TestToken token = asset == USD ? usd : eth;
        uint256 tokens = asset == USD ? units / 100 : uint256(units) * 1e10;
        token.mint(owner, tokens);
        vm.startPrank(owner);
        token.approve(address(vault), tokens);
        vault.deposit(asset, tokens, account);
        vm.stopPrank();
        applyDeposit(owner, account, asset, units, owner);
    }

    function registerKey(address owner, uint32 account, address key, uint8 scope, uint64 expiry) internal {
        vm.prank(owner);
        requests.registerKey(account, key, scope, expiry);
        applyRegisterKey(owner, account, key, scope, expiry);
    }

    /// @dev What an owner forces, on the vault's queue and in the ledger.
    function force(Forced memory f) internal returns (bytes memory record, bytes memory witness) {
        vm.prank(f.owner);
        if (f.kind == 6) requests.forceWithdraw(f.account, f.asset, f.amount, f.to);
        else if (f.kind == 7) requests.forceReduce(f.account, f.asset, f.amount);
        else requests.forceCancel(f.account, f.cancelKind, f.nonce);
        return applyForced(f);
    }

    function forcedWithdrawal(address owner, uint64 asset, uint64 amount) internal pure returns (Forced memory f) {
        (f.kind, f.owner, f.asset, f.amount, f.to) = (6, owner, asset, amount, owner);
    }

    function forcedReduction(address owner, uint64 asset, uint64 quantity) internal view returns (Forced memory f) {
        (f.kind, f.owner, f.asset, f.amount, f.to) = (7, owner, asset, quantity, insurance);
    }

    function forcedCancel(address owner, uint8 kind, uint64 nonce) internal pure returns (Forced memory f) {
        (f.kind, f.owner, f.cancelKind, f.nonce) = (8, owner, kind, nonce);
    }

    /// @dev Every kind of what an owner forces, each done once and once not allowed; then a mode and a heartbeat.
    function forcedBatch() internal returns (Batch memory) {
        fund(insurance, 0, USD, 100_000 * ONE);
        applyTrade(bidFor(1, one(buy(bob, BOB_KEY, CALL, int64(4 * ONE), int64(400 * ONE), 0))));
        force(forcedReduction(bob, CALL, ONE));
        force(forcedReduction(bob, PERP, ONE));
        force(forcedWithdrawal(alice, USD, 50 * ONE));
        force(forcedWithdrawal(alice, ETH, ONE));
        force(forcedCancel(alice, 0, 7));
        force(forcedCancel(alice, 0, 7));
        applySetMode(SetMode(bob, 0, 1, T0 + 100, 1, SESSION_KEY));
        applyHeartbeat(Heartbeat(alice, 0, T0 + 500, T0 + 100, 8, ALICE_KEY));
        return closeBatch();
    }

    /// @dev Listings, parameters, keys and deposits: the steps of a first batch.
    function openMarket() internal {
        listAsset(USD, "USD", address(usd), 6);
        listAsset(ETH, "ETH", address(eth), 18);
        setMargin();
        setFeeders();
        fund(alice, 0, USD, 10_000 * ONE);
        fund(bob, 0, USD, 20_000 * ONE);
        fund(solver, 3, USD, 1_000_000 * ONE);
        fund(solver, 3, ETH, 100 * ONE);
        listAsset(PERP, "ETH-PERP", address(0), 0);
        listAsset(CALL, "ETH-27MAR26-3200-C", address(0), 0);
        registerKey(bob, 0, session, 15, T0 + 1 days);
    }

    function settle(Batch memory batch) internal {
        settleAs(relayer, 0, batch);
    }

    function settleAs(address who, uint32 account, Batch memory batch) internal {
        vm.prank(who);
        vault.settle(batch.header, batch.data, batch.witness, account);
    }

    /// @param assets Those of the trades' legs, ascending
    function packedOf(Batch memory batch, uint64[] memory assets) internal view returns (bytes memory) {
        bytes32[] memory hashes = new bytes32[](assets.length);
        for (uint256 i = 0; i < assets.length; ++i) {
            hashes[i] = keccak256(bytes(nameOf[assets[i]]));
        }
        return Packing.pack(batch.records, batch.rootsAfter, Packing.Names(assets, hashes));
    }

    /// @dev A settled market with a price: what most tests start from.
    function settledMarket() internal {
        openMarket();
        settle(closeBatch());
        applyPrice(T0);
    }

    // ----------------------------------------------------------------------------------------------- tickets to change

    /// @dev Alice buys `units` of one asset, at most for `pays` dollars, whole or not at all.
    function buy(address owner, uint256 key, uint64 asset, int64 units, int64 pays, uint64 nonce)
        internal
        pure
        returns (Intent memory i)
    {
        i.owner = owner;
        i.assets = new uint64[](1);
        i.quantities = new int64[](1);
        i.assets[0] = asset;
        i.quantities[0] = units;
        i.cash = -pays;
        i.maxFee = ONE;
        i.parts = 1;
        i.minParts = 1;
        i.validFrom = T0 - 100;
        i.validUntil = T0 + 1000;
        i.nonce = nonce;
        i.signer = key;
    }

    /// @dev A bid of the solver that fills intents whole, at their limits, for half their fees.
    function bidFor(uint64 auction, Intent[] memory intents) internal view returns (Trade memory t) {
        t.solver = solver;
        t.account = 3;
        t.auction = auction;
        t.pays = ONE / 4;
        t.path = keccak256("path");
        t.validUntil = T0 + 60;
        t.salt = keccak256(abi.encode("salt", auction));
        t.intents = intents;
        t.fills = new Fill[](intents.length);
        for (uint256 i = 0; i < intents.length; ++i) {
            t.fills[i] = Fill(intents[i].parts, intents[i].cash, intents[i].maxFee / 2);
        }
        t.signer = SOLVER_KEY;
    }

    function one(Intent memory intent) internal pure returns (Intent[] memory intents) {
        intents = new Intent[](1);
        intents[0] = intent;
    }

    function two(Intent memory first, Intent memory second) internal pure returns (Intent[] memory intents) {
        intents = new Intent[](2);
        intents[0] = first;
        intents[1] = second;
    }

    function withdrawal(address owner, uint256 key, uint64 asset, uint64 amount, uint64 nonce)
        internal
        pure
        returns (Withdraw memory)
    {
        return Withdraw(owner, 0, asset, amount, owner, T0 + 100, nonce, key);
    }

    // ------------------------------------------------------------------------------------------------ single verifiers

    /// @dev Runs one step on the present state of the reference ledger, which must not have applied it yet.
    function rerun(IVerifier verifier, bytes memory record, bytes memory witness)
        internal
        view
        returns (bytes memory globalAfter, bytes32 rootAfter, uint256 used, bool priced)
    {
        return verifier.rerun(domain, globalRecord(), Tree.root(accountsTree), pricing(), record, witness);
    }

    function revertOf(IVerifier verifier, bytes memory record, bytes memory witness)
        internal
        view
        returns (bytes memory reason)
    {
        (bool success, bytes memory returned) = address(verifier)
            .staticcall(
                abi.encodeCall(
                    IVerifier.rerun, (domain, globalRecord(), Tree.root(accountsTree), pricing(), record, witness)
                )
            );
        require(!success, "the step applied");
        return returned;
    }

    function assertRefused(IVerifier verifier, bytes memory record, bytes memory witness, uint16 code, uint256 item)
        internal
        view
    {
        bytes memory reason = revertOf(verifier, record, witness);
        assertEq(bytes4(reason), IRefusals.Refused.selector, vm.toString(reason));
        (uint16 gotCode, uint256 gotItem,,) = abi.decode(tail(reason), (uint16, uint256, int256, int256));
        assertEq(gotCode, code, "code");
        assertEq(gotItem, item, "item");
    }

    function assertReverts(IVerifier verifier, bytes memory record, bytes memory witness, bytes4 selector)
        internal
        view
    {
        bytes memory reason = revertOf(verifier, record, witness);
        assertEq(bytes4(reason), selector, vm.toString(reason));
    }

    function tail(bytes memory reason) internal pure returns (bytes memory rest) {
        rest = new bytes(reason.length - 4);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = reason[i + 4];
        }
    }

    function slice(bytes memory data, uint256 from, uint256 to) internal pure returns (bytes memory part) {
        part = new bytes(to - from);
        for (uint256 i = 0; i < part.length; ++i) {
            part[i] = data[from + i];
        }
    }

    /// @dev The data with some bytes written over.
    function patched(bytes memory data, uint256 where, bytes memory replacement)
        internal
        pure
        returns (bytes memory copy)
    {
        copy = bytes.concat(data);
        for (uint256 i = 0; i < replacement.length; ++i) {
            copy[where + i] = replacement[i];
        }
    }

    /// @dev Everything a batch can hold: a price; a trade of two owners, one of them by a session key and in part; a
    ///      withdrawal; a cancel; a deposit; a listing.
    function fullBatch() internal returns (Batch memory) {
        Intent memory first = buy(alice, ALICE_KEY, ETH, int64(ONE), int64(3100 * ONE), 0);
        Intent memory second = buy(bob, SESSION_KEY, CALL, int64(4 * ONE), int64(400 * ONE), 5);
        second.parts = 4;
        Trade memory trade = bidFor(1, two(first, second));
        trade.fills[1] = Fill(1, -int64(100 * ONE), ONE / 4);
        applyTrade(trade);
        applyWithdraw(withdrawal(alice, ALICE_KEY, USD, 1000 * ONE, 1));
        applyCancel(Cancel(bob, 0, 0, 5, T0 + 100, BOB_KEY));
        fund(alice, 1, ETH, 2 * ONE);
        listAsset(uint64(2) << 52 | uint64(1) << 32, "BTC", address(0), 8);
        return closeBatch();
    }
}
