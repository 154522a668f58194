// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AssetIds} from "./AssetIds.sol";
import {Reader} from "./Reader.sol";

/// @title What a price bundle's content says of an asset, for the exit
/// @dev Content: i64 stable | u8 n × (u16 underlying | i64 spot | i64 confidence | i64 rate | i64 perpMark | u8 nExpiries ×
///      50 bytes) | u16 n × (u64 asset | i64 mark), ascending by asset. The way out must not hang on whether somebody
///      signed a content of another form: such a one says nothing of any asset.
library EscapePrices {
    /// @notice Where in the calldata a content's parts are.
    /// @param underlyings Position of each underlying's record
    /// @param marks       Position of the first mark
    /// @param marksCount  How many marks there are
    struct Prices {
        uint256[] underlyings;
        uint256 marks;
        uint256 marksCount;
    }

    uint256 private constant UNDERLYING_SIZE = 35;
    uint256 private constant EXPIRY_SIZE = 50;
    uint256 private constant MARK_SIZE = 16;

    /// @notice Finds the parts of a content; all empty if it is none.
    function read(bytes calldata content) internal pure returns (Prices memory prices) {
        uint256 ptr;
        assembly ("memory-safe") {
            ptr := content.offset
        }
        uint256 end = ptr + content.length;
        if (content.length < 11) return prices;
        uint256 n = Reader.u8At(ptr + 8);
        ptr += 9;
        uint256[] memory underlyings = new uint256[](n);
        for (uint256 i = 0; i < n; ++i) {
            underlyings[i] = ptr;
            if (ptr + UNDERLYING_SIZE > end) return prices;
            ptr += UNDERLYING_SIZE + EXPIRY_SIZE * Reader.u8At(ptr + UNDERLYING_SIZE - 1);
        }
        if (ptr + 2 > end) return prices;
        uint256 marksCount = Reader.u16At(ptr);
        if (ptr + 2 + MARK_SIZE * marksCount != end) return prices;
        prices.underlyings = underlyings;
        prices.marks = ptr + 2;
        prices.marksCount = marksCount;
    }

    /// @notice Cash units per whole of a base asset; 0 if the content does not say.
    function spot(Prices memory prices, uint256 asset) internal pure returns (uint256) {
        uint256 ptr = _underlying(prices, asset >> 52);
        return ptr == 0 ? 0 : _notNegative(Reader.i64At(ptr + 2));
    }

    /// @notice Cash units per whole of a perp or an option; 0 if the content does not say.
    function mark(Prices memory prices, uint256 asset) internal pure returns (uint256) {
        if (AssetIds.kind(asset) == AssetIds.KIND_PERP) {
            uint256 ptr = _underlying(prices, asset >> 52);
            return ptr == 0 ? 0 : _notNegative(Reader.i64At(ptr + 26));
        }
        uint256 low = 0;
        uint256 high = prices.marksCount;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            uint256 ptr = prices.marks + MARK_SIZE * middle;
            uint256 here = Reader.u64At(ptr);
            if (here == asset) return _notNegative(Reader.i64At(ptr + 8));
            if (here < asset) low = middle + 1;
            else high = middle;
        }
        return 0;
    }

    function _underlying(Prices memory prices, uint256 underlying) private pure returns (uint256) {
        uint256[] memory all = prices.underlyings;
        for (uint256 i = 0; i < all.length; ++i) {
            if (Reader.u16At(all[i]) == underlying) return all[i];
        }
        return 0;
    }

    function _notNegative(int256 value) private pure returns (uint256) {
        return value < 0 ? 0 : uint256(value);
    }
}
