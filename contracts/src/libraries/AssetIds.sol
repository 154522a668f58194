// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../interfaces/IRefusals.sol";
import {Codes} from "./Codes.sol";

/// @title Asset ids
/// @dev Bits 63..52 underlying, 51..36 expiry in days since 2020-01-01, 35..32 kind, 31..0 strike = m·10^e with m in bits
///      31..4 and e in bits 3..0.
library AssetIds {
    uint256 internal constant CASH = 0;

    uint256 internal constant KIND_CASH = 0;
    uint256 internal constant KIND_SPOT = 1;
    uint256 internal constant KIND_PERP = 2;
    uint256 internal constant KIND_CALL = 3;
    uint256 internal constant KIND_PUT = 4;

    /// @dev 2099-12-31: names carry a two-digit year.
    uint256 internal constant LAST_DAY = 29_219;

    function kind(uint256 asset) internal pure returns (uint256) {
        return (asset >> 32) & 0xf;
    }

    /// @notice The strike of a canonical id in units of 1e-8; 0 for what is no option.
    function strike(uint256 asset) internal pure returns (uint256) {
        unchecked {
            return ((asset >> 4) & 0xfffffff) * 10 ** (asset & 0xf);
        }
    }

    /// @notice Refuses a record with an id that is not the one way to write its asset.
    function requireCanonical(uint256 asset, uint256 item) internal pure {
        if (!isCanonical(asset)) revert IRefusals.Refused(Codes.UNDECODABLE, item, int256(asset), 0);
    }

    /// @notice Whether the id is the one way to write its asset.
    function isCanonical(uint256 asset) internal pure returns (bool) {
        unchecked {
            uint256 kind_ = (asset >> 32) & 0xf;
            if (kind_ == KIND_CASH) return asset == CASH;
            uint256 underlying = asset >> 52;
            if (underlying == 0 || underlying >> 12 != 0) return false;
            // Neither expiry nor strike: what is left of the id are underlying and kind.
            if (kind_ == KIND_SPOT || kind_ == KIND_PERP) return asset & 0xffff0ffffffff == 0;
            if (kind_ > KIND_PUT || (asset >> 36) & 0xffff > LAST_DAY) return false;
            uint256 mantissa = (asset >> 4) & 0xfffffff;
            // The exponent is the largest possible: the mantissa has no factor of ten that it could still take.
            if (mantissa == 0 || (mantissa % 10 == 0 && asset & 0xf != 15)) return false;
            return mantissa * 10 ** (asset & 0xf) <= uint256(uint64(type(int64).max));
        }
    }
}
