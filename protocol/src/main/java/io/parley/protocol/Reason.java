package io.parley.protocol;

/**
 * Why something was refused. Codes are stable and never reused: 1xx signature and form, 2xx nonce and validity, 3xx
 * auction and quote, 4xx margin and risk, 5xx clearing, 6xx chain and relaying. Meaning and remedy of each are in
 * docs/errors.md.
 */
public enum Reason {
    /** The bytes are no record. */
    UNDECODABLE(101),
    /** The signature has a wrong length, v, range or a high s. */
    SIGNATURE_FORM(102),
    /** The signature is not by the owner or by a key of the owner. */
    SIGNER_MISMATCH(103),
    /** The key is not registered, lacks the scope or has expired. */
    KEY_NOT_ALLOWED(104),
    /** An amount is out of range. */
    BAD_AMOUNT(105),
    /** Too many or too few of something, or one twice. */
    BAD_COUNT(106),
    /** The legs are not strictly ascending by asset id. */
    LEGS_ORDER(107),
    /** A leg has quantity zero. */
    LEG_ZERO(108),
    /** A leg is the cash. */
    LEG_IS_CASH(109),
    /** A leg's quantity is not divisible by the parts. */
    LEG_NOT_DIVISIBLE(110),
    /** Parts below one, or minParts outside one to parts. */
    BAD_PARTS(111),
    /** Conditions are not supported in this version. */
    CONDITIONS_UNSUPPORTED(112),
    /** An asset is not listed. */
    NOT_LISTED(113),
    /** A field has a value it may not have. */
    BAD_FIELD(114),
    /** The request or record is too large. */
    TOO_LARGE(115),
    /** The sender sends too often. */
    RATE_LIMITED(201),
    /** The nonce was used or is outside its lane's window. */
    NONCE_USED(202),
    /** The validity has ended. */
    EXPIRED(203),
    /** The validity has not begun. */
    NOT_YET_VALID(204),
    /** The same content was received before. */
    DUPLICATE(205),
    /** The validity is longer than allowed. */
    VALIDITY_TOO_LONG(206),
    /** The owner cancelled it. */
    CANCELLED(207),
    /** The owner asked for heartbeats, and none came in time. */
    HEARTBEAT_MISSED(208),
    /** The solver's account has already traded in this auction or a later one. */
    AUCTION_NOT_NEW(301),
    /** The intent is not the one the fill names. */
    INTENT_MISMATCH(302),
    /** The solver's account would trade with itself. */
    SELF_TRADE(303),
    /** The parts filled are below minParts or above what is left. */
    BAD_PARTS_FILLED(304),
    /** The fill's cash is worse than the owner signed. */
    BELOW_LIMIT(305),
    /** The fill's fee is above what the owner signed. */
    FEE_ABOVE_LIMIT(306),
    /** It came after the marker that closed its phase. */
    LATE(307),
    /** The bid needs more margin than its commitment's cap. */
    ABOVE_CAP(308),
    /** The bid was revealed without a commitment. */
    NOT_COMMITTED(309),
    /** No bid filled the intent. */
    NO_BIDS(310),
    /** Another bid won. */
    OUTBID(311),
    /** There is no such auction. */
    UNKNOWN_AUCTION(312),
    /** The solver committed and did not reveal. */
    SOLVER_MISSED(313),
    /** The fill's fee is below the announced fee per fill. */
    FEE_BELOW_MINIMUM(314),
    /** The bid over several intents gives an owner less than a bid on that intent alone. */
    UNFAIR_BUNDLE(315),
    /** The account would be below initial margin. */
    MARGIN_INITIAL(401),
    /** The account has less than the amount. */
    INSUFFICIENT_BALANCE(402),
    /** There is no such account. */
    NO_ACCOUNT(403),
    /** A result leaves the 64-bit range. */
    OVERFLOW(404),
    /** The account would have more than 64 positions. */
    POSITIONS_FULL(405),
    /** The account would have more than 16 partial fills. */
    PARTIALS_FULL(406),
    /** A spot position would be below zero. */
    SPOT_NEGATIVE(407),
    /** Cash and derivatives at mark would be below zero. */
    CASH_DEBT(408),
    /** The cap is above the solver's free margin. */
    HOLD_EXCEEDS_MARGIN(409),
    /** There is no price for an asset. */
    NO_PRICE(410),
    /** The account's margin mode is not supported in this version. */
    MODE_UNSUPPORTED(411),
    /** An isolated account would hold positions of more than one underlying. */
    ISOLATED_UNDERLYING(412),
    /** The queue command is not the next one. */
    QUEUE_ORDER(501),
    /** The step touches more than a step may. */
    STEP_LIMIT(502),
    /** The price is not newer than the last one. */
    PRICE_ORDER(510),
    /** The price lacks signatures of a quorum of feeders. */
    QUORUM(511),
    /** The price's content is malformed or does not match its hash. */
    PRICE_CONTENT(512),
    /** The transaction failed on chain. */
    TRANSACTION_FAILED(601),
    /** The root on chain is not the expected one. */
    ROOT_MISMATCH(602),
    /** A transaction nonce is missing. */
    NONCE_GAP(603),
    /** The role cannot take more now. */
    OVERLOADED(604),
    /** A posted batch was cut off; it is posted again. */
    DISPUTED(605),
    /** A venue failed or gave too little: the route's input came back. */
    ROUTE_RETURNED(606),
    /** The relayer does not take the route: its input stays in the account. */
    ROUTE_REFUSED(607);

    private static final Reason[] BY_CODE = byCode();

    private final int code;

    Reason(int code) {
        this.code = code;
    }

    private static Reason[] byCode() {
        Reason[] byCode = new Reason[700];
        for (Reason reason : values()) {
            byCode[reason.code] = reason;
        }
        return byCode;
    }

    /** {@return the stable code} */
    public int code() {
        return code;
    }

    /**
     * {@return the reason of a code}
     *
     * @param code a stable code
     * @throws IllegalArgumentException if no reason has the code
     */
    public static Reason of(int code) {
        Reason reason = code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
        if (reason == null) {
            throw new IllegalArgumentException("There is no reason with code %d.".formatted(code));
        }
        return reason;
    }
}
