// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStepRerun} from "./IStepRerun.sol";

/// @title Disputes over optimistic batches: the operator's bond, and one-shot challenges that take it
/// @notice A challenge carries everything that shows the fraud; it needs no bond, no answer and no second move. The vault then cuts the
///         batch and all after it off, and the bond is slashed: half goes to the challenger, half to the insurance
///         account. The log does not rewind: the same commands are posted again with correct roots.
/// @dev Whoever copies a challenge out of the mempool gets nothing: the address of the reward stands in a commitment to exactly this
///      challenge, made in an earlier block.
interface IDisputes is IStepRerun {
    /// @notice What was shown to be wrong.
    enum Fraud {
        /// A step leads to another root than the data say, or is none at all.
        Step,
        /// The tree of steps is over other bytes than the data.
        Tree,
        /// A record does not lie where the table says, is no command that may stand there, or says to be an entry of the queue that the vault does not have.
        Undecodable,
        /// The last root, the queue's range or the flags are not those of the header.
        Header
    }

    /// @notice What the evidence of a wrong step is, its first byte.
    enum Evidence {
        /// `u32 length | witness | [u32 bitmap | siblings]`: the step's witness as for {IVault.prove}; where the refusal is that the
        /// signer is no key of the account, and the vault knows the key, the proof that it is not in the state.
        Rerun,
        /// `state | u8 item | u32 bitmap | siblings`: a party's account is not in the state; without proof if the vault does not know it.
        AbsentAccount,
        /// `state | u8 item | u8 leg | u32 bitmap | siblings`: an asset is not listed in the state; the same.
        AbsentListing
    }

    /// @notice What is challenged, and who is paid.
    /// @param step   The step that is wrong; 0 where it is not about a step
    /// @param reward Who gets half of the bond
    /// @param salt   Hides the commitment
    struct Challenge {
        Fraud fraud;
        uint32 step;
        address reward;
        bytes32 salt;
    }

    event Bonded(address indexed from, uint256 amount, uint256 bond);
    event BondWithdrawn(address indexed to, uint256 amount, uint256 bond);
    event Committed(bytes32 indexed commitment, address indexed by);

    /// @notice A batch was shown to be wrong.
    /// @param paid    Tokens for the challenger
    /// @param insured Tokens for the insurance account
    event Slashed(
        uint64 indexed sequence,
        bytes32 indexed headerHash,
        Fraud fraud,
        uint32 step,
        address indexed reward,
        uint256 paid,
        uint256 insured
    );

    error NotOperator(address caller);

    /// @notice The bond stays while a batch is posted and not final.
    error BondLocked(uint64 finalSequence, uint64 postedSequence);
    error BondTooSmall(uint256 bond, uint256 amount);
    error NotPosted(uint64 sequence, bytes32 headerHash);
    error AlreadyCommitted(bytes32 commitment, uint256 blockNumber);

    /// @notice The challenge was not committed to in an earlier block.
    error NotCommitted(bytes32 commitment, uint256 committed, uint256 blockNumber);

    /// @notice What is challenged is right.
    error NoFraud(uint64 sequence, Fraud fraud, uint32 step);

    /// @notice The step could not be run again with this witness, which says nothing about the step.
    /// @param reason What the verifier reverted with
    error WitnessUnusable(bytes reason);

    /// @notice The token of the bond: the cash token.
    function token() external view returns (address);

    /// @notice Tokens that a fraud costs, and without which no batch is optimistic.
    function bondSize() external view returns (uint256);

    /// @notice Tokens of the operator that lie here.
    function bond() external view returns (uint256);

    /// @notice Whether the bond suffices for optimistic batches.
    function bonded() external view returns (bool);

    /// @notice Tokens that {insure} will deposit for the insurance account.
    function insuranceDue() external view returns (uint256);

    /// @notice Adds to the operator's bond. Anyone may.
    function addBond(uint256 amount) external;

    /// @notice Takes bond back; only the operator may, and below the size only while no posted batch is open.
    function withdrawBond(uint256 amount) external;

    /// @notice Commits to a challenge. See {commitmentOf}.
    function commit(bytes32 commitment) external;

    /// @notice The commitment to a challenge.
    /// @param evidence The same bytes as in {challenge}
    function commitmentOf(Challenge calldata challenge_, bytes32 headerHash, bytes calldata evidence)
        external
        pure
        returns (bytes32);

    /// @notice Shows that a posted batch is wrong.
    /// @param evidence Step: see {Evidence}, where a state is b32 accountsRoot ‖ global record. Header: the state after the batch, or
    ///                 nothing where the data alone show it. Else nothing.
    function challenge(
        Challenge calldata challenge_,
        bytes calldata header,
        bytes calldata data,
        bytes calldata evidence
    ) external;

    /// @notice Deposits what is due to the insurance account into the vault. Anyone may.
    function insure() external;
}
