// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

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

    /// @notice Whether the id is the one way to write its asset.
    function isCanonical(uint256 asset) internal pure returns (bool) {
        uint256 kind_ = kind(asset);
        uint256 underlying = asset >> 52;
        uint256 expiry = (asset >> 36) & 0xffff;
        uint256 strike = asset & 0xffffffff;
        if (kind_ == KIND_CASH) return asset == CASH;
        if (underlying == 0 || underlying >> 12 != 0) return false;
        if (kind_ == KIND_SPOT || kind_ == KIND_PERP) return expiry == 0 && strike == 0;
        if (kind_ > KIND_PUT || expiry > LAST_DAY) return false;
        uint256 mantissa = strike >> 4;
        uint256 exponent = strike & 0xf;
        // The exponent is the largest possible: the mantissa has no factor of ten that it could still take.
        if (mantissa == 0 || (mantissa % 10 == 0 && exponent != 15)) return false;
        return mantissa * 10 ** exponent <= uint256(uint64(type(int64).max));
    }
}
