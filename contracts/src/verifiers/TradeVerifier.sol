// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVerifier} from "../interfaces/IVerifier.sol";
import {AccountLeaf} from "../libraries/AccountLeaf.sol";
import {AssetIds} from "../libraries/AssetIds.sol";
import {Codes} from "../libraries/Codes.sol";
import {Commands} from "../libraries/Commands.sol";
import {Eip712} from "../libraries/Eip712.sol";
import {GlobalRecord} from "../libraries/GlobalRecord.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Nonces} from "../libraries/Nonces.sol";
import {Pricing} from "../libraries/Pricing.sol";
import {Reader} from "../libraries/Reader.sol";
import {StandardMargin} from "../libraries/StandardMargin.sol";
import {Witness} from "../libraries/Witness.sol";

/// @title Runs a trade again: one solver's bid and the intents that it fills
/// @dev Quantities move between accounts and sum to zero by construction: the solver takes the opposite of every fill. The
///      checks follow docs/protocol.md, section 6, in its order.
contract TradeVerifier is IVerifier {
    using AccountLeaf for AccountLeaf.Account;
    using GlobalRecord for bytes;
    using Reader for Reader.Cursor;
    using StandardMargin for AccountLeaf.Account;

    uint256 private constant MAX_FILLS = 15;
    uint256 private constant MAX_ACCOUNTS = 16;
    uint256 private constant MAX_INTENT_LEGS = 16;
    uint256 private constant MAX_STEP_LEGS = 64;
    uint256 private constant MAX_STEP_POSITIONS = 256;
    uint256 private constant MAX_AMOUNT = uint256(uint64(type(int64).max));
    /// @dev Amounts that are signed stay strictly between -2^62 and 2^62.
    int256 private constant MAX_UNITS = 2 ** 62;

    // Sizes of the fixed parts of the records.
    uint256 private constant TRADE_SIZE = 42;
    uint256 private constant BID_SIZE = 114;
    uint256 private constant FILL_SIZE = 52;
    uint256 private constant INTENT_SIZE = 75;
    uint256 private constant LEG_SIZE = 16;
    uint256 private constant CONDITIONS_SIZE = 30;
    uint256 private constant SIGNATURE_SIZE = 65;

    uint256 private constant FLAG_VERIFIED_ONLY = 1;
    uint256 private constant FLAG_CONDITIONS = 2;

    /// @dev One step on its way. Positions named `ptr` are absolute calldata positions.
    struct Trade {
        bytes32 domain;
        uint256 time;
        bytes32 keysRoot;
        uint256 bidAt;
        uint256 fillsAt;
        uint256 fillCount;
        uint256 bidSignatureAt;
        uint256[] intentsAt;
        AccountLeaf.Account[] accounts;
        Witness.Place[] places;
        uint256 solverSlot;
        uint256[] slots;
        uint256[] assets;
        bytes32[] names;
        uint256 listingsUsed;
        uint256[] keys;
        uint256 fees;
        Pricing.Context pricing;
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
        Trade memory trade;
        trade.domain = domainSeparator;
        trade.pricing = Pricing.context(domainSeparator, globalAfter, pricing);
        trade.time = globalAfter.u64(GlobalRecord.TIME);
        trade.keysRoot = globalAfter.b32(GlobalRecord.KEYS_ROOT);

        _decode(trade, step);
        Reader.Cursor memory stream = Reader.overWitness(witness);
        _readWitness(trade, stream, globalAfter.b32(GlobalRecord.LISTINGS_ROOT));
        witnessUsed = stream.used();

        _checkBid(trade);
        _checkFills(trade);
        _applyFills(trade);
        _settleBid(trade, globalAfter);
        _requireAllowed(trade);
        _requireMargins(trade);
        priced = trade.pricing.isProven;

        rootAfter = Witness.replaceAll(trade.places, _leaves(trade), accountsRoot);
    }

    // Arithmetic is unchecked where it works on fields of at most 64 bits in words of 256: no sum or product of those that
    // a step can hold comes near the end of a word.

    // 1. Decodable

    /// @dev u64 auction | b32 transcript | Bid | u8 nIntents | Intents
    function _decode(Trade memory trade, bytes calldata step) private pure {
        unchecked {
            Reader.Cursor memory record = Reader.overRecord(step);
            uint256 ptr = record.take(TRADE_SIZE + BID_SIZE);
            if (Reader.u8At(ptr) != Commands.VERSION || Reader.u8At(ptr + 1) != Commands.TRADE) {
                revert Refused(Codes.UNDECODABLE, 0, int256(Reader.u16At(ptr)), 0);
            }
            uint256 bidAt = ptr + TRADE_SIZE;
            trade.bidAt = bidAt;
            if (Reader.u8At(bidAt) != Commands.VERSION) {
                revert Refused(Codes.UNDECODABLE, 0, int256(Reader.u8At(bidAt)), int256(Commands.VERSION));
            }
            // The auction stands twice: once for whoever reads the log, once under the solver's signature.
            uint256 auction = Reader.u64At(bidAt + 25);
            uint256 logged = Reader.u64At(ptr + 2);
            Reader.requireSigned64(auction | logged | Reader.u64At(bidAt + 33) | Reader.u64At(bidAt + 73), 0);
            uint256 n = Reader.u8At(bidAt + 113);
            trade.fillCount = n;
            trade.fillsAt = record.take(n * FILL_SIZE);
            for (uint256 i = 0; i < n; ++i) {
                Reader.requireSigned64(Reader.u64At(trade.fillsAt + i * FILL_SIZE + 44), 0);
            }
            trade.bidSignatureAt = record.take(SIGNATURE_SIZE);
            uint256 stepLegs = _decodeIntents(trade, record);

            if (n == 0 || n > MAX_FILLS) revert Refused(Codes.BAD_COUNT, 0, int256(n), int256(MAX_FILLS));
            if (trade.intentsAt.length != n) {
                revert Refused(Codes.BAD_COUNT, 0, int256(trade.intentsAt.length), int256(n));
            }
            if (logged != auction) revert Refused(Codes.BAD_FIELD, 0, int256(logged), int256(auction));
            if (stepLegs > MAX_STEP_LEGS) {
                revert Refused(Codes.STEP_LIMIT, 0, int256(stepLegs), int256(MAX_STEP_LEGS));
            }
            _requireDistinct(trade.fillsAt, n);
        }
    }

    /// @dev u8 nIntents | Intents, up to the end of the record.
    function _decodeIntents(Trade memory trade, Reader.Cursor memory record) private pure returns (uint256 stepLegs) {
        unchecked {
            uint256 n = Reader.u8At(record.take(1));
            uint256[] memory intentsAt = new uint256[](n);
            for (uint256 i = 0; i < n; ++i) {
                uint256 ptr = record.take(INTENT_SIZE);
                intentsAt[i] = ptr;
                uint256 flags = Reader.u8At(ptr + 73);
                if (Reader.u8At(ptr) != Commands.VERSION || flags > (FLAG_VERIFIED_ONLY | FLAG_CONDITIONS)) {
                    revert Refused(Codes.UNDECODABLE, i + 1, int256(Reader.u8At(ptr)), int256(flags));
                }
                Reader.requireSigned64(Reader.u64At(ptr + 33) | Reader.u64At(ptr + 49) | Reader.u64At(ptr + 57), i + 1);
                uint256 legs = Reader.u8At(ptr + 74);
                stepLegs += legs;
                ptr = record.take(legs * LEG_SIZE);
                for (uint256 j = 0; j < legs; ++j) {
                    AssetIds.requireCanonical(Reader.u64At(ptr + j * LEG_SIZE), i + 1);
                }
                if (flags & FLAG_CONDITIONS != 0) _decodeConditions(record.take(CONDITIONS_SIZE), i + 1);
                record.take(SIGNATURE_SIZE);
            }
            record.requireEnd();
            trade.intentsAt = intentsAt;
        }
    }

    /// @dev u64 watch | u8 when | i64 price | i64 trail | u32 every | u8 bits. If all is zero there are none, which has
    ///      another encoding.
    function _decodeConditions(uint256 ptr, uint256 item) private pure {
        AssetIds.requireCanonical(Reader.u64At(ptr), item);
        uint256 when = Reader.u8At(ptr + 8);
        uint256 bits = Reader.u8At(ptr + 29);
        if (when > 2 || bits > 3 || uint256(Reader.b32At(ptr)) >> 16 == 0) {
            revert Refused(Codes.UNDECODABLE, item, int256(when), int256(bits));
        }
    }

    /// @dev Ids are hashes: only if two share their low byte are all pairs compared.
    function _requireDistinct(uint256 fillsAt, uint256 n) private pure {
        unchecked {
            uint256 seen = 0;
            bool all = true;
            for (uint256 i = 0; i < n; ++i) {
                uint256 bit = 1 << (uint256(Reader.b32At(fillsAt + i * FILL_SIZE)) & 0xff);
                if (seen & bit != 0) all = false;
                seen |= bit;
            }
            if (all) return;
            for (uint256 i = 1; i < n; ++i) {
                bytes32 intent = Reader.b32At(fillsAt + i * FILL_SIZE);
                for (uint256 j = 0; j < i; ++j) {
                    if (intent == Reader.b32At(fillsAt + j * FILL_SIZE)) {
                        revert Refused(Codes.BAD_COUNT, i + 1, int256(uint256(intent)), 1);
                    }
                }
            }
        }
    }

    /// @dev u8 nAccounts | accounts ascending by index | u8 solverSlot | nFills × u8 slot | u8 nListings | listings
    ///      ascending by asset | u8 nKeys | keys
    function _readWitness(Trade memory trade, Reader.Cursor memory stream, bytes32 listingsRoot) private pure {
        unchecked {
            uint256 n = Reader.u8At(stream.take(1));
            if (n > MAX_ACCOUNTS) revert Refused(Codes.STEP_LIMIT, 0, int256(n), int256(MAX_ACCOUNTS));
            _readAccounts(trade, stream, n);

            uint256 ptr = stream.take(1 + trade.fillCount);
            uint256 used = 0;
            uint256[] memory slots = new uint256[](trade.fillCount);
            trade.solverSlot = _slot(ptr, 0, n);
            used |= 1 << trade.solverSlot;
            for (uint256 i = 0; i < slots.length; ++i) {
                uint256 slot = _slot(ptr, i + 1, n);
                slots[i] = slot;
                used |= 1 << slot;
            }
            trade.slots = slots;
            // An account that the trade does not touch must not be rewritten, not even by dropping what expired.
            if (used != (1 << n) - 1) revert BadWitness(WitnessPart.Slot, n, used);

            n = Reader.u8At(stream.take(1));
            if (n > MAX_STEP_LEGS) revert BadWitness(WitnessPart.Listing, n, MAX_STEP_LEGS);
            uint256[] memory assets = new uint256[](n);
            bytes32[] memory names = new bytes32[](n);
            for (uint256 i = 0; i < n; ++i) {
                (assets[i], names[i]) = Witness.listing(stream, listingsRoot, i);
                if (i != 0 && assets[i] <= assets[i - 1]) revert BadWitness(WitnessPart.Listing, i, assets[i]);
            }
            trade.assets = assets;
            trade.names = names;
            trade.keys = Witness.keys(stream, 1 + trade.fillCount);
        }
    }

    function _readAccounts(Trade memory trade, Reader.Cursor memory stream, uint256 n) private pure {
        unchecked {
            trade.accounts = _references(n);
            Witness.Place[] memory places;
            {
                AccountLeaf.Account[] memory references = _references(n);
                assembly ("memory-safe") {
                    places := references
                }
            }
            trade.places = places;
            uint256 positions = 0;
            for (uint256 i = 0; i < n; ++i) {
                (AccountLeaf.Account memory account, Witness.Place memory place) = Witness.account(stream, i);
                if (i != 0 && place.index <= places[i - 1].index) {
                    revert BadWitness(WitnessPart.Account, i, place.index);
                }
                positions += account.positions.length;
                account.dropExpired(trade.time);
                trade.accounts[i] = account;
                places[i] = place;
            }
            if (positions > MAX_STEP_POSITIONS) {
                revert Refused(Codes.STEP_LIMIT, 0, int256(positions), int256(MAX_STEP_POSITIONS));
            }
        }
    }

    /// @dev An array of references yet to be set: `new` would build an account for each of them.
    function _references(uint256 n) private pure returns (AccountLeaf.Account[] memory references) {
        assembly ("memory-safe") {
            references := mload(0x40)
            mstore(references, n)
            mstore(0x40, add(references, shl(5, add(n, 1))))
        }
    }

    function _slot(uint256 ptr, uint256 i, uint256 n) private pure returns (uint256 slot) {
        slot = Reader.u8At(ptr + i);
        if (slot >= n) revert BadWitness(WitnessPart.Slot, i, slot);
    }

    // 2. The bid

    function _checkBid(Trade memory trade) private pure {
        uint256 ptr = trade.bidAt;
        Eip712.Bid memory bid;
        bid.typeHash = Eip712.BID_TYPEHASH;
        bid.solver = Reader.addressAt(ptr + 1);
        bid.account = Reader.u32At(ptr + 21);
        bid.auction = Reader.u64At(ptr + 25);
        bid.pays = Reader.u64At(ptr + 33);
        bid.path = Reader.b32At(ptr + 41);
        bid.validUntil = Reader.u64At(ptr + 73);
        bid.salt = Reader.b32At(ptr + 81);
        AccountLeaf.Account memory solver = trade.accounts[trade.solverSlot];
        if (!solver.isOf(bid.solver, bid.account)) {
            revert Refused(
                Codes.NO_ACCOUNT, 0, int256(uint256(uint160(solver.owner))), int256(uint256(uint160(bid.solver)))
            );
        }
        if (bid.auction <= solver.lastAuction) {
            revert Refused(Codes.AUCTION_NOT_NEW, 0, int256(bid.auction), int256(solver.lastAuction));
        }
        if (bid.validUntil < trade.time) {
            revert Refused(Codes.EXPIRED, 0, int256(bid.validUntil), int256(trade.time));
        }
        bid.fills = _hashFills(trade);
        _authorise(
            trade, Eip712.digest(trade.domain, Eip712.hashBid(bid)), solver, Witness.SCOPE_BIDS, trade.bidSignatureAt, 0
        );
    }

    function _hashFills(Trade memory trade) private pure returns (bytes32) {
        unchecked {
            uint256 n = trade.fillCount;
            bytes32[] memory hashes = new bytes32[](n);
            uint256 ptr = trade.fillsAt;
            for (uint256 i = 0; i < n; ++i) {
                hashes[i] = Eip712.hashFill(
                    Reader.b32At(ptr), Reader.u32At(ptr + 32), Reader.i64At(ptr + 36), Reader.u64At(ptr + 44)
                );
                ptr += FILL_SIZE;
            }
            return Hashing.keccakWords(hashes);
        }
    }

    function _authorise(
        Trade memory trade,
        bytes32 digest,
        AccountLeaf.Account memory account,
        uint256 scope,
        uint256 signatureAt,
        uint256 item
    ) private pure {
        uint256 key = trade.keys[item];
        if (key == 0) return Witness.requireOwner(digest, account.owner, signatureAt, item);
        Witness.Authority memory authority = Witness.Authority({
            digest: digest,
            owner: account.owner,
            account: account.number,
            scope: scope,
            time: trade.time,
            keysRoot: trade.keysRoot
        });
        Witness.authorise(authority, signatureAt, key, item);
    }

    // 3. The fills, in order. A nonce is used and parts are counted here, so that a later fill of the same bid sees it.

    function _checkFills(Trade memory trade) private pure {
        Eip712.Intent memory intent;
        intent.typeHash = Eip712.INTENT_TYPEHASH;
        intent.conditions = Eip712.NO_CONDITIONS;
        for (uint256 i = 0; i < trade.fillCount; ++i) {
            _checkFill(trade, intent, i);
        }
        if (trade.listingsUsed != (1 << trade.assets.length) - 1) {
            revert BadWitness(WitnessPart.Listing, trade.assets.length, trade.listingsUsed);
        }
    }

    function _checkFill(Trade memory trade, Eip712.Intent memory intent, uint256 i) private pure {
        unchecked {
            uint256 ptr = trade.intentsAt[i];
            uint256 fillAt = trade.fillsAt + i * FILL_SIZE;
            uint256 item = i + 1;
            intent.owner = Reader.addressAt(ptr + 1);
            intent.account = Reader.u32At(ptr + 21);
            intent.cash = Reader.i64At(ptr + 25);
            intent.maxFee = Reader.u64At(ptr + 33);
            intent.parts = Reader.u32At(ptr + 41);
            intent.minParts = Reader.u32At(ptr + 45);
            intent.validFrom = Reader.u64At(ptr + 49);
            intent.validUntil = Reader.u64At(ptr + 57);
            intent.nonce = Reader.u64At(ptr + 65);
            intent.verifiedOnly = Reader.u8At(ptr + 73) & FLAG_VERIFIED_ONLY;
            _checkForm(trade, intent, ptr, item);

            bytes32 id = Eip712.digest(trade.domain, Eip712.hashIntent(intent));
            bytes32 filled = Reader.b32At(fillAt);
            if (id != filled) {
                revert Refused(Codes.INTENT_MISMATCH, item, int256(uint256(id)), int256(uint256(filled)));
            }
            AccountLeaf.Account memory account = trade.accounts[trade.slots[i]];
            if (!account.isOf(intent.owner, intent.account)) {
                revert Refused(
                    Codes.NO_ACCOUNT,
                    item,
                    int256(uint256(uint160(account.owner))),
                    int256(uint256(uint160(intent.owner)))
                );
            }
            if (trade.slots[i] == trade.solverSlot) {
                revert Refused(
                    Codes.SELF_TRADE,
                    item,
                    int256(uint256(uint160(intent.owner))),
                    int256(uint256(uint160(account.owner)))
                );
            }
            if (intent.validFrom > trade.time) {
                revert Refused(Codes.NOT_YET_VALID, item, int256(intent.validFrom), int256(trade.time));
            }
            if (intent.validUntil < trade.time) {
                revert Refused(Codes.EXPIRED, item, int256(intent.validUntil), int256(trade.time));
            }
            if (account.isLapsed(trade.time)) {
                revert Refused(Codes.HEARTBEAT_MISSED, item, int256(account.liveUntil), int256(trade.time));
            }
            uint256 signatureAt = ptr + INTENT_SIZE + Reader.u8At(ptr + 74) * LEG_SIZE;
            _authorise(trade, id, account, Witness.SCOPE_INTENTS, signatureAt, item);
            _fillParts(account, intent, id, Reader.u32At(fillAt + 32), trade.time, item);
            _checkLimits(intent, Reader.u32At(fillAt + 32), Reader.i64At(fillAt + 36), Reader.u64At(fillAt + 44), item);
        }
    }

    /// @dev Form in the order of its codes (105 to 113). The legs' part runs as one pass while they are hashed; which rule
    ///      was broken, and thus the code, is only looked for when one was.
    function _checkForm(Trade memory trade, Eip712.Intent memory intent, uint256 ptr, uint256 item) private pure {
        uint256 flags = Reader.u8At(ptr + 73);
        uint256 legCount = Reader.u8At(ptr + 74);
        bool fits = intent.cash < MAX_UNITS && intent.cash > -MAX_UNITS && intent.maxFee < uint256(MAX_UNITS);
        if (
            !fits || legCount == 0 || legCount > MAX_INTENT_LEGS || intent.parts == 0 || intent.minParts == 0
                || intent.minParts > intent.parts || flags & FLAG_CONDITIONS != 0
        ) _refuseForm(trade, intent, ptr, item);
        intent.legs = _hashLegs(trade, intent, ptr, legCount, item);
    }

    /// @dev Both legs and listings ascend, so one pass over the listings serves all legs.
    function _hashLegs(
        Trade memory trade,
        Eip712.Intent memory intent,
        uint256 intentAt,
        uint256 legCount,
        uint256 item
    ) private pure returns (bytes32) {
        unchecked {
            bytes32[] memory hashes = new bytes32[](legCount);
            uint256[] memory assets = trade.assets;
            uint256 ptr = intentAt + INTENT_SIZE;
            uint256 listing = 0;
            uint256 last = 0;
            for (uint256 i = 0; i < legCount; ++i) {
                uint256 asset = Reader.u64At(ptr);
                int256 quantity = Reader.i64At(ptr + 8);
                ptr += LEG_SIZE;
                while (listing < assets.length && assets[listing] < asset) ++listing;
                // An id above the last, so above zero, is not the cash.
                bool isAllowed = asset > last && quantity != 0 && quantity < MAX_UNITS && quantity > -MAX_UNITS
                    && quantity % int256(intent.parts) == 0 && listing < assets.length && assets[listing] == asset;
                if (!isAllowed) _refuseForm(trade, intent, intentAt, item);
                last = asset;
                trade.listingsUsed |= 1 << listing;
                hashes[i] = Eip712.hashLeg(trade.names[listing], quantity);
            }
            return Hashing.keccakWords(hashes);
        }
    }

    /// @dev Finds the first rule of the form that an intent breaks, in the order of the codes.
    function _refuseForm(Trade memory trade, Eip712.Intent memory intent, uint256 intentAt, uint256 item) private pure {
        uint256 legs = intentAt + INTENT_SIZE;
        uint256 n = Reader.u8At(intentAt + 74);
        int256 parts = int256(intent.parts);
        _requireUnits(intent.cash, item);
        _requireUnits(int256(intent.maxFee), item);
        for (uint256 i = 0; i < n; ++i) {
            _requireUnits(Reader.i64At(legs + i * LEG_SIZE + 8), item);
        }
        if (n == 0 || n > MAX_INTENT_LEGS) {
            revert Refused(Codes.BAD_COUNT, item, int256(n), int256(MAX_INTENT_LEGS));
        }
        for (uint256 i = 1; i < n; ++i) {
            uint256 asset = Reader.u64At(legs + i * LEG_SIZE);
            uint256 before = Reader.u64At(legs + (i - 1) * LEG_SIZE);
            if (asset <= before) revert Refused(Codes.LEGS_ORDER, item, int256(asset), int256(before));
        }
        for (uint256 i = 0; i < n; ++i) {
            if (Reader.i64At(legs + i * LEG_SIZE + 8) == 0) revert Refused(Codes.LEG_ZERO, item, int256(i), 0);
        }
        if (Reader.u64At(legs) == 0) revert Refused(Codes.LEG_IS_CASH, item, 0, 0);
        for (uint256 i = 0; i < n && parts != 0; ++i) {
            int256 quantity = Reader.i64At(legs + i * LEG_SIZE + 8);
            if (quantity % parts != 0) revert Refused(Codes.LEG_NOT_DIVISIBLE, item, quantity, parts);
        }
        if (parts == 0 || intent.minParts == 0 || intent.minParts > intent.parts) {
            revert Refused(Codes.BAD_PARTS, item, int256(intent.minParts), parts);
        }
        uint256 flags = Reader.u8At(intentAt + 73);
        if (flags & FLAG_CONDITIONS != 0) revert Refused(Codes.CONDITIONS_UNSUPPORTED, item, int256(flags), 0);
        for (uint256 i = 0; i < n; ++i) {
            uint256 asset = Reader.u64At(legs + i * LEG_SIZE);
            uint256 listing = 0;
            while (listing < trade.assets.length && trade.assets[listing] != asset) ++listing;
            if (listing == trade.assets.length) revert Refused(Codes.NOT_LISTED, item, int256(asset), 0);
        }
    }

    function _requireUnits(int256 amount, uint256 item) private pure {
        if (amount >= MAX_UNITS || amount <= -MAX_UNITS) {
            revert Refused(Codes.BAD_AMOUNT, item, amount, MAX_UNITS);
        }
    }

    /// @dev The first fill uses the nonce; while parts are left the intent stands in the account's partial fills.
    function _fillParts(
        AccountLeaf.Account memory account,
        Eip712.Intent memory intent,
        bytes32 id,
        uint256 filled,
        uint256 time,
        uint256 item
    ) private pure {
        unchecked {
            (uint256 ptr, bool isOpen) = account.partialOf(id);
            uint256 done = 0;
            if (isOpen) {
                done = account.partials[ptr].partsDone;
            } else {
                uint256 lane = Nonces.laneOf(intent.nonce);
                uint256 number = Nonces.numberOf(intent.nonce);
                uint256[4] memory lanes = account.lanes;
                if (!Nonces.isFree(lanes[lane], number)) {
                    revert Refused(Codes.NONCE_USED, item, int256(number), int256(lanes[lane] >> 64));
                }
                lanes[lane] = Nonces.use(lanes[lane], number);
            }
            // The leaf is proven at the end only, so what it says may still be anything.
            uint256 left = done < intent.parts ? intent.parts - done : 0;
            uint256 least = intent.minParts < left ? intent.minParts : left;
            if (filled < least || filled > left || left == 0) {
                revert Refused(Codes.BAD_PARTS_FILLED, item, int256(filled), int256(filled > left ? left : least));
            }
            done += filled;
            if (done == intent.parts) {
                if (isOpen) account.removePartial(ptr);
            } else if (isOpen) {
                account.partials[ptr].partsDone = done;
                account.partials[ptr].lastFill = time;
            } else {
                account.appendPartial(
                    AccountLeaf.Partial({
                        intent: id, nonce: intent.nonce, validUntil: intent.validUntil, lastFill: time, partsDone: done
                    })
                );
            }
        }
    }

    /// @dev Only cash rounds, and always for the owner. The owner signed its limit for the whole, fee excluded.
    function _checkLimits(Eip712.Intent memory intent, uint256 filled, int256 cash, uint256 fee, uint256 item)
        private
        pure
    {
        unchecked {
            int256 parts = int256(intent.parts);
            int256 share = intent.cash * int256(filled);
            // Solidity's division goes towards zero, which is up for a negative share.
            int256 limit = share > 0 ? (share + parts - 1) / parts : share / parts;
            if (cash < limit) revert Refused(Codes.BELOW_LIMIT, item, cash, limit);
            uint256 maxFee = intent.maxFee * filled / intent.parts;
            if (fee > maxFee) revert Refused(Codes.FEE_ABOVE_LIMIT, item, int256(fee), int256(maxFee));
        }
    }

    // 4. The effects

    function _applyFills(Trade memory trade) private pure {
        unchecked {
            AccountLeaf.Account memory solver = trade.accounts[trade.solverSlot];
            for (uint256 i = 0; i < trade.fillCount; ++i) {
                uint256 fillAt = trade.fillsAt + i * FILL_SIZE;
                AccountLeaf.Account memory owner = trade.accounts[trade.slots[i]];
                _moveLegs(trade.intentsAt[i], Reader.u32At(fillAt + 32), owner, solver, i + 1);
                int256 cash = Reader.i64At(fillAt + 36);
                uint256 fee = Reader.u64At(fillAt + 44);
                if (!owner.addCash(cash - int256(fee))) {
                    revert Refused(Codes.OVERFLOW, i + 1, owner.cash, cash - int256(fee));
                }
                if (!solver.addCash(-cash)) revert Refused(Codes.OVERFLOW, i + 1, solver.cash, -cash);
                trade.fees += fee;
            }
        }
    }

    function _moveLegs(
        uint256 intentAt,
        uint256 filled,
        AccountLeaf.Account memory owner,
        AccountLeaf.Account memory solver,
        uint256 item
    ) private pure {
        unchecked {
            int256 parts = int256(Reader.u32At(intentAt + 41));
            uint256 ptr = intentAt + INTENT_SIZE;
            uint256 end = ptr + Reader.u8At(intentAt + 74) * LEG_SIZE;
            for (; ptr < end; ptr += LEG_SIZE) {
                uint256 asset = Reader.u64At(ptr);
                int256 quantity = Reader.i64At(ptr + 8);
                // Exact: the form check made sure that each part is a whole number of units.
                quantity = quantity / parts * int256(filled);
                if (!owner.add(asset, quantity)) {
                    revert Refused(Codes.OVERFLOW, item, owner.quantity(asset), quantity);
                }
                if (!solver.add(asset, -quantity)) {
                    revert Refused(Codes.OVERFLOW, item, solver.quantity(asset), -quantity);
                }
            }
        }
    }

    function _settleBid(Trade memory trade, bytes memory global) private pure {
        AccountLeaf.Account memory solver = trade.accounts[trade.solverSlot];
        uint256 pays = Reader.u64At(trade.bidAt + 33);
        if (!solver.addCash(-int256(pays))) revert Refused(Codes.OVERFLOW, 0, solver.cash, -int256(pays));
        solver.lastAuction = Reader.u64At(trade.bidAt + 25);

        int256 insurance = global.i64(GlobalRecord.INSURANCE) + int256(pays);
        if (insurance > type(int64).max) revert Refused(Codes.OVERFLOW, 0, insurance, type(int64).max);
        global.set64(GlobalRecord.INSURANCE, uint256(insurance) & type(uint64).max);
        _addFees(global, GlobalRecord.FEES, trade.fees);
        _addFees(global, GlobalRecord.FEES_TOTAL, trade.fees);
    }

    function _addFees(bytes memory global, uint256 offset, uint256 fees) private pure {
        uint256 sum = global.u64(offset) + fees;
        if (sum > MAX_AMOUNT) revert Refused(Codes.OVERFLOW, 0, int256(sum), int256(MAX_AMOUNT));
        global.set64(offset, sum);
    }

    function _requireAllowed(Trade memory trade) private pure {
        AccountLeaf.Account[] memory accounts = trade.accounts;
        uint256 n = accounts.length;
        for (uint256 i = 0; i < n; ++i) {
            accounts[i].requireAllowed(i);
        }
    }

    function _leaves(Trade memory trade) private pure returns (bytes32[] memory leaves) {
        AccountLeaf.Account[] memory accounts = trade.accounts;
        uint256 n = accounts.length;
        leaves = new bytes32[](n);
        for (uint256 i = 0; i < n; ++i) {
            leaves[i] = accounts[i].hash();
        }
    }

    // 5. Margin

    function _requireMargins(Trade memory trade) private pure {
        AccountLeaf.Account[] memory accounts = trade.accounts;
        uint256 n = accounts.length;
        for (uint256 i = 0; i < n; ++i) {
            accounts[i].requireEnough(trade.pricing, i);
        }
    }
}
