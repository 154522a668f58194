package io.parley.relayer.infra.exit;

import io.parley.clearing.Account;
import io.parley.clearing.Ledger;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.Withdrawal;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The state as the vault's final batches left it.
 *
 * @param vault whose state it is
 * @param sequence the last final batch, 0 if there is none
 * @param root the vault's root, which the ledger has too
 * @param steps steps of all batches
 * @param ledger every account
 * @param price the last final price bundle; empty if there never was one
 * @param withdrawals what each batch pays out, by sequence; batches without any are left out
 * @param queue the bytes of all entries ever queued, by index, consumed or not
 */
public record RebuiltState(
        Address vault,
        long sequence,
        Bytes32 root,
        long steps,
        Ledger ledger,
        Optional<PriceCommand> price,
        SortedMap<Long, List<Withdrawal>> withdrawals,
        List<byte[]> queue) {

    /** All accounts by their index in the tree. */
    public SortedMap<Integer, Account> accounts() {
        var accounts = new TreeMap<Integer, Account>();
        // Indices may have gaps: one is given with a deposit, and the ledger may have sent that back.
        for (int index = 1; accounts.size() < ledger.accounts(); index++) {
            var account = ledger.accountTree().account(index);
            if (account != null) {
                accounts.put(index, account);
            }
        }
        return accounts;
    }
}
