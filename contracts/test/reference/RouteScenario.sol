// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Routes} from "../../src/Routes.sol";
import {ConstantProductAdapter, IPairs} from "../../src/adapters/ConstantProductAdapter.sol";
import {TestToken} from "../../src/dev/TestToken.sol";
import {IRoutes} from "../../src/interfaces/IRoutes.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {IVenueAdapter} from "../../src/interfaces/IVenueAdapter.sol";
import {Scenario} from "./Scenario.sol";

interface IUniswapFactory is IPairs {
    function createPair(address one, address other) external returns (address);
}

interface IUniswapPair {
    function mint(address to) external returns (uint256);
    function getReserves() external view returns (uint112, uint112, uint32);
}

/// @dev An adapter that does what a test tells it, good or bad.
contract OddAdapter is IVenueAdapter {
    enum Way {
        GIVES,
        FAILS,
        FAILS_AT_LENGTH,
        ANSWERS_AT_LENGTH,
        BURNS_GAS,
        CALLS,
        WANTS_GAS
    }

    Way public way;
    uint256 public gives;
    address[] public targets;
    bytes[] public calls;
    bool public anyCallWentThrough;
    bytes public lastAnswer;

    error Closed(uint256 amount);

    function setWay(Way way_, uint256 gives_) external {
        way = way_;
        gives = gives_;
    }

    function setCall(address target, bytes calldata data) external {
        targets.push(target);
        calls.push(data);
    }

    function swap(address, uint256 amount, address output, uint256, address to) external {
        if (way == Way.FAILS) revert Closed(amount);
        // As one that is careful itself: it gives up early, and leaves what it was given.
        if (way == Way.WANTS_GAS && gasleft() < 500_000) revert Closed(amount);
        if (way == Way.FAILS_AT_LENGTH) {
            assembly ("memory-safe") {
                revert(0x1000, 100000)
            }
        }
        if (way == Way.BURNS_GAS) {
            while (true) {}
        }
        for (uint256 i = 0; i < targets.length; ++i) {
            (bool through, bytes memory answer) = targets[i].call(calls[i]);
            if (through) anyCallWentThrough = true;
            lastAnswer = answer;
        }
        if (gives != 0) TestToken(output).transfer(to, gives);
        if (way == Way.ANSWERS_AT_LENGTH) {
            assembly ("memory-safe") {
                return(0x1000, 100000)
            }
        }
    }
}

/// @dev A market whose solver lays off through routes: with a real Uniswap V2 pool, and with an adapter that misbehaves.
abstract contract RouteScenario is Scenario {
    Routes internal routes;
    ConstantProductAdapter internal pools;
    OddAdapter internal odd;
    IUniswapPair internal pair;

    /// @dev A route as a test writes it down; `owner` is the solver unless it says otherwise.
    struct Plan {
        address owner;
        uint32 account;
        uint64 auction;
        uint8 index;
        address adapter;
        uint64 input;
        uint64 amount;
        uint64 output;
        uint64 minimum;
        uint64 validUntil;
    }

    function setUp() public virtual override {
        super.setUp();
        routes = new Routes(vault, governor);
        IUniswapFactory factory = IUniswapFactory(_create("UniswapV2Factory", abi.encode(address(this))));
        pair = IUniswapPair(factory.createPair(address(usd), address(eth)));
        usd.mint(address(pair), 3_000_000e6);
        eth.mint(address(pair), 1_000 ether);
        pair.mint(address(this));
        pools = new ConstantProductAdapter(factory);
        odd = new OddAdapter();
        vm.startPrank(governor);
        routes.setAdapter(address(pools), true);
        routes.setAdapter(address(odd), true);
        vm.stopPrank();
    }

    function _create(string memory name, bytes memory arguments) private returns (address made) {
        string memory json = vm.readFile(string.concat("node_modules/@uniswap/v2-core/build/", name, ".json"));
        bytes memory code = vm.parseBytes(string.concat("0x", vm.parseJsonString(json, ".bytecode")));
        code = bytes.concat(code, arguments);
        assembly ("memory-safe") {
            made := create(0, add(code, 0x20), mload(code))
        }
        require(made != address(0), "not created");
    }

    /// @dev The solver's account sells dollars for ether.
    function plan(address adapter, uint64 dollars, uint64 minimum) internal view returns (Plan memory p) {
        p.owner = solver;
        p.account = 3;
        p.auction = 1;
        p.adapter = adapter;
        p.input = USD;
        p.amount = dollars;
        p.output = ETH;
        p.minimum = minimum;
        p.validUntil = T0 + 60;
    }

    function encoded(Plan memory p) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(uint8(1), p.owner, p.account, p.auction, p.index, p.adapter),
            abi.encodePacked(p.input, p.amount, p.output, p.minimum, p.validUntil)
        );
    }

    function idOf(Plan memory p) internal pure returns (bytes32) {
        return keccak256(encoded(p));
    }

    function escrowOf(Plan memory p) internal view returns (address) {
        return routes.escrowOf(idOf(p));
    }

    function listOf(Plan memory p) internal pure returns (bytes[] memory list) {
        list = new bytes[](1);
        list[0] = encoded(p);
    }

    function none() internal pure returns (IVault.Withdrawal[] memory) {
        return new IVault.Withdrawal[](0);
    }

    /// @dev The signed withdrawal that is the signature under a route.
    function withdrawFor(Plan memory p, uint64 nonce) internal {
        Withdraw memory w = withdrawal(p.owner, SOLVER_KEY, p.input, p.amount, nonce);
        w.account = p.account;
        w.to = escrowOf(p);
        applyWithdraw(w);
    }

    /// @dev Withdrawals of batches that are settled and not paid.
    function unpaidList() internal returns (IVault.Withdrawal[] memory list) {
        list = new IVault.Withdrawal[](paidInBatch.length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = IVault.Withdrawal(paidInBatch[i].asset, paidInBatch[i].to, paidInBatch[i].amount);
        }
        delete paidInBatch;
    }

    /// @dev What a run is measured by: what it queued for the account, in units, and of which asset.
    function queuedBy(function() internal what, Plan memory p) internal returns (uint64 asset, uint64 units) {
        uint64 dollars = vault.listing(USD).claims;
        uint64 ether_ = vault.listing(ETH).claims;
        uint64 length = vault.state().queueLength;
        what();
        if (vault.state().queueLength == length) return (0, 0);
        assertEq(vault.state().queueLength, length + 1, "one entry");
        (asset, units) = vault.listing(ETH).claims != ether_
            ? (ETH, vault.listing(ETH).claims - ether_)
            : (USD, vault.listing(USD).claims - dollars);
        applyDeposit(p.owner, p.account, asset, units, escrowOf(p));
        assertEq(vault.queueHashAt(length + 1), g.queueHash, "the entry is the account's deposit");
    }
}
