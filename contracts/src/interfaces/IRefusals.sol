// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Why a step is not the one that the protocol describes
/// @notice Every verifier reverts with one of these, and the vault passes them on unchanged. A refusal is about the
///         command (the reason codes of docs/protocol.md, section 9); the other errors are about the witness that came
///         with it, which a relayer can make again without asking the signers.
interface IRefusals {
    /// @notice The command breaks a rule of the protocol.
    /// @param code  The protocol's reason code
    /// @param item  Which part: 0 is the command or the bid, i + 1 is the fill or the signature number i
    /// @param got   The value that was found, in the protocol's unit; an address or a hash is given as its bits
    /// @param limit The value that the rule allows
    error Refused(uint16 code, uint256 item, int256 got, int256 limit);

    /// @notice The witness ends inside a field.
    /// @param needed Bytes that the field and all before it take
    /// @param given  Bytes that are there
    error WitnessTooShort(uint256 needed, uint256 given);

    /// @notice A part of the witness is out of order, out of range, superfluous or not decodable.
    /// @param part Which part, see {WitnessPart}
    /// @param item Its position among its kind, from 0
    /// @param got  The value found
    error BadWitness(WitnessPart part, uint256 item, uint256 got);

    /// @notice A Merkle proof does not lead to the root.
    /// @param part     Which part of the witness
    /// @param item     Its position among its kind, from 0
    /// @param got      The root that the proof leads to
    /// @param expected The root of the state
    error WrongProof(WitnessPart part, uint256 item, bytes32 got, bytes32 expected);

    /// @notice The parts that a witness is made of.
    enum WitnessPart {
        Account,
        Slot,
        Listing,
        Key,
        RegisteredKey,
        FeederSet,
        Price,
        Parameters
    }
}
