// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IExit} from "../../src/interfaces/IExit.sol";
import {Scenario} from "./Scenario.sol";
import {Tree} from "./Tree.sol";

/// @dev A market that stops. Deposits are real and settled; what was traded after them is written into the reference ledger
///      and its root into the vault, so that an account can stand anywhere that trades and prices can bring it to. The
///      rule of docs/exit.md is here once more, from that page alone.
abstract contract ExitScenario is Scenario {
    using Tree for Tree.Data;

    struct Bundle {
        int64 spot;
        int64 perpMark;
        int64 callMark;
    }

    uint64 internal constant OTHER = uint64(9) << 52 | uint64(1) << 32;
    uint64 internal constant BTC = uint64(2) << 52 | uint64(1) << 32;
    bytes32 internal constant MARKS = keccak256("marks root");

    bytes internal content;
    /// @dev Bytes of the entries that no batch consumes.
    bytes[] internal waiting;

    // ------------------------------------------------------------------------------------------------------- the market

    /// @dev Both have what changes hands of it in their accounts, as after a trade.
    function moves(uint32 from, uint32 to, uint64 asset, int64 quantity, int64 cash) internal {
        addPosition(to, asset, quantity);
        addPosition(from, asset, -quantity);
        accountAt[to].cash -= cash;
        accountAt[from].cash += cash;
        syncLeaf(from);
        syncLeaf(to);
    }

    function intoInsurance(uint32 from, int64 cash) internal {
        accountAt[from].cash -= cash;
        g.insurance += cash;
        syncLeaf(from);
    }

    /// @dev Ether with two expiries, behind an underlying without any that stands at 50 dollars; the perp and one option.
    function contentOf(Bundle memory b) internal pure returns (bytes memory) {
        bytes memory expiry = abi.encodePacked(int64(1), int64(2), int64(3), int64(4), int64(5), int64(6));
        bytes memory other = abi.encodePacked(
            uint16(9), int64(int256(uint256(50 * ONE))), int64(int256(uint256(ONE))), int64(0), int64(8), uint8(0)
        );
        bytes memory ether_ = abi.encodePacked(uint16(1), b.spot, int64(int256(uint256(ONE))), int64(0), b.perpMark);
        ether_ = abi.encodePacked(ether_, uint8(2), uint16(2277), expiry, uint16(2400), expiry);
        return abi.encodePacked(
            int64(int256(uint256(ONE))),
            uint8(2),
            other,
            ether_,
            uint16(3),
            ETH,
            b.spot,
            PERP,
            b.perpMark,
            CALL,
            b.callMark
        );
    }

    function priceIs(bytes memory content_) internal {
        content = content_;
        g.time = T0;
        g.priceSequence = 7;
        g.priceHash = priceDigest(T0, 7, MARKS, content_);
    }

    /// @dev Makes the reference's state the vault's last final one.
    function becomesFinal() internal {
        bytes32 root = vault.state().verifiedRoot;
        for (uint256 slot = 0; slot < 32; ++slot) {
            if (vm.load(address(vault), bytes32(slot)) == root) {
                vm.store(address(vault), bytes32(slot), stateRoot());
                return;
            }
        }
        revert("no slot holds the root");
    }

    /// @dev Steps that follow stand on what became final.
    function goesOn() internal {
        parentRoot = stateRoot();
        startWitness = abi.encodePacked(accountsRoot(), globalRecord());
    }

    /// @dev A deposit that the log will not take.
    function leaves(address owner, uint64 asset, uint64 units) internal {
        uint64 index = vault.state().queueLength;
        uint256 tokens = asset == USD ? units / 100 : uint256(units) * 1e10;
        (asset == USD ? usd : eth).mint(owner, tokens);
        vm.startPrank(owner);
        (asset == USD ? usd : eth).approve(address(vault), tokens);
        vault.deposit(asset, tokens, 9);
        vm.stopPrank();
        waiting.push(
            abi.encodePacked(
                uint8(1), uint8(1), index, vault.accountIndex(owner, 9), owner, uint32(9), asset, units, owner
            )
        );
    }

    function freezes() internal {
        leaves(alice, USD, 100);
        vm.warp(block.timestamp + FREEZE_AFTER + 1);
        vault.freeze();
    }

    function refundAll() internal {
        exit.refund(waiting);
    }

    function closes() internal {
        vm.warp(vault.frozenAt() + REGISTRATION_PERIOD);
        refundAll();
        exit.close();
    }

    // --------------------------------------------------------------------------------------------------- the witnesses

    function opening() internal view returns (IExit.Opening memory) {
        return IExit.Opening(accountsTree.root(), globalRecord(), g.priceHash == 0 ? bytes32(0) : MARKS, content);
    }

    function leafAt(uint32 index) internal view returns (IExit.Leaf memory) {
        (uint32 bitmap, bytes memory packed) = accountsTree.proof(index);
        bytes32[] memory siblings = new bytes32[](packed.length / 32);
        for (uint256 i = 0; i < siblings.length; ++i) {
            siblings[i] = bytes32(slice(packed, 32 * i, 32 * i + 32));
        }
        return IExit.Leaf(index, leafOf(index), bitmap, siblings);
    }

    function register(uint32 index) internal {
        exit.register(opening(), leafAt(index));
    }

    function registerEveryone() internal {
        IExit.Leaf[] memory leaves_ = new IExit.Leaf[](accountCount);
        for (uint32 i = 0; i < accountCount; ++i) {
            leaves_[i] = leafAt(i + 1);
        }
        exit.registerAll(opening(), leaves_);
    }

    // -------------------------------------------------------------------------------------------------- the rule again

    function floorDiv(int256 a, int256 b) internal pure returns (int256 q) {
        q = a / b;
        if (a % b < 0) --q;
    }

    /// @dev value(account) at a bundle.
    function valueOf(uint32 index, Bundle memory b) internal view returns (int256 value) {
        value = accountAt[index].cash;
        value += floorDiv(int256(quantityOf(index, PERP)) * b.perpMark, 1e8);
        value += floorDiv(int256(quantityOf(index, CALL)) * b.callMark, 1e8);
    }

    /// @dev What an account that has ether only forfeits of it, and how much of that is the bounty.
    function forfeitOf(uint32 index, Bundle memory b) internal view returns (uint256 units, uint256 bounty) {
        int256 value = valueOf(index, b);
        if (value >= 0 || b.spot <= 0) return (0, 0);
        int256 enough = -floorDiv(value * 1e8, b.spot);
        units = uint64(quantityOf(index, ETH));
        if (uint256(enough) < units) units = uint256(enough);
        bounty = units / 100;
    }
}
