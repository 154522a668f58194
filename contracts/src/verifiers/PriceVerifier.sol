// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVerifier} from "../interfaces/IVerifier.sol";
import {Codes} from "../libraries/Codes.sol";
import {Commands} from "../libraries/Commands.sol";
import {Eip712} from "../libraries/Eip712.sol";
import {GlobalRecord} from "../libraries/GlobalRecord.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {PriceContent} from "../libraries/PriceContent.sol";
import {Reader} from "../libraries/Reader.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title Runs a price bundle again: its order, the quorum of feeders that signed it, and its form
/// @dev What the content says is the feeders' word. Its form is looked at here, once, so that whoever has the content behind
///      the state's price hash can read it without a check.
contract PriceVerifier is IVerifier {
    using GlobalRecord for bytes;
    using Reader for Reader.Cursor;

    /// @inheritdoc IVerifier
    function rerun(
        bytes32 domainSeparator,
        bytes calldata globalRecord,
        bytes32 accountsRoot,
        bytes calldata,
        bytes calldata step,
        bytes calldata witness
    ) external pure returns (bytes memory globalAfter, bytes32 rootAfter, uint256 witnessUsed, bool priced) {
        globalAfter = globalRecord;
        rootAfter = accountsRoot;
        priced = false;
        Reader.Cursor memory stream = Reader.overWitness(witness);
        _rerun(domainSeparator, globalAfter, Reader.overRecord(step), stream);
        witnessUsed = stream.used();
    }

    /// @dev version | kind | u64 time | u64 sequence | b32 marksRoot | u8 nSigs | sigs | u32 length | content
    function _rerun(
        bytes32 domainSeparator,
        bytes memory global,
        Reader.Cursor memory command,
        Reader.Cursor memory stream
    ) private pure {
        uint256 ptr = command.take(51);
        if (Reader.u8At(ptr) != Commands.VERSION || Reader.u8At(ptr + 1) != Commands.PRICE) {
            revert Refused(Codes.UNDECODABLE, 0, int256(Reader.u16At(ptr)), 0);
        }
        uint256 signatureCount = Reader.u8At(ptr + 50);
        uint256 signatures = command.take(signatureCount * Signatures.SIZE);
        uint256 length = Reader.u32At(command.take(4));
        uint256 content = command.take(length);
        command.requireEnd();

        bytes32 digest = _takeOver(domainSeparator, global, ptr, Hashing.keccakAt(content, length));
        _requireQuorum(digest, signatures, signatureCount, global.b32(GlobalRecord.FEEDER_SET_HASH), stream);
        _requireContent(content, length, global.b32(GlobalRecord.PARAMS_HASH), Reader.b32At(ptr + 18));
    }

    /// @dev Form, and that the marks root is that of the marks under the parameters in force.
    function _requireContent(uint256 content, uint256 length, bytes32 paramsHash, bytes32 expected) private pure {
        (uint256 marks, uint256 count) = PriceContent.requireWellFormed(content, length);
        bytes32 root = PriceContent.marksRoot(marks, count, paramsHash);
        if (root != expected) {
            revert Refused(Codes.PRICE_CONTENT, 0, int256(uint256(root)), int256(uint256(expected)));
        }
    }

    /// @dev Sets the time and the price and returns the digest that the quorum must have signed.
    function _takeOver(bytes32 domainSeparator, bytes memory global, uint256 ptr, bytes32 content)
        private
        pure
        returns (bytes32 digest)
    {
        uint256 time = Reader.u64At(ptr + 2);
        uint256 sequence = Reader.u64At(ptr + 10);
        Reader.requireSigned64(time | sequence, 0);
        _requireOrder(global, time, sequence);
        digest = Eip712.digest(domainSeparator, Eip712.hashPrice(time, sequence, content, Reader.b32At(ptr + 18)));
        global.set64(GlobalRecord.TIME, time);
        global.set64(GlobalRecord.PRICE_SEQUENCE, sequence);
        global.setB32(GlobalRecord.PRICE_HASH, digest);
    }

    function _requireOrder(bytes memory global, uint256 time, uint256 sequence) private pure {
        uint256 last = global.u64(GlobalRecord.TIME);
        if (time < last) {
            revert Refused(Codes.PRICE_ORDER, 0, int256(time), int256(last));
        }
        last = global.u64(GlobalRecord.PRICE_SEQUENCE);
        if (sequence <= last) revert Refused(Codes.PRICE_ORDER, 0, int256(sequence), int256(last));
    }

    /// @dev The vault queues no other set; what the state holds is only a hash.
    function _isSet(uint256 set, uint256 n) private pure returns (bool) {
        for (uint256 i = 1; i < n; ++i) {
            if (Reader.addressAt(set + 2 + 20 * i) <= Reader.addressAt(set + 2 + 20 * (i - 1))) return false;
        }
        return true;
    }

    /// @dev Signers and the set both ascend by address, so one pass over the set finds them all, each once.
    function _requireQuorum(
        bytes32 digest,
        uint256 signatures,
        uint256 signatureCount,
        bytes32 feederSetHash,
        Reader.Cursor memory stream
    ) private pure {
        // What the state holds, none or one that is no set, is shown by its hash: it is the price's fault and not the witness's.
        if (feederSetHash == 0) revert Refused(Codes.QUORUM, 0, int256(signatureCount), 1);
        uint256 length = Reader.u16At(stream.take(2));
        uint256 set = stream.take(length);
        bytes32 hash = Hashing.keccakAt(set, length);
        if (hash != feederSetHash) revert WrongProof(WitnessPart.FeederSet, 0, hash, feederSetHash);
        if (length < 2) revert Refused(Codes.QUORUM, 0, int256(signatureCount), 1);
        uint256 threshold = Reader.u8At(set);
        uint256 n = Reader.u8At(set + 1);
        if (length != 2 + 20 * n) revert Refused(Codes.QUORUM, 0, int256(signatureCount), int256(n));
        if (!_isSet(set, n) || threshold == 0 || signatureCount < threshold) {
            revert Refused(Codes.QUORUM, 0, int256(signatureCount), int256(threshold));
        }
        uint256 next = 0;
        for (uint256 i = 0; i < signatureCount; ++i) {
            address signer = Signatures.recover(digest, signatures + i * Signatures.SIZE, i);
            while (next < n && Reader.addressAt(set + 2 + 20 * next) != signer) ++next;
            if (next == n) revert Refused(Codes.QUORUM, i, int256(uint256(uint160(signer))), int256(threshold));
            ++next;
        }
    }
}
