package io.parley.intents.infra.rest;

import io.parley.intents.infra.store.AccountRow;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Reason;
import java.util.HexFormat;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Parts of a path or query, read as strictly as bodies. */
final class Parameters {

    private static final long U32 = 0xffff_ffffL;
    private static final int USUAL = 100;
    private static final int MOST = 500;

    private Parameters() {}

    static String id(String field, String text) {
        try {
            return Bytes32.parse(text.toLowerCase(Locale.ROOT)).hex();
        } catch (IllegalArgumentException e) {
            throw new Refused(Reason.BAD_FIELD, field, text, "be 0x and 64 hex digits");
        }
    }

    /** As rows hold it. */
    static String address(String field, @Nullable String text) {
        if (text == null) {
            throw new Refused(Reason.BAD_FIELD, field, "missing", "be given");
        }
        try {
            return "0x" + HexFormat.of().formatHex(Address.parse(text).bytes());
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    Reason.BAD_FIELD,
                    field,
                    text,
                    "be 0x and 40 hex digits, in mixed case only with the EIP-55 checksum");
        }
    }

    static AccountRow.Key accountKey(String ownerText, String accountText) {
        String owner = address("owner", ownerText);
        long account = number("account", accountText);
        if (account > U32) {
            throw new Refused(Reason.BAD_FIELD, "account", accountText, "be below 2^32");
        }
        return new AccountRow.Key(owner, account);
    }

    static long number(String field, String text) {
        if (text.matches("0|[1-9][0-9]{0,18}")) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                // Refused below: above 2^63 - 1.
            }
        }
        throw new Refused(Reason.BAD_FIELD, field, text, "be a decimal number below 2^63");
    }

    static OptionalLong optional(String field, @Nullable String text) {
        return text == null ? OptionalLong.empty() : OptionalLong.of(number(field, text));
    }

    static int limit(@Nullable String text) {
        if (text == null) {
            return USUAL;
        }
        long limit = number("limit", text);
        if (limit < 1 || limit > MOST) {
            throw new Refused(Reason.BAD_FIELD, "limit", text, "be 1 to " + MOST);
        }
        return (int) limit;
    }
}
