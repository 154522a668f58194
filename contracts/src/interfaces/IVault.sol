// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataPacking} from "./IDataPacking.sol";
import {IDisputes} from "./IDisputes.sol";
import {IExit} from "./IExit.sol";
import {IRequests} from "./IRequests.sol";
import {IStepRerun} from "./IStepRerun.sol";

/// @title The vault: custody of the tokens, the queue into the log, and the roots that the log has reached
/// @notice Amounts inside the protocol are units of 1e-8 ("units"); amounts of tokens are in the token's own smallest
///         unit ("tokens"). The vault pays nobody but by a withdrawal that stands in a verified batch: neither governor nor
///         operator can move funds.
/// @dev A batch is verified when all its steps were run again by the verifiers and everything that its header claims has
///      been found; "verified" in the names of the state means final in either way. Reverts of the verifiers ({IRefusals}) are passed on unchanged.
interface IVault is IStepRerun {
    // ---------------------------------------------------------------------------------------------------------- types

    /// @notice A withdrawal as it stands in the chain of withdrawal hashes.
    struct Withdrawal {
        uint64 asset;
        address to;
        uint64 amount;
    }

    /// @notice A listed asset, with its index in the tree of listings. Only one with a token can be deposited and paid out.
    struct Listing {
        address token;
        uint8 decimals;
        bool listed;
        uint64 claims;
        uint16 index;
    }

    /// @notice Where the chain of batches stands; what a relayer has to know before it sends.
    struct State {
        uint64 verifiedSequence;
        bytes32 verifiedRoot;
        uint64 postedSequence;
        bytes32 postedRoot;
        uint64 queueLength;
        uint64 queueCursor;
        bytes32 progressHeader;
        bytes32 progressRoot;
        uint32 progressStep;
    }

    /// @notice A batch that is posted and not final.
    /// @param time       When it was posted
    /// @param optimistic Whether it becomes final by its window, if nobody shows before that it is wrong
    struct PostedBatch {
        bytes32 headerHash;
        bytes32 root;
        uint64 time;
        bool optimistic;
    }

    // --------------------------------------------------------------------------------------------------------- events

    /// @notice An entry was added to the queue; the watcher brings exactly these bytes into the log.
    event Queued(uint64 indexed index, bytes32 queueHash, bytes command);

    /// @notice A batch's data were published. Its steps are not proven by this.
    event BatchPosted(
        uint64 indexed sequence, bytes32 indexed headerHash, bytes32 parentRoot, bytes32 root, uint32 steps
    );

    /// @notice Some steps of a batch were run again; the rest follows in later transactions.
    event BatchAdvanced(uint64 indexed sequence, bytes32 indexed headerHash, uint32 steps, bytes32 root);

    /// @notice All steps of a batch were run again: it is final.
    /// @param fees Units of the fees that are credited to the relayer with this batch; 0 if it named no account
    event BatchVerified(uint64 indexed sequence, bytes32 root, address indexed relayer, uint32 steps, uint64 fees);

    /// @notice A batch's window has passed and nobody has shown that it is wrong: it is final.
    /// @param fees As for {BatchVerified}
    event BatchFinalized(uint64 indexed sequence, bytes32 root, address indexed relayer, uint32 steps, uint64 fees);

    /// @notice Batches were cut off because the first of them was shown to be wrong. They are to be posted again.
    event BatchesCut(uint64 indexed first, uint64 last, bytes32 indexed headerHash);

    /// @notice A withdrawal was paid out.
    /// @param tokens What was transferred
    event Paid(uint64 indexed asset, address indexed to, uint64 units, uint256 tokens);

    /// @notice A withdrawal could not be paid out now, or not all of it; {claim} does later.
    event Owed(uint64 indexed asset, address indexed to, uint64 units);

    /// @notice The market has stopped for good: nothing is queued or becomes final any more, and {IExit} opens.
    /// @param index    The queue entry that was not served
    /// @param sequence The last final batch
    /// @param root     Its root, by which accounts leave
    event Frozen(uint64 indexed index, uint64 sequence, bytes32 root);

    // --------------------------------------------------------------------------------------------------------- errors

    error NotGovernor(address caller);
    error NotOperator(address caller);

    /// @notice A name or an asset id that cannot be queued.
    /// @param field Which argument, counted from 0
    /// @param value The value, or its length
    error BadArgument(uint256 field, uint256 value);

    error AlreadyListed(uint64 asset);
    error NoToken(uint64 asset);
    error ListingsFull(uint256 count);

    /// @notice The amount of tokens is no whole number of units, or none at all.
    /// @param amount Tokens given
    /// @param unit   Tokens that one unit takes
    error AmountNotExact(uint256 amount, uint256 unit);

