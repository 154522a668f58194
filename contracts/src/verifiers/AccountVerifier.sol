// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVerifier} from "../interfaces/IVerifier.sol";
import {AccountLeaf} from "../libraries/AccountLeaf.sol";
import {AssetIds} from "../libraries/AssetIds.sol";
import {Codes} from "../libraries/Codes.sol";
import {Commands} from "../libraries/Commands.sol";
import {Eip712} from "../libraries/Eip712.sol";
import {GlobalRecord} from "../libraries/GlobalRecord.sol";
import {Pricing} from "../libraries/Pricing.sol";
import {Reader} from "../libraries/Reader.sol";
import {StandardMargin} from "../libraries/StandardMargin.sol";
import {Witness} from "../libraries/Witness.sol";

/// @title Runs what an owner does with its own account again: withdraw, cancel, set-mode and heartbeat
contract AccountVerifier is IVerifier {
    using AccountLeaf for AccountLeaf.Account;
    using GlobalRecord for bytes;
    using Reader for Reader.Cursor;
    using StandardMargin for AccountLeaf.Account;

    // Sizes of what follows owner and account in the records.
    uint256 private constant WITHDRAW_SIZE = 52;
    uint256 private constant CANCEL_SIZE = 17;
    uint256 private constant SET_MODE_SIZE = 17;
    uint256 private constant HEARTBEAT_SIZE = 24;
    uint256 private constant SIGNATURE_SIZE = 65;

    /// @dev What all of them carry, gathered so that it travels as one value.
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
        if (Reader.u8At(ptr) != Commands.VERSION || !Commands.isOwners(kind)) {
            revert Refused(Codes.UNDECODABLE, 0, int256(Reader.u16At(ptr)), 0);
        }
        Command memory command;
        command.bodyAt = record.take(_bodySize(kind));
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
        } else if (kind == Commands.CANCEL) {
            _cancel(account, command, stream);
        } else if (kind == Commands.SET_MODE) {
            _setMode(account, command, stream);
            account.requireEnough(pricing, 0);
        } else {
            _heartbeat(account, command, stream);
        }
        return Witness.replace(place, accountsRoot, account.hash(), 0);
    }

    function _bodySize(uint256 kind) private pure returns (uint256) {
        if (kind == Commands.WITHDRAW) return WITHDRAW_SIZE;
        if (kind == Commands.CANCEL) return CANCEL_SIZE;
        return kind == Commands.SET_MODE ? SET_MODE_SIZE : HEARTBEAT_SIZE;
    }

    /// @dev What is not decodable is refused before anything of the witness is looked at.
    function _readBody(Command memory command, uint256 kind) private pure {
        uint256 ptr = command.bodyAt;
        if (kind == Commands.CANCEL) {
            command.nonce = Reader.u64At(ptr + 1);
            command.validUntil = Reader.u64At(ptr + 9);
        } else {
            // The others end with both.
            uint256 end = ptr + _bodySize(kind);
            command.validUntil = Reader.u64At(end - 16);
            command.nonce = Reader.u64At(end - 8);
        }
        Reader.requireSigned64(command.validUntil, 0);
        if (kind == Commands.WITHDRAW) {
            Reader.requireSigned64(Reader.u64At(ptr + 8), 0);
            AssetIds.requireCanonical(Reader.u64At(ptr), 0);
        } else if (kind == Commands.HEARTBEAT) {
            Reader.requireSigned64(Reader.u64At(ptr), 0);
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
        account.useNonce(command.nonce);
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
        if (kind > AccountLeaf.CANCEL_ALL) {
            revert Refused(Codes.BAD_FIELD, 0, int256(kind), int256(AccountLeaf.CANCEL_ALL));
        }
        _authorise(
            command,
            Eip712.hashCancel(command.owner, command.account, kind, command.nonce, command.validUntil),
            Witness.SCOPE_CANCEL,
            stream
        );
        account.cancel(kind, command.nonce);
    }

    /// @dev u8 mode | u64 validUntil | u64 nonce | sig
    function _setMode(AccountLeaf.Account memory account, Command memory command, Reader.Cursor memory stream)
        private
        pure
    {
        uint256 mode = Reader.u8At(command.bodyAt);
        if (mode > AccountLeaf.MODE_PORTFOLIO) {
            revert Refused(Codes.BAD_FIELD, 0, int256(mode), int256(AccountLeaf.MODE_PORTFOLIO));
        }
        _authorise(
            command,
            Eip712.hashSetMode(command.owner, command.account, mode, command.validUntil, command.nonce),
            Witness.SCOPE_WITHDRAW,
            stream
        );
        account.useNonce(command.nonce);
        account.mode = mode;
    }

    /// @dev u64 until | u64 validUntil | u64 nonce | sig
    function _heartbeat(AccountLeaf.Account memory account, Command memory command, Reader.Cursor memory stream)
        private
        pure
    {
        uint256 until = Reader.u64At(command.bodyAt);
        if (until != 0 && (until <= command.time || until > type(uint32).max)) {
            revert Refused(Codes.BAD_FIELD, 0, int256(until), int256(command.time));
        }
        _authorise(
            command,
            Eip712.hashHeartbeat(command.owner, command.account, until, command.validUntil, command.nonce),
            Witness.SCOPE_CANCEL,
            stream
        );
        // What stood when the switch went off stays cancelled, whoever comes back.
        if (account.isLapsed(command.time)) account.cancel(AccountLeaf.CANCEL_ALL, command.nonce);
        else account.useNonce(command.nonce);
        account.liveUntil = until;
    }

    /// @dev Signature, then validity: what all these commands check first.
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
}
