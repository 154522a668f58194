// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../interfaces/IRefusals.sol";
import {Codes} from "./Codes.sol";
import {Reader} from "./Reader.sol";

/// @title secp256k1 signatures of exactly one form
/// @dev Range and low s are checked before the recovery, so that a signature cannot be rewritten into another valid one.
library Signatures {
    uint256 internal constant SIZE = 65;
    uint256 internal constant N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 internal constant HALF_N = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice Recovers who signed a digest.
    /// @param ptr   Absolute calldata position of r ‖ s ‖ v
    /// @param item Which signature of the command, for the error
    function recover(bytes32 digest, uint256 ptr, uint256 item) internal pure returns (address signer) {
        uint256 r = uint256(Reader.b32At(ptr));
        uint256 s = uint256(Reader.b32At(ptr + 32));
        uint256 v = Reader.u8At(ptr + 64);
        if (v != 27 && v != 28) revert IRefusals.Refused(Codes.SIGNATURE_FORM, item, int256(v), 28);
        if (r == 0 || r >= N) revert IRefusals.Refused(Codes.SIGNATURE_FORM, item, int256(r), int256(N));
        if (s == 0 || s > HALF_N) revert IRefusals.Refused(Codes.SIGNATURE_FORM, item, int256(s), int256(HALF_N));
        signer = ecrecover(digest, uint8(v), bytes32(r), bytes32(s));
        if (signer == address(0)) revert IRefusals.Refused(Codes.SIGNER_MISMATCH, item, 0, 0);
    }
}
