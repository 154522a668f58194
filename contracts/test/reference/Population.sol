// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Scenario} from "./Scenario.sol";
import {Tree} from "./Tree.sol";

/// @dev A market of many accounts, and batches of owners at random among them against its one solver. Each owner has dollars,
///      ether and a short call, and buys a perpetual.
abstract contract Population is Scenario {
    using Tree for Tree.Data;

    uint256 internal constant FILLS_PER_TRADE = 15;

    /// @dev Accounts for the owners at random indices, strangers at all others. A subtree without an owner is a random node:
    ///      the paths are as long as if all its leaves were there. The vault is told the root by {begin}.
    function populate(uint256 owners, uint256 levels) internal returns (uint256[] memory keys) {
        keys = new uint256[](owners);
        uint32[] memory path = new uint32[](owners + 4);
        for (uint32 i = 0; i < 4; ++i) {
            path[i] = i;
        }
        for (uint256 i = 0; i < owners; ++i) {
            keys[i] = uint256(keccak256(abi.encode("owner", i)));
            uint32 index = uint32(4 + keys[i] % (2 ** levels - 4));
            while (accountAt[index].owner != address(0)) ++index;
            address owner = vm.addr(keys[i]);
            indexOf[owner][0] = index;
            accountAt[index].owner = owner;
            accountAt[index].cash = int64(1000 * ONE);
            addPosition(index, ETH, int256(uint256(2 * ONE)));
            addPosition(index, CALL, -int256(uint256(ONE)));
            accountsTree.nodes[0][index] = keccak256(leafOf(index));
            path[4 + i] = index;
        }
        // The solver sells to all of them.
        accountAt[3].cash += int64(10_000_000 * ONE);
        accountsTree.nodes[0][3] = keccak256(leafOf(3));
        accountCount = uint32(2 ** levels);
        for (uint256 level = 0; level < 32; ++level) {
            for (uint256 i = 0; i < path.length; ++i) {
                uint256 sibling = path[i] ^ 1;
                if (level < levels && accountsTree.nodes[level][sibling] == 0) {
                    accountsTree.nodes[level][sibling] = keccak256(abi.encode("someone", level, sibling));
                }
            }
            for (uint256 i = 0; i < path.length; ++i) {
                path[i] /= 2;
                bytes32 left = accountsTree.nodes[level][2 * uint256(path[i])];
                bytes32 right = accountsTree.nodes[level][2 * uint256(path[i]) + 1];
                accountsTree.nodes[level + 1][path[i]] = keccak256(bytes.concat(left, right));
            }
        }
    }

    /// @dev Sets the vault to the reference's state and begins a batch there, with a price of 32 marks.
    function begin() internal {
        closeBatch();
        markOptions(32);
        sequence = vault.state().verifiedSequence + 1;
        for (uint256 slot = 0; slot < 8; ++slot) {
            if (vm.load(address(vault), bytes32(slot)) == vault.state().verifiedRoot) {
                vm.store(address(vault), bytes32(slot), parentRoot);
            }
        }
        assertEq(vault.state().verifiedRoot, parentRoot);
    }

    /// @dev The assets of the batches' legs.
    function perpOnly() internal pure returns (uint64[] memory assets) {
        assets = new uint64[](1);
        assets[0] = PERP;
    }

    /// @dev Options on ether in the next price, until it has as many marks.
    function markOptions(uint256 upTo) internal {
        for (uint64 i = 0; marks.length < upTo; ++i) {
            setMark(option(i), int64(ONE));
        }
    }

    /// @dev A price, then trades of owners against the solver.
    function batchOf(uint256 fills, uint256 perTrade, uint256 levels) internal returns (Batch memory) {
        uint256[] memory keys = populate(fills, levels);
        begin();
        return batchOf(keys, 0, fills, perTrade);
    }

    function batchOf(uint256[] memory keys, uint256 from, uint256 fills, uint256 perTrade)
        internal
        returns (Batch memory)
    {
        applyPrice(g.time + 1);
        uint64 auction = uint64(1 + from);
        uint256 end = from + fills;
        for (uint256 next = from; next < end;) {
            uint256 n = end - next < perTrade ? end - next : perTrade;
            Intent[] memory intents = new Intent[](n);
            for (uint256 i = 0; i < n; ++i) {
                intents[i] = buy(vm.addr(keys[next]), keys[next], PERP, int64(ONE), int64(30 * ONE), 0);
                ++next;
            }
            applyTrade(bidFor(auction++, intents));
        }
        return closeBatch();
    }
}
