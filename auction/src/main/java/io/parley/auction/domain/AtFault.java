package io.parley.auction.domain;

import io.parley.auction.domain.LedgerView.AccountName;
import io.parley.protocol.Intent;
import io.parley.protocol.Reason;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose fault a refusal of a bid or a trade is. What an owner's account cannot carry, it will not carry in the next
 * auction either; what the solver's account cannot carry, another solver's may.
 */
final class AtFault {

    private static final Set<Reason> ACCOUNT = EnumSet.of(
            Reason.MARGIN_INITIAL,
            Reason.INSUFFICIENT_BALANCE,
            Reason.NO_ACCOUNT,
            Reason.OVERFLOW,
            Reason.POSITIONS_FULL,
            Reason.PARTIALS_FULL,
            Reason.SPOT_NEGATIVE,
            Reason.CASH_DEBT,
            Reason.ISOLATED_UNDERLYING,
            Reason.HEARTBEAT_MISSED);

    /** As clearing says it: {@code account 7 needs 452.10 USD, has 170.00 USD}. */
    private static final Pattern INDEX = Pattern.compile("\\baccount (\\d{1,10}) (?:needs|would|has|owes)\\b");

    private final LedgerView ledger;

    AtFault(LedgerView ledger) {
        this.ledger = ledger;
    }

    /**
     * Whether a refusal lies with one intent's owner alone: a code of the account, the detail names the owner's account,
     * and no other intent of the same bid is of that account (else neither may be at fault by itself).
     */
    boolean isOwner(int code, String detail, Intent intent, List<Intent> ofTheBid) {
        AccountName account = AccountName.of(intent);
        return ACCOUNT.stream().anyMatch(reason -> reason.code() == code)
                && names(detail, account)
                && ofTheBid.stream()
                                .filter(other -> AccountName.of(other).equals(account))
                                .count()
                        == 1;
    }

    private boolean names(String detail, AccountName account) {
        Matcher index = INDEX.matcher(detail);
        if (index.find() && ledger.isAt(account, (int) Long.parseLong(index.group(1)))) {
            return true;
        }
        String text = detail.toLowerCase(Locale.ROOT);
        String owner = account.owner().hex().toLowerCase(Locale.ROOT);
        return endsThere(text, owner + "/" + account.number())
                || endsThere(text, owner + " has no account " + account.number());
    }

    private static boolean endsThere(String text, String name) {
        int end = text.indexOf(name) + name.length();
        return text.contains(name) && (end == text.length() || !Character.isDigit(text.charAt(end)));
    }
}
