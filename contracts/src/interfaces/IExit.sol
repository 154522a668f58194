// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVault} from "./IVault.sol";

/// @title The exit: how every account leaves a market that has stopped
/// @notice The rule with its formulas and an example is docs/exit.md. Anyone may call everything here, for any account: funds
///         go to the account's owner and to nobody else. All amounts are units of 1e-8.
/// @dev Holds no tokens: the vault pays what the exit says, and keeps as owed what a token refuses to transfer.
interface IExit {
    // ---------------------------------------------------------------------------------------------------------- types

    /// @notice What the final root is made of.
    /// @param accountsRoot Root of the accounts tree
    /// @param globalRecord The global record (421 bytes)
    /// @param marksRoot    Root of the marks, as the feeders signed it with the content
    /// @param content      The content of the last final price bundle; empty if there was none
    struct Opening {
        bytes32 accountsRoot;
        bytes globalRecord;
        bytes32 marksRoot;
        bytes content;
    }

    /// @notice An account's leaf and the way from it to the accounts root.
    /// @param bitmap   Bit i set: the sibling at level i is given, else it is 0
    /// @param siblings Those given, level 0 first
    struct Leaf {
        uint32 index;
        bytes leaf;
        uint32 bitmap;
        bytes32[] siblings;
    }

    /// @notice What is noted of an account.
    /// @param owner  Whom it is paid; 0 while it is not registered
    /// @param claim  Its cash claim
    /// @param isPaid Whether its cash claim is served, as far as it ever will be
    /// @param isLate Whether it has a claim that came after the close
    struct Registration {
        address owner;
        uint64 claim;
        bool isPaid;
        bool isLate;
    }

    /// @notice Where the exit stands.
    /// @param walked    Queue entries that are consumed or refunded
    /// @param closedAt  When it was closed, unix seconds; 0 while it is open
    /// @param cash      Cash that serves the claims in time: min(A, P)
    /// @param left      Cash that late claims can still have
    /// @param claims    Sum of the cash claims in time: P
    /// @param worth     What the pool of forfeited base was worth at the bundle's spots
    /// @param shortfall What the claims lack: max(0, P − A)
    struct State {
        uint64 walked;
        uint64 closedAt;
        uint64 cash;
        uint64 left;
        uint96 claims;
        uint128 worth;
        uint96 shortfall;
    }

    // --------------------------------------------------------------------------------------------------------- events

    /// @notice A deposit that no final batch consumed goes back to who paid it.
    event Refunded(uint64 indexed index, uint64 indexed asset, address indexed to, uint64 units);

    /// @notice An account was registered.
    /// @param value  Its escape value; negative is a debt
    /// @param isLate Whether the exit was closed already
    event Registered(uint32 indexed index, address indexed owner, int256 value, bool isLate);

    /// @notice An account's base assets were paid to its owner.
    event PaidInKind(uint32 indexed index, address indexed owner, uint64 indexed asset, uint64 units);

    /// @notice An account in debt lost base assets.
    /// @param units  What it lost
    /// @param bounty What of it went to who registered the account
    event Forfeited(uint32 indexed index, uint64 indexed asset, uint64 units, uint64 bounty);

    /// @notice What each claim gets is fixed.
    event Closed(uint64 cash, uint96 claims, uint96 shortfall, uint128 worth);

    /// @notice A cash claim was served.
    event PaidCash(uint32 indexed index, address indexed owner, uint64 units);

    /// @notice An account's part of what was forfeited was paid.
    event PaidForfeited(uint32 indexed index, address indexed owner, uint64 indexed asset, uint64 units);

    // --------------------------------------------------------------------------------------------------------- errors

    error NotFrozen();

    /// @notice The entry is not the one that the vault queued.
    error WrongEntry(uint64 index, bytes32 got, bytes32 expected);

    /// @notice More entries were given than there are.
    error NoSuchEntry(uint64 index, uint64 queueLength);

    /// @notice The opening is not that of the final root.
    error WrongState(bytes32 got, bytes32 expected);

    /// @notice The price is not the last final one.
    error WrongPrice(bytes32 got, bytes32 expected);

    /// @notice The leaf is not in the accounts tree.
    error WrongLeaf(uint32 index, bytes32 got, bytes32 expected);

    /// @notice There is no account here, or the number of siblings is not the bitmap's.
    error BadLeaf(uint32 index, uint256 leafLength, uint256 siblings);

    error AlreadyRegistered(uint32 index);

    /// @notice The time for registration is not over.
    /// @param left Seconds that are left
    error RegistrationOpen(uint256 left);

    /// @notice Entries of the queue are not refunded yet.
    error QueueNotWalked(uint64 walked, uint64 queueLength);

    /// @notice Withdrawals of final batches are not paid yet; {IVault.pay} does.
    error WithdrawalsUnpaid(bytes32 paid, bytes32 expected);

    error AlreadyClosed(uint64 since);
    error NotClosed();
    error NotRegistered(uint32 index);

    /// @notice The account has had this already, or its claim came too late for it.
    error AlreadyPaid(uint32 index);

    // -------------------------------------------------------------------------------------------------------- actions

    /// @notice Walks the queue on from the last entry that was consumed or refunded. Deposits go back to who paid them, all
    ///         other entries come to nothing.
    /// @param entries The bytes of the next entries, as {IVault.Queued} published them
    function refund(bytes[] calldata entries) external;

    /// @notice Registers an account: pays its base assets to its owner, less what it forfeits for a debt, and notes its cash
    ///         claim. Who registers an account in debt before the close has the bounty.
    function register(Opening calldata opening, Leaf calldata account) external;

    /// @notice Registers many accounts; those that are registered already are passed over.
    function registerAll(Opening calldata opening, Leaf[] calldata accounts) external;

    /// @notice Fixes what each claim gets, once the time for registration is over, all entries are refunded and all
    ///         withdrawals paid.
    function close() external;

    /// @notice Pays an account's cash claim.
    function claim(uint32 index) external;

    /// @notice Pays the cash claims of many accounts; those that have nothing to get are passed over.
    function claimAll(uint32[] calldata indices) external;

    /// @notice Pays an account's part of what was forfeited of an asset.
    function claimForfeited(uint64 asset, uint32 index) external;

    /// @notice Pays many accounts' parts of what was forfeited of an asset; those that have nothing to get are passed over.
    function claimAllForfeited(uint64 asset, uint32[] calldata indices) external;

    // ---------------------------------------------------------------------------------------------------------- views

    /// @notice The vault whose accounts leave here.
    function vault() external view returns (IVault);

    /// @notice Seconds from the freeze for which registration is open at least.
    function registrationPeriod() external view returns (uint64);

    /// @notice Where the exit stands.
    function state() external view returns (State memory);

    /// @notice What is noted of an account.
    function registration(uint32 index) external view returns (Registration memory);

    /// @notice Units of an asset that were forfeited in time and are for the claims, before any was paid.
    function pool(uint64 asset) external view returns (uint64);

    /// @notice Whether an account had its part of what was forfeited of an asset.
    function hadForfeited(uint64 asset, uint32 index) external view returns (bool);
}
