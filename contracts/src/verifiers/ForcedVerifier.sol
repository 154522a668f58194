// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../interfaces/IRefusals.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";
import {AccountLeaf} from "../libraries/AccountLeaf.sol";
import {AssetIds} from "../libraries/AssetIds.sol";
import {Codes} from "../libraries/Codes.sol";
import {Commands} from "../libraries/Commands.sol";
import {GlobalRecord} from "../libraries/GlobalRecord.sol";
import {PriceContent} from "../libraries/PriceContent.sol";
import {Pricing} from "../libraries/Pricing.sol";
import {Reader} from "../libraries/Reader.sol";
import {StandardMargin} from "../libraries/StandardMargin.sol";
import {Witness} from "../libraries/Witness.sol";

/// @title Runs again what an owner forces through the contract's queue: a withdrawal, a reduction, a cancel
/// @dev The queue must not stand still, so an entry that is not allowed is a step that does nothing else. What it does is
///      tried in a call of its own: a refusal of that call is the answer, anything else that goes wrong there (a witness that
///      does not prove, gas that ran out) is not.
contract ForcedVerifier is IVerifier {
    using AccountLeaf for AccountLeaf.Account;
    using GlobalRecord for bytes;
    using Pricing for Pricing.Context;
    using Reader for Reader.Cursor;
    using StandardMargin for AccountLeaf.Account;

    /// @dev u8 version | u8 kind | u64 queueIndex | u32 accountIndex | addr owner | u32 account
    uint256 private constant HEAD_SIZE = 38;
    uint256 private constant WITHDRAW_SIZE = 36;
    uint256 private constant REDUCE_SIZE = 44;
    uint256 private constant CANCEL_SIZE = 9;

    uint256 private constant ONE = 1e8;
    /// @dev What a forced reduction costs: of the mark, and at least of the underlying's spot.
    uint256 private constant OF_MARK = 2_000_000;
    uint256 private constant OF_SPOT = 500_000;

    /// @dev An entry with its accounts, ascending by index.
    struct Entry {
        uint256 kind;
        // Position of what follows the head, in calldata.
        uint256 bodyAt;
        AccountLeaf.Account[] accounts;
        Witness.Place[] places;
        // Which of the accounts is the owner's.
        uint256 own;
        uint256 used;
    }

    /// @inheritdoc IVerifier
    function rerun(
        bytes32,
        bytes calldata globalRecord,
        bytes32 accountsRoot,
        bytes calldata,
        bytes calldata step,
        bytes calldata witness
    ) external view returns (bytes memory globalAfter, bytes32 rootAfter, uint256 witnessUsed, bool priced) {
        Entry memory entry = _read(globalRecord, step, witness);
        witnessUsed = entry.used;
        priced = entry.kind != Commands.FORCED_CANCEL && entry.accounts[entry.own].positions.length != 0;
        // The same arguments, so the call data are the same but for the selector.
        (bool isAllowed, bytes memory answer) =
            address(this).staticcall(bytes.concat(this.effect.selector, msg.data[4:]));
        if (isAllowed) {
            (globalAfter, rootAfter) = abi.decode(answer, (bytes, bytes32));
        } else {
            if (bytes4(answer) != Refused.selector) {
                assembly ("memory-safe") {
                    revert(add(answer, 0x20), mload(answer))
                }
            }
            globalAfter = globalRecord;
            rootAfter = _replace(entry, accountsRoot, false);
        }
        globalAfter.advanceQueue(step);
    }

    /// @notice What the entry does besides advancing the queue, or why it is not allowed.
    function effect(
        bytes32 domainSeparator,
        bytes calldata globalRecord,
        bytes32 accountsRoot,
        bytes calldata pricing,
        bytes calldata step,
        bytes calldata witness
    ) external pure returns (bytes memory globalAfter, bytes32 rootAfter) {
        Entry memory entry = _read(globalRecord, step, witness);
        globalAfter = globalRecord;
        Pricing.Context memory context = Pricing.context(domainSeparator, globalAfter, pricing);
        AccountLeaf.Account memory own = entry.accounts[entry.own];
        if (entry.kind == Commands.FORCED_WITHDRAW) {
            _withdraw(globalAfter, own, entry.bodyAt);
        } else if (entry.kind == Commands.FORCED_REDUCE) {
            _reduce(context, own, entry.accounts[1 - entry.own], entry.bodyAt);
        } else {
            uint256 kind = Reader.u8At(entry.bodyAt);
            if (kind > AccountLeaf.CANCEL_ALL) {
                revert Refused(Codes.BAD_FIELD, 0, int256(kind), int256(AccountLeaf.CANCEL_ALL));
            }
            own.cancel(kind, Reader.u64At(entry.bodyAt + 1));
        }
        if (entry.kind != Commands.FORCED_CANCEL) {
            for (uint256 i = 0; i < entry.accounts.length; ++i) {
                entry.accounts[i].requireEnough(context, i);
            }
        }
        rootAfter = _replace(entry, accountsRoot, true);
    }

    /// @dev The form of the record, its place in the queue, and the accounts that it names. What fails here, the contract's
    ///      queue cannot have made.
    function _read(bytes calldata globalRecord, bytes calldata step, bytes calldata witness)
        private
        pure
        returns (Entry memory entry)
    {
        Reader.Cursor memory record = Reader.overRecord(step);
        uint256 ptr = record.take(HEAD_SIZE);
        uint256 kind = Reader.u8At(ptr + 1);
        if (Reader.u8At(ptr) != Commands.VERSION || kind < Commands.FORCED_WITHDRAW || kind > Commands.FORCED_CANCEL) {
            revert Refused(Codes.UNDECODABLE, 0, int256(Reader.u16At(ptr)), 0);
        }
        entry.kind = kind;
        bool isCancel = kind == Commands.FORCED_CANCEL;
        uint256 size = isCancel ? CANCEL_SIZE : kind == Commands.FORCED_REDUCE ? REDUCE_SIZE : WITHDRAW_SIZE;
        uint256 body = record.take(size);
        entry.bodyAt = body;
        record.requireEnd();
        if (!isCancel) {
            Reader.requireSigned64(Reader.u64At(body + 8), 0);
            AssetIds.requireCanonical(Reader.u64At(body), 0);
        }
        bytes memory global = globalRecord;
        global.requireCursor(Reader.u64At(ptr + 2));

        _readAccounts(entry, Reader.overWitness(witness), ptr + 10);
    }

    /// @param headAt Where `u32 accountIndex | addr owner | u32 account` stand in the record
    function _readAccounts(Entry memory entry, Reader.Cursor memory stream, uint256 headAt) private pure {
        uint256 n = 1;
        if (entry.kind == Commands.FORCED_REDUCE) {
            n = 2;
            uint256 index = Reader.u32At(headAt);
            uint256 counter = Reader.u32At(entry.bodyAt + 16);
            if (counter == index) revert Refused(Codes.QUEUE_ORDER, 0, int256(index), int256(counter));
            if (counter < index) entry.own = 1;
        }
        entry.accounts = new AccountLeaf.Account[](n);
        entry.places = new Witness.Place[](n);
        for (uint256 i = 0; i < n; ++i) {
            _readAccount(entry, stream, i, i == entry.own ? headAt : entry.bodyAt + 16);
        }
        entry.used = stream.used();
    }

    function _readAccount(Entry memory entry, Reader.Cursor memory stream, uint256 i, uint256 namedAt) private pure {
        (AccountLeaf.Account memory account, Witness.Place memory place) = Witness.account(stream, i);
        if (place.index != Reader.u32At(namedAt)) revert BadWitness(WitnessPart.Account, i, place.index);
        address owner = Reader.addressAt(namedAt + 4);
        if (!account.isOf(owner, Reader.u32At(namedAt + 24))) {
            revert Refused(
                Codes.NO_ACCOUNT, i, int256(uint256(uint160(account.owner))), int256(uint256(uint160(owner)))
            );
        }
        entry.accounts[i] = account;
        entry.places[i] = place;
    }

    function _replace(Entry memory entry, bytes32 root, bool changed) private pure returns (bytes32) {
        uint256 n = entry.places.length;
        bytes32[] memory leaves = new bytes32[](n);
        for (uint256 i = 0; i < n; ++i) {
            leaves[i] = changed ? entry.accounts[i].hash() : entry.places[i].leaf;
        }
        return Witness.replaceAll(entry.places, leaves, root);
    }

    /// @dev u64 asset | u64 amount | addr to. As much as there is of it, at most the amount.
    function _withdraw(bytes memory global, AccountLeaf.Account memory account, uint256 ptr) private pure {
        uint256 asset = Reader.u64At(ptr);
        int256 amount = int256(Reader.u64At(ptr + 8));
        bool isSpot = AssetIds.kind(asset) == AssetIds.KIND_SPOT;
        int256 balance = asset == AssetIds.CASH ? account.cash : isSpot ? account.quantity(asset) : int256(0);
        if (balance < amount) amount = balance;
        if (amount <= 0) revert Refused(Codes.INSUFFICIENT_BALANCE, 0, balance, 1);
        if (asset == AssetIds.CASH) account.addCash(-amount);
        else account.add(asset, -amount);
        global.addWithdrawal(asset, Reader.addressAt(ptr + 16), uint256(amount));
    }

    /// @dev u64 asset | u64 quantity | u32 counterIndex | addr counterOwner | u32 counterAccount. The counterparty takes over as much
    ///      of a perp or an option as is asked for, at most what is held, at the mark less (for a short: plus) what it costs.
    function _reduce(
        Pricing.Context memory pricing,
        AccountLeaf.Account memory account,
        AccountLeaf.Account memory counter,
        uint256 ptr
    ) private pure {
        uint256 asset = Reader.u64At(ptr);
        uint256 size = Reader.u64At(ptr + 8);
        int256 held = AssetIds.kind(asset) == AssetIds.KIND_SPOT ? int256(0) : account.quantity(asset);
        uint256 most = uint256(held < 0 ? -held : held);
        if (size > most) size = most;
        if (size == 0) revert Refused(Codes.INSUFFICIENT_BALANCE, 0, held, 1);

        int256 cash = _worth(pricing, asset, size, held < 0);
        int256 quantity = held < 0 ? int256(size) : -int256(size);
        bool fits = account.add(asset, quantity) && counter.add(asset, -quantity) && account.addCash(cash)
            && counter.addCash(-cash);
        if (!fits) revert Refused(Codes.OVERFLOW, 0, cash, type(int64).max);
        counter.requireAllowed(1);
    }

    /// @dev What the owner gets for a long, or pays for a short (negative).
    function _worth(Pricing.Context memory pricing, uint256 asset, uint256 size, bool isShort)
        private
        pure
        returns (int256)
    {
        (uint256 mark, uint256 spot) = _prices(pricing, asset);
        uint256 cost = (mark * OF_MARK + ONE - 1) / ONE;
        uint256 least = (spot * OF_SPOT + ONE - 1) / ONE;
        if (cost < least) cost = least;
        if (isShort) return -int256((size * (mark + cost) + ONE - 1) / ONE);
        return mark > cost ? int256(size * (mark - cost) / ONE) : int256(0);
    }

    /// @dev Of a perp the underlying has the mark.
    function _prices(Pricing.Context memory pricing, uint256 asset) private pure returns (uint256 mark, uint256 spot) {
        pricing.prove(0);
        uint256 priced = PriceContent.underlyingAt(pricing.content, asset >> 52);
        if (priced == 0) revert Refused(Codes.NO_PRICE, 0, int256(asset >> 52), 0);
        spot = Reader.u64At(priced + PriceContent.SPOT);
        if (AssetIds.kind(asset) == AssetIds.KIND_PERP) return (Reader.u64At(priced + PriceContent.PERP_MARK), spot);
        bool found;
        (mark, found) = PriceContent.mark(pricing.marks, pricing.markCount, asset);
        if (!found) revert Refused(Codes.NO_PRICE, 0, int256(asset), 0);
    }
}