    /// @notice All claims on an asset stay below 2^62 units.
    error ClaimsTooLarge(uint256 claims, uint256 limit);

    /// @notice The token gave the vault another amount than was asked for, as one that charges for transfers does.
    error WrongAmountReceived(uint256 received, uint256 expected);

    error NotDisputes(address caller);

    /// @notice A batch that may become final by its window can be cut off by a dispute, but not replaced.
    error NotReplaceable(uint64 sequence);

    /// @notice The batch asks for proof, or no bond stands behind it any more.
    error NeedsProof(uint64 sequence);
    error WindowOpen(uint64 sequence, uint256 time, uint256 closes);
    error WrongSequence(uint64 got, uint64 expected);
    error WrongParent(bytes32 got, bytes32 expected);
    error WrongStepsRoot(bytes32 got, bytes32 expected);

    /// @notice The header's range of queue entries is not the one that the steps went through.
    error WrongQueueRange(uint64 got, uint64 expected);

    /// @notice The batch went through other entries than the vault has queued.
    error WrongQueueHash(uint64 cursor, bytes32 got, bytes32 expected);

    error NotPosted(uint64 sequence, bytes32 headerHash);
    error WrongRange(uint256 from, uint256 upTo, uint256 steps);

    /// @notice The withdrawals are not those that follow the last paid one and lead to the batch's hash.
    error WrongWithdrawals(bytes32 got, bytes32 expected);
    error NoWithdrawals(uint64 sequence);

    /// @notice Too little gas is left to be sure that a failing transfer is the token's fault.
    error TooLittleGas(uint256 left, uint256 needed);
    error NothingOwed(uint64 asset, address to);

    /// @notice More is owed than the vault holds for this asset.
    error Short(uint256 owed, uint256 claims);

    /// @param since When the vault froze, unix seconds
    error VaultFrozen(uint64 since);

    /// @notice The batch leaves a queue entry behind for too long.
    /// @param index The first entry that it does not consume
    /// @param age   Seconds from its queueing to the state time after the batch
    /// @param most  Seconds that an entry may wait
    error EntryLeftBehind(uint64 index, uint256 age, uint64 most);

    /// @notice Every queue entry is consumed: nobody waits.
    error NothingQueued(uint64 queueLength);

    /// @notice The oldest entry that waits is not old enough.
    /// @param age    Seconds since it was queued
    /// @param needed Seconds that it must be older than
    error TooEarly(uint256 age, uint64 needed);

    /// @notice Only the exit moves funds after the freeze, and nobody does so before.
    error NotExit(address caller);

    /// @notice The exit that the vault was to be made with serves another vault.
    error WrongExit(address vault, address expected);

    /// @notice The requests that the vault was to be made with serve another vault.
    error WrongRequests(address vault, address expected);

    error NotRequests(address caller);

    // ---------------------------------------------------------------------------------------------------------- queue

    /// @notice Deposits tokens into the caller's account and queues the credit.
    /// @param asset   Asset id of the token, cash or spot
    /// @param amount  Tokens; a whole number of units
    /// @param account The owner's number for its account; its first deposit gives it an index
    function deposit(uint64 asset, uint256 amount, uint32 account) external returns (uint64 queueIndex);

    /// @notice Deposits the caller's tokens into the account of someone else.
    function depositFor(address owner, uint64 asset, uint256 amount, uint32 account)
        external
        returns (uint64 queueIndex);

    /// @notice Lists an asset; only the governor may.
    /// @param name     The name that wallets sign, 1 to 64 printable ASCII characters
    /// @param token    The ERC-20 token behind it; 0 for an asset that cannot be deposited, such as a perp or an option
    /// @param decimals Tokens per whole are 10^decimals; not the token's own number if it is listed in lots
    function list(uint64 asset, string calldata name, address token, uint8 decimals)
        external
        returns (uint64 queueIndex);

    /// @notice Queues what was asked of {requests}; only that contract may.
    /// @param kind The command's kind
    /// @param body Its bytes behind the index in the queue
    function enqueue(uint256 kind, bytes calldata body) external returns (uint64 queueIndex);

    // -------------------------------------------------------------------------------------------------------- batches

    /// @notice Publishes a batch; only the operator may. One that was posted at the same sequence and can only be final by proof is
    ///         replaced, and so are all after it.
    /// @dev With the operator's bond in place, and unless its header asks for proof, the batch is optimistic: {finalize}.
    function post(bytes calldata header, bytes calldata data) external;

    /// @notice As {post}, with less call data: what {dataPacking} makes of `packed` must be the data.
    function postPacked(bytes calldata header, bytes calldata packed) external;

