// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../interfaces/IRefusals.sol";
import {Codes} from "./Codes.sol";
import {Eip712} from "./Eip712.sol";
import {GlobalRecord} from "./GlobalRecord.sol";
import {Hashing} from "./Hashing.sol";
import {MarginParameters} from "./MarginParameters.sol";
import {PriceContent} from "./PriceContent.sol";
import {Reader} from "./Reader.sol";

/// @title What a step is margined with: the price and the parameters whose hashes the global record holds
/// @dev u32 length | [u64 time | u64 sequence | b32 marksRoot | content] | u16 length | [margin parameters]. It is proven when
///      the first account asks for it, and not at all for a step whose accounts hold nothing but cash.
library Pricing {
    using GlobalRecord for bytes;
    using Reader for Reader.Cursor;

    uint256 private constant PRICE_HEAD = 48;

    struct Context {
        bytes32 domain;
        bytes32 priceHash;
        bytes32 paramsHash;
        Reader.Cursor stream;
        bool isProven;
        // Absolute calldata positions.
        uint256 content;
        uint256 marks;
        uint256 markCount;
        uint256 parameters;
        MarginParameters.Rates rates;
        uint256 stable;
    }

    /// @notice The context of a step; nothing of it is read yet.
    function context(bytes32 domain, bytes memory global, bytes calldata pricing)
        internal
        pure
        returns (Context memory made)
    {
        made.domain = domain;
        made.priceHash = global.b32(GlobalRecord.PRICE_HASH);
        made.paramsHash = global.b32(GlobalRecord.PARAMS_HASH);
        made.stream = Reader.overWitness(pricing);
    }

    /// @notice Proves price and parameters against the state, once.
    /// @param item Position of the account that needs them, for the error
    function prove(Context memory self, uint256 item) internal pure {
        if (self.isProven) return;
        self.isProven = true;
        if (self.priceHash == 0) revert IRefusals.Refused(Codes.NO_PRICE, item, 0, 0);
        uint256 length = Reader.u32At(self.stream.take(4));
        uint256 ptr = self.stream.take(length);
        if (length < PRICE_HEAD) revert IRefusals.BadWitness(IRefusals.WitnessPart.Price, 0, length);
        bytes32 content = Hashing.keccakAt(ptr + PRICE_HEAD, length - PRICE_HEAD);
        bytes32 hash = Eip712.digest(
            self.domain, Eip712.hashPrice(Reader.u64At(ptr), Reader.u64At(ptr + 8), content, Reader.b32At(ptr + 16))
        );
        if (hash != self.priceHash) {
            revert IRefusals.WrongProof(IRefusals.WitnessPart.Price, 0, hash, self.priceHash);
        }
        self.content = ptr + PRICE_HEAD;
        self.marks = PriceContent.marksAt(self.content);
        self.stable = Reader.u64At(self.content);
        self.markCount = Reader.u16At(self.marks - 2);

        if (self.paramsHash == 0) revert IRefusals.Refused(Codes.NO_PRICE, item, 0, 0);
        length = Reader.u16At(self.stream.take(2));
        ptr = self.stream.take(length);
        hash = Hashing.keccakAt(ptr, length);
        if (hash != self.paramsHash) {
            revert IRefusals.WrongProof(IRefusals.WitnessPart.Parameters, 0, hash, self.paramsHash);
        }
        // The queue takes any content; what is no admissible set counts as none.
        if (!MarginParameters.isAdmissible(ptr, length)) {
            revert IRefusals.Refused(Codes.NO_PRICE, item, int256(length), 0);
        }
        self.parameters = ptr;
        self.rates = MarginParameters.rates(ptr);
    }
}
