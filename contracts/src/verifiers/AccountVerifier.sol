// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVerifier} from "../interfaces/IVerifier.sol";
import {AccountLeaf} from "../libraries/AccountLeaf.sol";
import {AssetIds} from "../libraries/AssetIds.sol";
import {Codes} from "../libraries/Codes.sol";
import {Commands} from "../libraries/Commands.sol";
import {Eip712} from "../libraries/Eip712.sol";
import {GlobalRecord} from "../libraries/GlobalRecord.sol";
import {Nonces} from "../libraries/Nonces.sol";
import {Pricing} from "../libraries/Pricing.sol";
import {Reader} from "../libraries/Reader.sol";
import {StandardMargin} from "../libraries/StandardMargin.sol";
import {Witness} from "../libraries/Witness.sol";

/// @title Runs what an owner does with its own account again: withdraw and cancel
contract AccountVerifier is IVerifier {
    using AccountLeaf for AccountLeaf.Account;
    using GlobalRecord for bytes;
    using Reader for Reader.Cursor;
    using StandardMargin for AccountLeaf.Account;

    uint256 private constant CANCEL_ONE = 0;
    uint256 private constant CANCEL_BELOW = 1;
    uint256 private constant CANCEL_ALL = 2;

    // Sizes of what follows owner and account in the records.
    uint256 private constant WITHDRAW_SIZE = 52;
    uint256 private constant CANCEL_SIZE = 17;
    uint256 private constant SIGNATURE_SIZE = 65;

    /// @dev What both commands carry, gathered so that it travels as one value.
    struct Command {
        bytes32 domain;
        address owner;
        uint256 account;
        uint256 validUntil;
        uint256 nonce;
        uint256 bodyAt;
        uint256 signature;
        uint256 time;
        bytes32 keysRoot;
    }

    /// @inheritdoc IVerifier
    function rerun(
        bytes32 domainSeparator,
        bytes calldata globalRecord,
        bytes32 accountsRoot,
        bytes calldata pricing,
        bytes calldata step,
        bytes calldata witness
    ) external pure returns (bytes memory globalAfter, bytes32 rootAfter, uint256 witnessUsed, bool priced) {
        globalAfter = globalRecord;
        Pricing.Context memory context = Pricing.context(domainSeparator, globalAfter, pricing);
        Reader.Cursor memory stream = Reader.overWitness(witness);
        rootAfter = _rerun(context, globalAfter, accountsRoot, Reader.overRecord(step), stream);
        witnessUsed = stream.used();
        priced = context.isProven;
    }

    function _rerun(
        Pricing.Context memory pricing,
        bytes memory global,
        bytes32 accountsRoot,
        Reader.Cursor memory record,
        Reader.Cursor memory stream
    ) private pure returns (bytes32) {
        uint256 ptr = record.take(26);
        uint256 kind = Reader.u8At(ptr + 1);
        if (Reader.u8At(ptr) != Commands.VERSION || (kind != Commands.WITHDRAW && kind != Commands.CANCEL)) {
            revert Refused(Codes.UNDECODABLE, 0, int256(Reader.u16At(ptr)), 0);
        }
        Command memory command;
        command.bodyAt = record.take(kind == Commands.WITHDRAW ? WITHDRAW_SIZE : CANCEL_SIZE);
        command.signature = record.take(SIGNATURE_SIZE);
        record.requireEnd();
        _readBody(command, kind);
        command.domain = pricing.domain;
        command.owner = Reader.addressAt(ptr + 2);
        command.account = Reader.u32At(ptr + 22);
        command.time = global.u64(GlobalRecord.TIME);
        command.keysRoot = global.b32(GlobalRecord.KEYS_ROOT);

        (AccountLeaf.Account memory account, Witness.Place memory place) = Witness.account(stream, 0);
        if (!account.isOf(command.owner, command.account)) {
            revert Refused(
                Codes.NO_ACCOUNT, 0, int256(uint256(uint160(account.owner))), int256(uint256(uint160(command.owner)))
            );
        }
        if (kind == Commands.WITHDRAW) {
            _withdraw(global, account, command, stream);
            account.requireEnough(pricing, 0);
        } else {
            _cancel(account, command, stream);
        }
        return Witness.replace(place, accountsRoot, account.hash(), 0);
    }

    /// @dev What is not decodable is refused before anything of the witness is looked at.
    function _readBody(Command memory command, uint256 kind) private pure {
        uint256 ptr = command.bodyAt;
        if (kind == Commands.WITHDRAW) {
            command.validUntil = Reader.u64At(ptr + 36);
            command.nonce = Reader.u64At(ptr + 44);
            Reader.requireSigned64(Reader.u64At(ptr + 8) | command.validUntil, 0);
            AssetIds.requireCanonical(Reader.u64At(ptr), 0);
        } else {
            command.nonce = Reader.u64At(ptr + 1);
            command.validUntil = Reader.u64At(ptr + 9);
            Reader.requireSigned64(command.validUntil, 0);
        }
    }

    /// @dev u64 asset | u64 amount | addr to | u64 validUntil | u64 nonce | sig
    function _withdraw(
        bytes memory global,
        AccountLeaf.Account memory account,
        Command memory command,
        Reader.Cursor memory stream
    ) private pure {
        uint256 ptr = command.bodyAt;
        Eip712.Withdraw memory signed;
        signed.typeHash = Eip712.WITHDRAW_TYPEHASH;
        signed.owner = command.owner;
        signed.account = command.account;
        signed.amount = Reader.u64At(ptr + 8);
        signed.to = Reader.addressAt(ptr + 16);
        signed.validUntil = command.validUntil;
        signed.nonce = command.nonce;

        uint256 asset = Reader.u64At(ptr);
        uint256 listed;
        (listed, signed.asset) = Witness.listing(stream, global.b32(GlobalRecord.LISTINGS_ROOT), 0);
        if (listed != asset) revert Refused(Codes.NOT_LISTED, 0, int256(asset), int256(listed));
        _authorise(command, Eip712.hashWithdraw(signed), Witness.SCOPE_WITHDRAW, stream);
        _useNonce(account, command.nonce);
        _take(account, asset, signed.amount);
        global.addWithdrawal(asset, signed.to, signed.amount);
    }

    /// @dev Takes what is withdrawn out of the account.
    function _take(AccountLeaf.Account memory account, uint256 asset, uint256 amount) private pure {
        if (amount == 0) revert Refused(Codes.BAD_AMOUNT, 0, 0, 1);
        // A perp or an option cannot be handed out: of those there is nothing to withdraw.
        bool isSpot = AssetIds.kind(asset) == AssetIds.KIND_SPOT;
        int256 balance = asset == AssetIds.CASH ? account.cash : isSpot ? account.quantity(asset) : int256(0);
        if (balance < int256(amount)) {
            revert Refused(Codes.INSUFFICIENT_BALANCE, 0, balance, int256(amount));
        }
        if (asset == AssetIds.CASH) account.addCash(-int256(amount));
        else account.add(asset, -int256(amount));
    }

    /// @dev u8 cancelKind | u64 nonce | u64 validUntil | sig
    function _cancel(AccountLeaf.Account memory account, Command memory command, Reader.Cursor memory stream)
        private
        pure
    {
        uint256 kind = Reader.u8At(command.bodyAt);
        if (kind > CANCEL_ALL) revert Refused(Codes.BAD_FIELD, 0, int256(kind), int256(CANCEL_ALL));
        _authorise(
            command,
            Eip712.hashCancel(command.owner, command.account, kind, command.nonce, command.validUntil),
            Witness.SCOPE_CANCEL,
            stream
        );

        uint256 nonce = command.nonce;
        uint256 lane = Nonces.laneOf(nonce);
        uint256 number = Nonces.numberOf(nonce);
        uint256[4] memory lanes = account.lanes;
        uint256 removed = _removePartials(account, kind, nonce);
        if (kind == CANCEL_ONE) {
            // The nonce of a partial fill is used already; what is cancelled then is the rest of the intent.
            if (removed == 0) _useNonce(account, nonce);
        } else if (kind == CANCEL_BELOW) {
            uint256 base = lanes[lane] >> 64;
            if (number <= base) revert Refused(Codes.NONCE_USED, 0, int256(number), int256(base));
            lanes[lane] = Nonces.cancelBelow(lanes[lane], number);
        } else {
            if (!Nonces.isFree(lanes[lane], number)) {
                revert Refused(Codes.NONCE_USED, 0, int256(number), int256(lanes[lane] >> 64));
            }
            for (uint256 i = 0; i < 4; ++i) {
                lanes[i] = Nonces.cancelWindow(lanes[i]);
            }
        }
    }

    /// @dev Signature, then validity: the first checks of both commands.
    function _authorise(Command memory command, bytes32 structHash, uint256 scope, Reader.Cursor memory stream)
        private
        pure
    {
        uint256[] memory keys = Witness.keys(stream, 1);
        Witness.Authority memory authority = Witness.Authority({
            digest: Eip712.digest(command.domain, structHash),
            owner: command.owner,
            account: command.account,
            scope: scope,
            time: command.time,
            keysRoot: command.keysRoot
        });
        Witness.authorise(authority, command.signature, keys[0], 0);
        if (command.validUntil < command.time) {
            revert Refused(Codes.EXPIRED, 0, int256(command.validUntil), int256(command.time));
        }
    }

    function _useNonce(AccountLeaf.Account memory account, uint256 nonce) private pure {
        uint256 lane = Nonces.laneOf(nonce);
        uint256 number = Nonces.numberOf(nonce);
        if (!Nonces.isFree(account.lanes[lane], number)) {
            revert Refused(Codes.NONCE_USED, 0, int256(number), int256(account.lanes[lane] >> 64));
        }
        account.lanes[lane] = Nonces.use(account.lanes[lane], number);
    }

    /// @dev Closes the partial fills that a cancel of this kind reaches.
    function _removePartials(AccountLeaf.Account memory account, uint256 kind, uint256 nonce)
        private
        pure
        returns (uint256 removed)
    {
        uint256 ptr = account.partials.length;
        while (ptr != 0) {
            --ptr;
            uint256 open = account.partials[ptr].nonce;
            bool reached = kind == CANCEL_ALL
                || (kind == CANCEL_ONE ? open == nonce : Nonces.laneOf(open) == Nonces.laneOf(nonce) && open < nonce);
            if (reached) {
                account.removePartial(ptr);
                ++removed;
            }
        }
    }
}