    /// @notice Runs the posted batch's next steps again, up to but not including step `upTo`. Anyone may.
    /// @param witness        State before the first of these steps, then the witness of each
    /// @param relayerAccount Number of the caller's account that takes the fees if this makes the batch final
    function prove(
        bytes calldata header,
        bytes calldata data,
        bytes calldata witness,
        uint32 upTo,
        uint32 relayerAccount
    ) external;

    /// @notice Runs all steps of a batch again in one transaction. Anyone may for a batch that the operator has posted; the
    ///         operator need not have posted it before.
    function settle(bytes calldata header, bytes calldata data, bytes calldata witness, uint32 relayerAccount) external;

    /// @notice Makes an optimistic batch final once its window has passed. Anyone may.
    /// @param stateAfter b32 accountsRoot ‖ global record, whose root is the header's
    function finalize(bytes calldata header, bytes calldata stateAfter, uint32 relayerAccount) external;

    /// @notice Cuts off a posted batch and all after it; only {disputes} may.
    function cut(uint64 sequence) external;

    /// @notice Pays the withdrawals that follow the last paid one up to the end of a verified batch. A transfer that fails
    ///         is owed, and holds up no other.
    function pay(uint64 sequence, Withdrawal[] calldata withdrawals) external;

    /// @notice Pays the first of the withdrawals that {pay} would pay, for when not all fit into one transaction.
    /// @param rest H(u64 asset ‖ addr to ‖ u64 amount) of those that remain unpaid
    function payPart(uint64 sequence, Withdrawal[] calldata withdrawals, bytes32[] calldata rest) external;

    /// @notice Pays out what is owed from withdrawals that could not be paid.
    function claim(uint64 asset, address to) external;

    // ----------------------------------------------------------------------------------------------------------- exit

    /// @notice Stops the market for good, once the oldest queue entry that no final batch consumed is older than
    ///         {freezeAfter}. Anyone may. Withdrawals of final batches are paid on; all else leaves through {exit}.
    function freeze() external;

    /// @notice Pays out units after the freeze; only the exit may. What cannot be paid is owed, as for a withdrawal.
    function release(uint64 asset, address to, uint64 units) external;

    // ---------------------------------------------------------------------------------------------------------- views

    /// @notice May list assets and set parameters, nothing else; a timelock.
    function governor() external view returns (address);

    /// @notice Takes what is asked of the queue besides deposits and listings.
    function requests() external view returns (IRequests);

    /// @notice Who judges challenges.
    function disputes() external view returns (IDisputes);

    /// @notice What expands packed data.
    function dataPacking() external view returns (IDataPacking);

    /// @notice Seconds for which an optimistic batch can be challenged.
    function window() external view returns (uint64);

    /// @notice A batch that is posted and not final; all zero for any other.
    function posted(uint64 sequence) external view returns (PostedBatch memory);

    /// @notice Where the chain of batches stands.
    function state() external view returns (State memory);

    /// @notice The EIP-712 domain separator of everything that is signed.
    function domainSeparator() external view returns (bytes32);

    /// @notice The running hash of the queue before the entry with this index.
    function queueHashAt(uint64 index) external view returns (bytes32);

    /// @notice The index of an account in the accounts tree; 0 if it has none yet.
    function accountIndex(address owner, uint32 account) external view returns (uint32);

    /// @notice What is known of an asset. `claims` are the units deposited and not yet paid out.
    function listing(uint64 asset) external view returns (Listing memory);

    /// @notice Units owed from withdrawals that could not be paid.
    function owed(uint64 asset, address to) external view returns (uint64);

    /// @notice The chained hash of all withdrawals up to a batch; 0 if the batch has none or is not verified.
    function withdrawalHashOf(uint64 sequence) external view returns (bytes32);

    /// @notice The chained hash of all withdrawals that are paid.
    function paidHash() external view returns (bytes32);

    /// @notice The chained hash of all withdrawals of final batches.
    function withdrawalHash() external view returns (bytes32);

    /// @notice Units owed of an asset to all together.
    function totalOwed(uint64 asset) external view returns (uint64);

    /// @notice When a queue entry was made, unix seconds.
    function queuedAt(uint64 index) external view returns (uint64);

    /// @notice When the vault froze, unix seconds; 0 while the market runs.
    function frozenAt() external view returns (uint64);

    /// @notice Seconds that the oldest entry must have waited before the market can be frozen.
    function freezeAfter() external view returns (uint64);

    /// @notice Seconds after which a batch may not leave an entry behind; shorter than {freezeAfter}.
    function forceAfter() external view returns (uint64);

    /// @notice How accounts leave after the freeze.
    function exit() external view returns (IExit);
}
