// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../interfaces/IRefusals.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";
import {AccountLeaf} from "../libraries/AccountLeaf.sol";
import {Codes} from "../libraries/Codes.sol";
import {Commands} from "../libraries/Commands.sol";
import {GlobalRecord} from "../libraries/GlobalRecord.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Reader} from "../libraries/Reader.sol";
import {Witness} from "../libraries/Witness.sol";

/// @title Runs the commands of the contract's queue again: deposits, keys, listings, parameters and fee credits
/// @dev What an entry says is not judged here: the running hash that it advances is compared with the vault's own before a
///      batch is final. So an entry always applies; one that cannot take effect is a step that does nothing else.
contract QueueVerifier is IVerifier {
    using AccountLeaf for AccountLeaf.Account;
    using GlobalRecord for bytes;
    using Reader for Reader.Cursor;

    uint256 private constant MAX_AMOUNT = 2 ** 62;

    /// @inheritdoc IVerifier
    function rerun(
        bytes32,
        bytes calldata globalRecord,
        bytes32 accountsRoot,
        bytes calldata,
        bytes calldata step,
        bytes calldata witness
    ) external pure returns (bytes memory globalAfter, bytes32 rootAfter, uint256 witnessUsed, bool priced) {
        globalAfter = globalRecord;
        rootAfter = accountsRoot;
        priced = false;
        Reader.Cursor memory command = Reader.overRecord(step);
        Reader.Cursor memory stream = Reader.overWitness(witness);

        uint256 ptr = command.take(10);
        uint256 kind = Reader.u8At(ptr + 1);
        if (Reader.u8At(ptr) != Commands.VERSION || kind < Commands.DEPOSIT || kind > Commands.CREDIT_FEE) {
            revert Refused(Codes.UNDECODABLE, 0, int256(Reader.u16At(ptr)), 0);
        }
        globalAfter.requireCursor(Reader.u64At(ptr + 2));
        globalAfter.advanceQueue(step);

        if (kind == Commands.DEPOSIT) rootAfter = _deposit(globalAfter, rootAfter, command, stream);
        else if (kind == Commands.REGISTER_KEY) _registerKey(globalAfter, command, stream);
        else if (kind == Commands.LIST_ASSET) _listAsset(globalAfter, command, stream);
        else if (kind == Commands.SET_PARAMETERS) _setParameters(globalAfter, command);
        else rootAfter = _creditFee(globalAfter, rootAfter, command, stream);

        command.requireEnd();
        witnessUsed = stream.used();
    }

    /// @dev u32 accountIndex | addr owner | u32 account | u64 asset | u64 amount | addr from
    function _deposit(bytes memory global, bytes32 root, Reader.Cursor memory command, Reader.Cursor memory stream)
        private
        pure
        returns (bytes32)
    {
        uint256 ptr = command.take(64);
        (AccountLeaf.Account memory account, Witness.Place memory place) = _account(ptr, stream);
        // The contract counts accounts from 1, and not faster than entries of its queue.
        uint256 entries = global.u64(GlobalRecord.QUEUE_CURSOR);
        if (place.index == 0 || place.index > entries) {
            revert Refused(Codes.QUEUE_ORDER, 0, int256(place.index), int256(entries));
        }
        uint256 asset = Reader.u64At(ptr + 28);
        uint256 amount = Reader.u64At(ptr + 36);
        bytes32 leaf = place.leaf;
        if (_add(account, asset, amount)) {
            if (!account.exists()) {
                account.owner = Reader.addressAt(ptr + 4);
                account.number = Reader.u32At(ptr + 24);
            }
            leaf = account.hash();
        } else {
            // The tokens are in the vault and the account cannot hold them: they go back to the one who paid.
            global.addWithdrawal(asset, Reader.addressAt(ptr + 44), amount);
        }
        return Witness.replace(place, root, leaf, 0);
    }

    /// @return fits Whether the account can hold the amount; if not, its leaf is not to be written
    function _add(AccountLeaf.Account memory account, uint256 asset, uint256 amount) private pure returns (bool fits) {
        if (amount == 0 || amount >= MAX_AMOUNT) return false;
        if (asset == 0) return account.addCash(int256(amount));
        return account.add(asset, int256(amount)) && account.positions.length <= AccountLeaf.MAX_POSITIONS;
    }

    /// @dev u32 accountIndex | addr owner | u32 account | u64 amount
    function _creditFee(bytes memory global, bytes32 root, Reader.Cursor memory command, Reader.Cursor memory stream)
        private
        pure
        returns (bytes32)
    {
        uint256 ptr = command.take(36);
        (AccountLeaf.Account memory account, Witness.Place memory place) = _account(ptr, stream);
        uint256 amount = Reader.u64At(ptr + 28);
        uint256 pot = global.u64(GlobalRecord.FEES);
        bytes32 leaf = place.leaf;
        if (account.exists() && amount <= pot && account.addCash(int256(amount))) {
            global.set64(GlobalRecord.FEES, pot - amount);
            leaf = account.hash();
        }
        return Witness.replace(place, root, leaf, 0);
    }

    /// @dev Reads the account of a command that begins with u32 accountIndex | addr owner | u32 account.
    function _account(uint256 ptr, Reader.Cursor memory stream)
        private
        pure
        returns (AccountLeaf.Account memory account, Witness.Place memory place)
    {
        (account, place) = Witness.account(stream, 0);
        if (place.index != Reader.u32At(ptr)) {
            revert BadWitness(WitnessPart.Account, 0, place.index);
        }
        // The contract gives an index to one account only, so another one here is no entry of its queue.
        address owner = Reader.addressAt(ptr + 4);
        if (account.exists() && !account.isOf(owner, Reader.u32At(ptr + 24))) {
            revert Refused(
                Codes.NO_ACCOUNT, 0, int256(uint256(uint160(account.owner))), int256(uint256(uint160(owner)))
            );
        }
    }

    /// @dev u32 keyIndex | addr owner | u32 account | addr key | u8 scope | u64 expiry; the last five are the leaf
    function _registerKey(bytes memory global, Reader.Cursor memory command, Reader.Cursor memory stream) private pure {
        uint256 ptr = command.take(57);
        uint256 witnessAt = stream.take(36);
        uint256 bitmap = Reader.u32At(witnessAt + 32);
        uint256 siblings = stream.take(32 * Hashing.siblingCount(bitmap));
        bytes32 root = global.b32(GlobalRecord.KEYS_ROOT);
        (bytes32 oldRoot, bytes32 newRoot) = Hashing.foldBoth(
            Reader.b32At(witnessAt),
            Hashing.keccakAt(ptr + 4, 53),
            Reader.u32At(ptr),
            Witness.KEYS_DEPTH,
            bitmap,
            siblings
        );
        if (oldRoot != root) revert WrongProof(WitnessPart.RegisteredKey, 0, oldRoot, root);
        global.setB32(GlobalRecord.KEYS_ROOT, newRoot);
    }

    /// @dev u32 listingIndex | u64 asset | u8 nameLength | name
    function _listAsset(bytes memory global, Reader.Cursor memory command, Reader.Cursor memory stream) private pure {
        uint256 ptr = command.take(13);
        uint256 index = Reader.u32At(ptr);
        uint256 count = global.u32(GlobalRecord.LISTING_COUNT);
        if (index != count || index >> Witness.LISTINGS_DEPTH != 0) {
            revert Refused(Codes.QUEUE_ORDER, 0, int256(index), int256(count));
        }
        uint256 length = Reader.u8At(ptr + 12);
        bytes32 leaf = Witness.listingLeaf(Reader.u64At(ptr + 4), Hashing.keccakAt(command.take(length), length));

        uint256 bitmap = Reader.u16At(stream.take(2));
        uint256 siblings = stream.take(32 * Hashing.siblingCount(bitmap));
        bytes32 root = global.b32(GlobalRecord.LISTINGS_ROOT);
        (bytes32 oldRoot, bytes32 newRoot) = Hashing.foldBoth(0, leaf, index, Witness.LISTINGS_DEPTH, bitmap, siblings);
        if (oldRoot != root) revert WrongProof(WitnessPart.Listing, 0, oldRoot, root);
        global.setB32(GlobalRecord.LISTINGS_ROOT, newRoot);
        global.set32(GlobalRecord.LISTING_COUNT, count + 1);
    }

    /// @dev u8 what | u16 length | content
    function _setParameters(bytes memory global, Reader.Cursor memory command) private pure {
        uint256 ptr = command.take(3);
        uint256 what = Reader.u8At(ptr);
        uint256 length = Reader.u16At(ptr + 1);
        bytes32 hash = Hashing.keccakAt(command.take(length), length);
        if (what == Commands.MARGIN_PARAMETERS) global.setB32(GlobalRecord.PARAMS_HASH, hash);
        else if (what == Commands.FEEDER_SET) global.setB32(GlobalRecord.FEEDER_SET_HASH, hash);
        else revert Refused(Codes.BAD_FIELD, 0, int256(what), int256(Commands.FEEDER_SET));
    }
}
