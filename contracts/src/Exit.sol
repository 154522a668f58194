// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IExit} from "./interfaces/IExit.sol";
import {IVault} from "./interfaces/IVault.sol";
import {AccountLeaf} from "./libraries/AccountLeaf.sol";
import {AssetIds} from "./libraries/AssetIds.sol";
import {Commands} from "./libraries/Commands.sol";
import {Eip712} from "./libraries/Eip712.sol";
import {EscapePrices} from "./libraries/EscapePrices.sol";
import {GlobalRecord} from "./libraries/GlobalRecord.sol";
import {Hashing} from "./libraries/Hashing.sol";
import {Reader} from "./libraries/Reader.sol";
import {Witness} from "./libraries/Witness.sol";

/// @title How every account leaves a market that has stopped
/// @dev What an account has in kind is paid as it is registered, so nothing but its cash claim is kept. The order of
///      everything that can be called here changes nobody's payment but that of late claims.
contract Exit is IExit, ReentrancyGuardTransient {
    using EscapePrices for EscapePrices.Prices;
    using GlobalRecord for bytes;

    uint256 private constant ONE = 1e8;
    uint256 private constant MAX_CLAIM = uint256(uint64(type(int64).max));
    /// @dev The bounty is one part in so many of what is forfeited.
    uint256 private constant BOUNTY_PART = 100;
    uint256 private constant DEPOSIT_SIZE = 74;

    /// @inheritdoc IExit
    IVault public immutable vault;
    /// @inheritdoc IExit
    uint64 public immutable registrationPeriod;

    State private _state;
    mapping(uint32 index => Registration) private _registrations;
    /// @inheritdoc IExit
    mapping(uint64 asset => uint64) public pool;
    /// @inheritdoc IExit
    mapping(uint64 asset => mapping(uint32 index => bool)) public hadForfeited;

    /// @param vault_ Where the vault will be made: it is made after this, and refuses an exit that names another
    constructor(IVault vault_, uint64 registrationPeriod_) {
        vault = vault_;
        registrationPeriod = registrationPeriod_;
    }

    // ---------------------------------------------------------------------------------------------------------- queue

    /// @inheritdoc IExit
    function refund(bytes[] calldata entries) external nonReentrant {
        IVault.State memory market = _frozen();
        uint64 index = _walked(market);
        for (uint256 i = 0; i < entries.length; ++i) {
            if (index == market.queueLength) revert NoSuchEntry(index, market.queueLength);
            bytes calldata entry = entries[i];
            bytes32 hash = Hashing.pair(vault.queueHashAt(index), Hashing.keccakCalldata(entry));
            bytes32 expected = vault.queueHashAt(index + 1);
            if (hash != expected) revert WrongEntry(index, hash, expected);
            _state.walked = ++index;
            if (uint8(entry[1]) == Commands.DEPOSIT) _refund(index - 1, entry);
        }
    }

    /// @dev version | kind | u64 queueIndex | u32 accountIndex | owner | u32 account | u64 asset | u64 amount | from
    function _refund(uint64 index, bytes calldata entry) private {
        assert(entry.length == DEPOSIT_SIZE);
        uint64 asset = uint64(bytes8(entry[38:46]));
        uint64 units = uint64(bytes8(entry[46:54]));
        address from = address(bytes20(entry[54:74]));
        emit Refunded(index, asset, from, units);
        vault.release(asset, from, units);
    }

    /// @dev Nothing is consumed after the freeze, so the walk begins where the last final batch ended.
    function _walked(IVault.State memory market) private view returns (uint64) {
        return _state.walked < market.queueCursor ? market.queueCursor : _state.walked;
    }

    // --------------------------------------------------------------------------------------------------- registration

    /// @inheritdoc IExit
    function register(Opening calldata opening, Leaf calldata account) external nonReentrant {
        if (_registrations[account.index].owner != address(0)) revert AlreadyRegistered(account.index);
        _register(_open(opening), opening.accountsRoot, account);
    }

    /// @inheritdoc IExit
    function registerAll(Opening calldata opening, Leaf[] calldata accounts) external nonReentrant {
        EscapePrices.Prices memory prices = _open(opening);
        for (uint256 i = 0; i < accounts.length; ++i) {
            // Somebody else may have been here first; that must not stop the others.
            if (_registrations[accounts[i].index].owner == address(0)) {
                _register(prices, opening.accountsRoot, accounts[i]);
            }
        }
    }

    /// @dev Holds the opening against the final root, and the content against the price that the global record names.
    function _open(Opening calldata opening) private view returns (EscapePrices.Prices memory prices) {
        bytes32 expected = _frozen().verifiedRoot;
        bytes memory global = opening.globalRecord;
        bytes32 root = global.stateRoot(opening.accountsRoot);
        if (root != expected) revert WrongState(root, expected);

        bytes32 priceHash = global.b32(GlobalRecord.PRICE_HASH);
        if (priceHash == 0) {
            if (opening.content.length != 0) revert WrongPrice(Hashing.keccakCalldata(opening.content), 0);
            return prices;
        }
        bytes32 digest = Eip712.digest(
            vault.domainSeparator(),
            Eip712.hashPrice(
                global.u64(GlobalRecord.TIME),
                global.u64(GlobalRecord.PRICE_SEQUENCE),
                Hashing.keccakCalldata(opening.content),
                opening.marksRoot
            )
        );
        if (digest != priceHash) revert WrongPrice(digest, priceHash);
        return EscapePrices.read(opening.content);
    }

    function _register(EscapePrices.Prices memory prices, bytes32 accountsRoot, Leaf calldata account) private {
        uint32 index = account.index;
        uint256 ptr = _prove(accountsRoot, account);
        address owner = Reader.addressAt(ptr + 1);
        uint256 positions = Reader.u8At(ptr + 26);
        int256 value = _value(prices, ptr, positions);
        bool isLate = _state.closedAt != 0;

        Registration storage noted = _registrations[index];
        noted.owner = owner;
        emit Registered(index, owner, value, isLate);
        if (value > 0) {
            // No vault holds more than this of the cash, whatever marks say.
            uint256 units = Math.min(uint256(value), MAX_CLAIM);
            noted.claim = uint64(units);
            if (isLate) {
                noted.isLate = true;
                _payLate(index, owner, units);
            } else {
                _state.claims += uint96(units);
            }
        }
        _payInKind(prices, account.index, ptr, positions, value < 0 ? uint256(-value) : 0);
    }

    /// @return ptr Absolute calldata position of the leaf
    function _prove(bytes32 accountsRoot, Leaf calldata account) private pure returns (uint256 ptr) {
        bytes calldata leaf = account.leaf;
        bytes32[] calldata siblings = account.siblings;
        if (leaf.length < AccountLeaf.FIXED_SIZE || siblings.length != Hashing.siblingCount(account.bitmap)) {
            revert BadLeaf(account.index, leaf.length, siblings.length);
        }
        uint256 first;
        assembly ("memory-safe") {
            ptr := leaf.offset
            first := siblings.offset
        }
        bytes32 root =
            Hashing.fold(Hashing.keccakCalldata(leaf), account.index, Witness.ACCOUNTS_DEPTH, account.bitmap, first);
        if (root != accountsRoot) revert WrongLeaf(account.index, root, accountsRoot);
    }

    /// @dev value = cash + Σ ⌊quantity · mark / 1e8⌋ over perps and options. At most 64 products of 127 bits.
    function _value(EscapePrices.Prices memory prices, uint256 ptr, uint256 positions)
        private
        pure
        returns (int256 value)
    {
        value = Reader.i64At(ptr + 28);
        for (uint256 i = 0; i < positions; ++i) {
            uint256 place = ptr + AccountLeaf.FIXED_SIZE + i * AccountLeaf.POSITION_SIZE;
            uint256 asset = Reader.u64At(place);
            if (AssetIds.kind(asset) == AssetIds.KIND_SPOT) continue;
            int256 product = Reader.i64At(place + 8) * int256(prices.mark(asset));
            value += product >= 0 ? product / int256(ONE) : -int256(Math.ceilDiv(uint256(-product), ONE));
        }
    }

    /// @dev Pays the account's base assets, less what it forfeits for a debt, in ascending order of the assets.
    function _payInKind(EscapePrices.Prices memory prices, uint32 index, uint256 ptr, uint256 positions, uint256 debt)
        private
    {
        for (uint256 i = 0; i < positions; ++i) {
            uint256 place = ptr + AccountLeaf.FIXED_SIZE + i * AccountLeaf.POSITION_SIZE;
            uint64 asset = uint64(Reader.u64At(place));
            int256 quantity = Reader.i64At(place + 8);
            if (AssetIds.kind(asset) != AssetIds.KIND_SPOT || quantity <= 0) continue;
            uint64 units = uint64(uint256(quantity));
            uint256 spot = debt == 0 ? 0 : prices.spot(asset);
            if (spot != 0) {
                uint64 forfeited = uint64(Math.min(units, Math.ceilDiv(debt * ONE, spot)));
                debt -= Math.min(debt, forfeited * spot / ONE);
                units -= forfeited;
                _forfeit(index, asset, forfeited, spot);
            }
            if (units != 0) {
                address owner = _registrations[index].owner;
                emit PaidInKind(index, owner, asset, units);
                vault.release(asset, owner, units);
            }
        }
    }

    /// @dev After the close the pool is shared out: what comes late is for nobody, and earns nothing.
    function _forfeit(uint32 index, uint64 asset, uint64 units, uint256 spot) private {
        uint64 bounty = 0;
        if (_state.closedAt == 0) {
            bounty = uint64(units / BOUNTY_PART);
            pool[asset] += units - bounty;
            _state.worth += uint128((units - bounty) * spot / ONE);
        }
        emit Forfeited(index, asset, units, bounty);
        if (bounty != 0) vault.release(asset, msg.sender, bounty);
    }

    function _payLate(uint32 index, address owner, uint256 claim_) private {
        uint64 units = uint64(Math.min(claim_, _state.left));
        _registrations[index].isPaid = true;
        _state.left -= units;
        _payCash(index, owner, units);
    }

    // --------------------------------------------------------------------------------------------------------- claims

    /// @inheritdoc IExit
    function close() external nonReentrant {
        IVault.State memory market = _frozen();
        if (_state.closedAt != 0) revert AlreadyClosed(_state.closedAt);
        uint256 end = uint256(vault.frozenAt()) + registrationPeriod;
        if (block.timestamp < end) revert RegistrationOpen(end - block.timestamp);
        uint64 walked = _walked(market);
        if (walked != market.queueLength) revert QueueNotWalked(walked, market.queueLength);
        bytes32 due = vault.withdrawalHash();
        bytes32 paid = vault.paidHash();
        if (paid != due) revert WithdrawalsUnpaid(paid, due);

        uint64 held = vault.listing(uint64(AssetIds.CASH)).claims;
        uint64 owed = vault.totalOwed(uint64(AssetIds.CASH));
        // A state that no proof stands behind may owe more than there is; the base must come out even then.
        uint64 available = held > owed ? held - owed : 0;
        uint96 claims = _state.claims;
        _state.closedAt = uint64(block.timestamp);
        _state.cash = uint64(Math.min(available, claims));
        _state.left = available - _state.cash;
        _state.shortfall = claims - _state.cash;
        emit Closed(_state.cash, claims, _state.shortfall, _state.worth);
    }

    /// @inheritdoc IExit
    function claim(uint32 index) external nonReentrant {
        _requireClosed();
        Registration storage noted = _registrations[index];
        if (noted.owner == address(0)) revert NotRegistered(index);
        if (noted.isPaid || noted.claim == 0) revert AlreadyPaid(index);
        _claim(index, noted);
    }

    /// @inheritdoc IExit
    function claimAll(uint32[] calldata indices) external nonReentrant {
        _requireClosed();
        for (uint256 i = 0; i < indices.length; ++i) {
            Registration storage noted = _registrations[indices[i]];
            if (!noted.isPaid && noted.claim != 0) _claim(indices[i], noted);
        }
    }

    /// @dev ⌊claim · min(A, P) / P⌋
    function _claim(uint32 index, Registration storage noted) private {
        noted.isPaid = true;
        _payCash(index, noted.owner, uint64(uint256(noted.claim) * _state.cash / _state.claims));
    }

    function _payCash(uint32 index, address owner, uint64 units) private {
        emit PaidCash(index, owner, units);
        if (units != 0) vault.release(uint64(AssetIds.CASH), owner, units);
    }

    /// @inheritdoc IExit
    function claimForfeited(uint64 asset, uint32 index) external nonReentrant {
        _requireClosed();
        if (_registrations[index].owner == address(0)) revert NotRegistered(index);
        if (!_claimForfeited(asset, index)) revert AlreadyPaid(index);
    }

    /// @inheritdoc IExit
    function claimAllForfeited(uint64 asset, uint32[] calldata indices) external nonReentrant {
        _requireClosed();
        for (uint256 i = 0; i < indices.length; ++i) {
            _claimForfeited(asset, indices[i]);
        }
    }

    /// @dev ⌊pool · claim · min(shortfall, worth) / (P · worth)⌋. Late accounts have no part.
    function _claimForfeited(uint64 asset, uint32 index) private returns (bool isPaid) {
        Registration storage noted = _registrations[index];
        uint256 worth = _state.worth;
        if (noted.claim == 0 || noted.isLate || worth == 0 || hadForfeited[asset][index]) return false;
        uint256 needed = Math.min(_state.shortfall, worth);
        uint64 units = uint64(Math.mulDiv(uint256(pool[asset]) * noted.claim, needed, uint256(_state.claims) * worth));
        if (units == 0) return false;
        hadForfeited[asset][index] = true;
        emit PaidForfeited(index, noted.owner, asset, units);
        vault.release(asset, noted.owner, units);
        return true;
    }

    function _requireClosed() private view {
        if (_state.closedAt == 0) revert NotClosed();
    }

    // ---------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IExit
    function state() external view returns (State memory now_) {
        now_ = _state;
        now_.walked = _walked(vault.state());
    }

    /// @inheritdoc IExit
    function registration(uint32 index) external view returns (Registration memory) {
        return _registrations[index];
    }

    function _frozen() private view returns (IVault.State memory) {
        if (vault.frozenAt() == 0) revert NotFrozen();
        return vault.state();
    }
}
