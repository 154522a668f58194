package io.parley.intents.infra.store;

import java.util.List;
import java.util.Locale;

/** The tables of facts that records are written to, in the order in which a transaction writes them. */
enum Table {
    LISTINGS("asset", "listing", "name", "commands_offset", "at"),
    SESSION_KEYS("commands_offset", "owner", "account", "signer", "scope", "expiry", "key_index", "at"),
    INTENTS(
            "id",
            "owner",
            "account",
            "cash",
            "max_fee",
            "parts",
            "min_parts",
            "valid_from",
            "valid_until",
            "nonce_lane",
            "nonce_number",
            "verified_only",
            "legs",
            "conditions"),
    INTENT_POSTS("intent", "signer", "partition", "position", "at"),
    REJECTIONS("intent", "signer", "code", "detail", "position", "at"),
    AUCTIONS(
            "auction",
            "opened_at",
            "commit_until",
            "reveal_until",
            "commands_offset",
            "seed_commitment",
            "fee_per_fill",
            "intents",
            "at"),
    AUCTION_INTENTS("auction", "intent", "parts_left", "at"),
    COMMITMENTS("auction", "bid", "solver", "account", "cap", "position", "at"),
    HOLDS(
            "auction",
            "bid",
            "solver",
            "account",
            "cap",
            "code",
            "detail",
            "commands_offset",
            "commitments_offset",
            "at"),
    BIDS("bid", "auction", "solver", "account", "pays", "path", "valid_until", "fills"),
    BID_FILLS("bid", "ordinal", "intent", "parts", "cash", "fee"),
    REVEALS("bid", "auction", "position", "at"),
    VERDICTS(
            "auction",
            "bid",
            "solver",
            "account",
            "code",
            "detail",
            "score",
            "margin_before",
            "margin_after",
            "commands_offset",
            "bids_offset",
            "position",
            "at"),
    PHASE_ENDS("auction", "phase", "position", "at"),
    AWARDS("auction", "bid", "solver", "account", "score", "pays", "at"),
    UNFILLED("auction", "intent", "code", "detail", "at"),
    AUCTION_CLOSES(
            "auction",
            "seed",
            "transcript",
            "commitments_offset",
            "bids_offset",
            "awards",
            "unfilled",
            "selector",
            "value",
            "bound",
            "at"),
    PRICE_TICKS("commands_offset", "time", "sequence", "price_hash", "root", "at"),
    APPLIED("commands_offset", "command", "kind", "batch", "step", "root", "time", "owner", "account", "detail", "at"),
    REFUSED("commands_offset", "command", "kind", "code", "detail", "time", "owner", "account", "at"),
    REFUSED_FILLS("commands_offset", "ordinal", "intent", "auction", "bid"),
    FILLS(
            "commands_offset",
            "ordinal",
            "intent",
            "owner",
            "account",
            "nonce_lane",
            "nonce_number",
            "intent_parts",
            "auction",
            "bid",
            "solver",
            "solver_account",
            "parts",
            "cash",
            "fee",
            "batch",
            "step",
            "time",
            "at"),
    MARGIN_RECEIPTS(
            "commands_offset",
            "owner",
            "account",
            "im_before",
            "mm_before",
            "im_after",
            "mm_after",
            "value",
            "price_hash",
            "params_hash"),
    CANCELS("commands_offset", "owner", "account", "kind", "nonce_lane", "nonce_number", "bases", "bits", "at"),
    BATCHES(
            "sequence",
            "first_offset",
            "last_offset",
            "parent_root",
            "root",
            "steps_root",
            "data_hash",
            "steps",
            "queue_from",
            "queue_to",
            "fees_before",
            "fees_after",
            "data_size",
            "witness_size",
            "commands",
            "withdrawals",
            "at"),
    SETTLEMENTS(
            "position",
            "sequence",
            "status",
            "tx",
            "block",
            "gas_used",
            "gas_price",
            "fees",
            "code",
            "detail",
            "reported_at",
            "at"),
    PARKED("topic", "partition", "position", "at", "record");

    private final List<String> columns;

    Table(String... columns) {
        this.columns = List.of(columns);
    }

    String sqlName() {
        return "views." + name().toLowerCase(Locale.ROOT);
    }

    /** Takes all rows as one JSON array; a row whose key is there already changes nothing, or what is said here. */
    String insert() {
        return insert(this == INTENT_POSTS ? """
                        (intent, signer) do update
                        set partition = excluded.partition, position = excluded.position, at = excluded.at
                        where (excluded.at, excluded.partition, excluded.position)
                            < (intent_posts.at, intent_posts.partition, intent_posts.position)""" : "do nothing");
    }

    private String insert(String conflict) {
        var names = String.join(", ", columns);
        return "insert into %s (%s) select %s from json_populate_recordset(cast(null as %s), cast(cast(:rows as text) as json)) on conflict %s"
                .formatted(sqlName(), names, names, sqlName(), conflict);
    }
}
