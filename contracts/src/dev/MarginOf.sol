// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountLeaf} from "../libraries/AccountLeaf.sol";
import {Pricing} from "../libraries/Pricing.sol";
import {StandardMargin} from "../libraries/StandardMargin.sol";

/// @title The standard margin alone, for tests that compare it with the ledger's
contract MarginOf {
    /// @notice The margin of an account as the verifiers compute it, or the revert that they refuse the step with.
    /// @param domainSeparator The EIP-712 domain under which the price was signed
    /// @param globalRecord    The record whose price and parameters the pricing has to prove
    /// @param pricing         The pricing as a witness has it
    /// @param leaf            The account's leaf
    function marginOf(bytes32 domainSeparator, bytes calldata globalRecord, bytes calldata pricing, bytes calldata leaf)
        external
        pure
        returns (StandardMargin.Margin memory)
    {
        AccountLeaf.Account memory account;
        uint256 ptr;
        assembly ("memory-safe") {
            ptr := leaf.offset
        }
        AccountLeaf.decode(account, ptr, leaf.length, 0);
        return StandardMargin.evaluate(account, Pricing.context(domainSeparator, globalRecord, pricing), 0);
    }
}
