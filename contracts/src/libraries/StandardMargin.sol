// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRefusals} from "../interfaces/IRefusals.sol";
import {AccountLeaf} from "./AccountLeaf.sol";
import {AssetIds} from "./AssetIds.sol";
import {Codes} from "./Codes.sol";
import {MarginParameters} from "./MarginParameters.sol";
import {PriceContent} from "./PriceContent.sol";
import {Pricing} from "./Pricing.sol";
import {Reader} from "./Reader.sol";

/// @title The standard margin (docs/margin.md) in integers
/// @dev Values round down, requirements up. Every amount is int64, each sum and product too: one that is not refuses the
///      step (404). Whether one was not is gathered in `wide` and looked at where it makes a difference, which is before the
///      next refusal and at the end; until then nothing leaves a word, as a product of a quantity, a price and two ratios
///      has less than 200 bits. Positions ascend by asset, so that one pass meets an underlying's spot and perp and then its
///      expiries.
library StandardMargin {
    using Pricing for Pricing.Context;

    uint256 private constant ONE = 1e8;
    uint256 private constant UP = ONE - 1;
    /// @dev Makes a product that may be negative positive, so that dividing it rounds down.
    int256 private constant LIFT = 1 << 128;
    /// @dev strike | side | quantity: how the payoff of an expiry reads an option.
    uint256 private constant OPTION_SIZE = 0x60;

    /// @notice What an account is worth and what is left of that above its requirements.
    struct Margin {
        int256 value;
        int256 netInitial;
        int256 netMaintenance;
        int256 cashAndDerivatives;
    }

    /// @dev Sums on their way over the positions.
    struct Sums {
        Margin margin;
        uint256 wide;
        uint256 item;
        // Of the underlying at hand: where it stands in the prices, its spot, and sizes for the contingencies.
        uint256 priced;
        uint256 spot;
        uint256 perpSize;
        uint256 shortSize;
        uint256 baseSize;
        // Of the expiry at hand.
        uint256 initial;
        uint256 maintenance;
        int256 netCalls;
        uint256 options;
        uint256 optionsEnd;
    }

    /// @notice Refuses an account that may not be left as it is: net initial margin below zero (401) or cash and derivatives
    ///         below zero (408); 410, 411 and 404 where its margin cannot be stated.
    /// @param item Position of the account in the step, for the error
    function requireEnough(AccountLeaf.Account memory account, Pricing.Context memory pricing, uint256 item)
        internal
        pure
    {
        Margin memory margin = evaluate(account, pricing, item);
        if (margin.netInitial < 0) {
            revert IRefusals.Refused(Codes.MARGIN_INITIAL, item, margin.netInitial, 0);
        }
        if (margin.cashAndDerivatives < 0) {
            revert IRefusals.Refused(Codes.CASH_DEBT, item, margin.cashAndDerivatives, 0);
        }
    }

    /// @notice The margin of an account; one without positions needs neither prices nor parameters.
    function evaluate(AccountLeaf.Account memory account, Pricing.Context memory pricing, uint256 item)
        internal
        pure
        returns (Margin memory margin)
    {
        if (account.mode > AccountLeaf.MODE_ISOLATED) {
            revert IRefusals.Refused(
                Codes.MODE_UNSUPPORTED, item, int256(account.mode), int256(AccountLeaf.MODE_ISOLATED)
            );
        }
        int256 cash = account.cash;
        margin.value = cash;
        margin.netInitial = cash;
        margin.netMaintenance = cash;
        margin.cashAndDerivatives = cash;
        uint256[] memory positions = account.positions;
        if (positions.length == 0) return margin;
        if (account.mode == AccountLeaf.MODE_ISOLATED) _requireOneUnderlying(positions, item);

        pricing.prove(item);
        Sums memory sums;
        sums.margin = margin;
        sums.item = item;
        unchecked {
            uint256 ptr;
            uint256 end;
            uint256 options;
            assembly ("memory-safe") {
                let n := mload(positions)
                ptr := add(positions, 0x20)
                end := add(ptr, shl(5, n))
                options := mload(0x40)
                mstore(0x40, add(options, mul(n, 0x60)))
            }
            sums.options = options;
            while (ptr < end) {
                ptr = _underlying(sums, pricing, ptr, end);
            }
            sums.wide |= _bits(margin.value - margin.netInitial) | _bits(margin.value - margin.netMaintenance);
        }
        _requireFit(sums);
    }

    /// @dev Positions ascend by underlying: the first and the last tell.
    function _requireOneUnderlying(uint256[] memory positions, uint256 item) private pure {
        uint256 first = positions[0] >> 244;
        uint256 last = positions[positions.length - 1] >> 244;
        if (first != last) revert IRefusals.Refused(Codes.ISOLATED_UNDERLYING, item, int256(last), int256(first));
    }

    /// @dev Adds all positions of one underlying and returns where the next begins.
    function _underlying(Sums memory sums, Pricing.Context memory pricing, uint256 ptr, uint256 end)
        private
        pure
        returns (uint256)
    {
        unchecked {
            uint256 underlying = _word(ptr) >> 244;
            uint256 priced = PriceContent.underlyingAt(pricing.content, underlying);
            if (priced == 0) _refuseUnpriced(sums, underlying);
            sums.priced = priced;
            sums.spot = Reader.u64At(priced + PriceContent.SPOT);
            sums.perpSize = 0;
            sums.shortSize = 0;
            sums.baseSize = 0;
            while (ptr < end) {
                uint256 position = _word(ptr);
                if (position >> 244 != underlying) break;
                uint256 kind = (position >> 224) & 0xf;
                if (kind == AssetIds.KIND_SPOT) {
                    _base(sums, pricing.parameters, underlying, int64(uint64(position >> 128)));
                    ptr += 32;
                } else if (kind == AssetIds.KIND_PERP) {
                    _perp(sums, pricing.rates, int64(uint64(position >> 128)));
                    ptr += 32;
                } else {
                    ptr = _expiry(sums, pricing, ptr, end);
                }
            }
            _contingencies(sums, pricing);
            return ptr;
        }
    }

    function _base(Sums memory sums, uint256 parameters, uint256 underlying, int256 quantity) private pure {
        unchecked {
            (uint256 weight, uint256 initialScale) = MarginParameters.base(parameters, underlying);
            int256 worth = _floor(quantity * int256(sums.spot));
            int256 counted = _floor(worth * int256(weight));
            Margin memory margin = sums.margin;
            int256 value = margin.value + worth;
            int256 netMaintenance = margin.netMaintenance + counted;
            int256 netInitial = margin.netInitial + _floor(counted * int256(initialScale));
            (margin.value, margin.netMaintenance, margin.netInitial) = (value, netMaintenance, netInitial);
            uint256 size = quantity < 0 ? uint256(-quantity) : uint256(quantity);
            sums.baseSize = size;
            // What counts is not above what it is a share of.
            sums.wide |= size | _bits(worth) | _bits(value) | _bits(netMaintenance) | _bits(netInitial);
        }
    }

    function _perp(Sums memory sums, MarginParameters.Rates memory rates, int256 quantity) private pure {
        unchecked {
            uint256 mark = Reader.u64At(sums.priced + PriceContent.PERP_MARK);
            uint256 size = quantity < 0 ? uint256(-quantity) : uint256(quantity);
            uint256 notional = (size * mark + UP) / ONE;
            int256 worth = _floor(quantity * int256(mark));
            sums.perpSize = size;
            Margin memory margin = sums.margin;
            int256 sum = margin.value + worth;
            margin.value = sum;
            uint256 wide = size | notional | _bits(worth) | _bits(sum);
            sum = margin.cashAndDerivatives + worth;
            margin.cashAndDerivatives = sum;
            wide |= _bits(sum);
            sum = worth - int256((notional * rates.perpInitial + UP) / ONE);
            wide |= _bits(sum);
            sum += margin.netInitial;
            margin.netInitial = sum;
            wide |= _bits(sum);
            sum = worth - int256((notional * rates.perpMaintenance + UP) / ONE);
            wide |= _bits(sum);
            sum += margin.netMaintenance;
            margin.netMaintenance = sum;
            sums.wide |= wide | _bits(sum);
        }
    }

    /// @dev Adds the options of one expiry and returns where the next positions begin.
    function _expiry(Sums memory sums, Pricing.Context memory pricing, uint256 ptr, uint256 end)
        private
        pure
        returns (uint256)
    {
        unchecked {
            // Underlying and expiry together: what options of one expiry share.
            uint256 expiry = _word(ptr) >> 228;
            sums.initial = 0;
            sums.maintenance = 0;
            sums.netCalls = 0;
            sums.optionsEnd = sums.options;
            for (; ptr < end; ptr += 32) {
                uint256 position = _word(ptr);
                if (position >> 228 != expiry) break;
                _option(sums, pricing, position >> 192, int64(uint64(position >> 128)));
            }
            if (sums.initial | sums.maintenance != 0) {
                _capByLoss(sums, pricing.rates, expiry & 0xffff);
                Margin memory margin = sums.margin;
                int256 netInitial = margin.netInitial - int256(sums.initial);
                int256 netMaintenance = margin.netMaintenance - int256(sums.maintenance);
                (margin.netInitial, margin.netMaintenance) = (netInitial, netMaintenance);
                sums.wide |= _bits(netInitial) | _bits(netMaintenance);
            }
            return ptr;
        }
    }

    function _option(Sums memory sums, Pricing.Context memory pricing, uint256 asset, int256 quantity) private pure {
        unchecked {
            (uint256 mark, bool found) = PriceContent.mark(pricing.marks, pricing.markCount, asset);
            if (!found) _refuseUnpriced(sums, asset);
            int256 worth = _floor(quantity * int256(mark));
            uint256 wide = _bits(worth);
            {
                Margin memory margin = sums.margin;
                int256 sum = margin.value + worth;
                margin.value = sum;
                wide |= _bits(sum);
                sum = margin.cashAndDerivatives + worth;
                margin.cashAndDerivatives = sum;
                wide |= _bits(sum);
            }
            bool isCall = (asset >> 32) & 0xf == AssetIds.KIND_CALL;
            if (isCall) {
                int256 netCalls = sums.netCalls + quantity;
                sums.netCalls = netCalls;
                wide |= _bits(netCalls);
            }
            uint256 strike = ((asset >> 4) & 0xfffffff) * 10 ** (asset & 0xf);
            uint256 option = sums.optionsEnd;
            assembly ("memory-safe") {
                mstore(option, strike)
                mstore(add(option, 0x20), sub(isCall, 1))
                mstore(add(option, 0x40), quantity)
            }
            sums.optionsEnd = option + OPTION_SIZE;
            if (quantity < 0) wide |= _short(sums, pricing.rates, uint256(-quantity), mark, isCall, strike);
            sums.wide |= wide;
        }
    }

    /// @dev What one short option of this size requires alone.
    function _short(
        Sums memory sums,
        MarginParameters.Rates memory rates,
        uint256 size,
        uint256 mark,
        bool isCall,
        uint256 strike
    ) private pure returns (uint256 wide) {
        unchecked {
            uint256 spot = sums.spot;
            uint256 sum = sums.shortSize + size;
            sums.shortSize = sum;
            wide = size | sum;

            uint256 shock = (spot * rates.optionMaintenance + UP) / ONE;
            uint256 other;
            if (!isCall) {
                other = (mark * rates.putMaintenanceOfMark + UP) / ONE;
                if (other > shock) shock = other;
            }
            uint256 maintenance = (size * (shock + mark) + UP) / ONE;
            sum = sums.maintenance + maintenance;
            sums.maintenance = sum;
            wide |= (shock + mark) | maintenance | sum;

            shock = (spot * rates.optionInitialMost + UP) / ONE;
            other = (spot * rates.optionInitialLeast + UP) / ONE;
            // Out of the money less, but not below the least.
            uint256 outside = isCall ? (strike > spot ? strike - spot : 0) : (spot > strike ? spot - strike : 0);
            shock = shock > other + outside ? shock - outside : other;
            uint256 initial = (size * (shock + mark) + UP) / ONE;
            wide |= (shock + mark) | initial;
            if (!isCall) {
                other = (maintenance * rates.putInitialOfMaintenance + UP) / ONE;
                wide |= other;
                if (other > initial) initial = other;
            }
            sum = sums.initial + initial;
            sums.initial = sum;
            wide |= sum;
        }
    }

    /// @dev The shorts of an expiry require no more than it can lose.
    function _capByLoss(Sums memory sums, MarginParameters.Rates memory rates, uint256 expiry) private pure {
        unchecked {
            uint256 most = _worstLoss(sums);
            uint256 initial = most;
            if (sums.netCalls < 0) {
                uint256 calls = uint256(-sums.netCalls);
                sums.wide |= calls;
                (uint256 forward, bool found) = PriceContent.forward(sums.priced, expiry);
                if (!found) _refuseUnpriced(sums, expiry);
                uint256 naked = (calls * forward + UP) / ONE;
                initial += (naked * rates.maxLossInitial + UP) / ONE;
                most += (naked * rates.maxLossMaintenance + UP) / ONE;
                sums.wide |= naked | initial | most;
            }
            if (initial < sums.initial) sums.initial = initial;
            if (most < sums.maintenance) sums.maintenance = most;
        }
    }

    /// @dev The worst payoff over settlement at zero and at every strike, as a loss, at least 0. With the square of the
    ///      options this is where a margin spends its gas.
    function _worstLoss(Sums memory sums) private pure returns (uint256 loss) {
        uint256 options = sums.options;
        uint256 end = sums.optionsEnd;
        // A call alone pays nothing at zero and at its strike.
        if (end == options + OPTION_SIZE && _word(options + 0x20) == 0) return 0;
        uint256 wide;
        assembly ("memory-safe") {
            let settlement := 0
            let worst := 0
            for { let next := options } 1 { next := add(next, 0x60) } {
                let payoff := 0
                for { let option := options } lt(option, end) { option := add(option, 0x60) } {
                    // A put pays the other way round: its side is -1, and d ^ -1 - -1 is -d.
                    let side := mload(add(option, 0x20))
                    let intrinsic := sub(xor(sub(settlement, mload(option)), side), side)
                    if sgt(intrinsic, 0) {
                        let product := mul(mload(add(option, 0x40)), intrinsic)
                        let worth := sub(sdiv(product, 100000000), slt(smod(product, 100000000), 0))
                        payoff := add(payoff, worth)
                        wide := or(wide, or(xor(worth, sar(255, worth)), xor(payoff, sar(255, payoff))))
                    }
                }
                if slt(payoff, worst) { worst := payoff }
                if iszero(lt(next, end)) { break }
                settlement := mload(next)
            }
            loss := sub(0, worst)
        }
        sums.wide |= wide | loss;
    }

    /// @dev What a doubtful oracle and a stablecoin off its peg cost: initial margin only.
    function _contingencies(Sums memory sums, Pricing.Context memory pricing) private pure {
        unchecked {
            MarginParameters.Rates memory rates = pricing.rates;
            uint256 exposed = sums.perpSize + sums.shortSize;
            uint256 wide = exposed;
            int256 netInitial = sums.margin.netInitial;
            uint256 confidence = Reader.u64At(sums.priced + PriceContent.CONFIDENCE);
            if (confidence < rates.confidenceThreshold) {
                uint256 size = exposed + sums.baseSize;
                uint256 notional = (size * sums.spot + UP) / ONE;
                netInitial -= int256((notional * (ONE - confidence) + UP) / ONE);
                wide |= size | notional | _bits(netInitial);
            }
            if (pricing.stable < rates.stableThreshold) {
                uint256 rate = ((rates.stableThreshold - pricing.stable) * rates.stableFactor + UP) / ONE;
                uint256 notional = (exposed * sums.spot + UP) / ONE;
                uint256 taken = (notional * rate + UP) / ONE;
                netInitial -= int256(taken);
                wide |= notional | taken | _bits(netInitial);
            }
            sums.margin.netInitial = netInitial;
            sums.wide |= wide;
        }
    }

    function _refuseUnpriced(Sums memory sums, uint256 what) private pure {
        _requireFit(sums);
        revert IRefusals.Refused(Codes.NO_PRICE, sums.item, int256(what), 0);
    }

    function _requireFit(Sums memory sums) private pure {
        if (sums.wide >> 63 != 0) revert IRefusals.Refused(Codes.OVERFLOW, sums.item, 0, type(int64).max);
    }

    function _word(uint256 ptr) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(ptr)
        }
    }

    /// @dev Has a bit above the lowest 63 iff the value is outside int64.
    function _bits(int256 value) private pure returns (uint256 bits) {
        assembly ("memory-safe") {
            bits := xor(value, sar(255, value))
        }
    }

    /// @dev ⌊product / 1e8⌋
    function _floor(int256 product) private pure returns (int256) {
        unchecked {
            return int256(uint256(product + LIFT * int256(ONE)) / ONE) - LIFT;
        }
    }
}
