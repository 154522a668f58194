// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The reason codes that a verifier can give
/// @dev docs/protocol.md, section 9. Numbers are stable and never used again.
library Codes {
    uint16 internal constant UNDECODABLE = 101;
    uint16 internal constant SIGNATURE_FORM = 102;
    uint16 internal constant SIGNER_MISMATCH = 103;
    uint16 internal constant KEY_NOT_ALLOWED = 104;
    uint16 internal constant BAD_AMOUNT = 105;
    uint16 internal constant BAD_COUNT = 106;
    uint16 internal constant LEGS_ORDER = 107;
    uint16 internal constant LEG_ZERO = 108;
    uint16 internal constant LEG_IS_CASH = 109;
    uint16 internal constant LEG_NOT_DIVISIBLE = 110;
    uint16 internal constant BAD_PARTS = 111;
    uint16 internal constant CONDITIONS_UNSUPPORTED = 112;
    uint16 internal constant NOT_LISTED = 113;
    uint16 internal constant BAD_FIELD = 114;
    uint16 internal constant NONCE_USED = 202;
    uint16 internal constant EXPIRED = 203;
    uint16 internal constant NOT_YET_VALID = 204;
    uint16 internal constant HEARTBEAT_MISSED = 208;
    uint16 internal constant AUCTION_NOT_NEW = 301;
    uint16 internal constant INTENT_MISMATCH = 302;
    uint16 internal constant SELF_TRADE = 303;
    uint16 internal constant BAD_PARTS_FILLED = 304;
    uint16 internal constant BELOW_LIMIT = 305;
    uint16 internal constant FEE_ABOVE_LIMIT = 306;
    uint16 internal constant MARGIN_INITIAL = 401;
    uint16 internal constant INSUFFICIENT_BALANCE = 402;
    uint16 internal constant NO_ACCOUNT = 403;
    uint16 internal constant OVERFLOW = 404;
    uint16 internal constant POSITIONS_FULL = 405;
    uint16 internal constant PARTIALS_FULL = 406;
    uint16 internal constant SPOT_NEGATIVE = 407;
    uint16 internal constant CASH_DEBT = 408;
    uint16 internal constant NO_PRICE = 410;
    uint16 internal constant MODE_UNSUPPORTED = 411;
    uint16 internal constant ISOLATED_UNDERLYING = 412;
    uint16 internal constant QUEUE_ORDER = 501;
    uint16 internal constant STEP_LIMIT = 502;
    uint16 internal constant PRICE_ORDER = 510;
    uint16 internal constant QUORUM = 511;
    uint16 internal constant PRICE_CONTENT = 512;
}
