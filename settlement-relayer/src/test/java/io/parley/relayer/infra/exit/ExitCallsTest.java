package io.parley.relayer.infra.exit;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Withdrawal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What does not fit into one transaction goes in several, nothing twice and nothing left out. */
class ExitCallsTest {

    private static final Address OWNER = Address.parse("0x00000000000000000000000000000000000000a1");

    @Test
    void nothingToDo_isNoTransaction() {
        assertThat(ExitCalls.refund(List.of())).isEmpty();
        assertThat(ExitCalls.claim(List.of())).isEmpty();
        assertThat(ExitCalls.pay(1, List.of())).isEmpty();
    }

    @Test
    void manyEntries_goInSeveralTransactions() {
        var calls = ExitCalls.refund(Collections.nCopies(250, new byte[74]));

        assertThat(calls).hasSize(3);
        assertThat(calls.stream().mapToLong(call -> word(call, 1)).sum()).isEqualTo(250);
    }

    @Test
    void anEntryThatIsLargeAlone_goesAlone() {
        assertThat(ExitCalls.refund(List.of(new byte[74], new byte[300_000], new byte[74])))
                .hasSize(3);
    }

    @Test
    void claims_nameEveryAccountOnce() {
        var calls = ExitCalls.claim(IntStream.range(1, 301).boxed().toList());

        var named = new ArrayList<Long>();
        for (var call : calls) {
            for (int i = 0; i < word(call, 1); i++) {
                named.add(word(call, 2 + i));
            }
        }
        assertThat(calls).hasSize(3);
        assertThat(named).hasSize(300).doesNotHaveDuplicates().startsWith(1L).endsWith(300L);
    }

    @Test
    void aPartOfABatchsWithdrawals_carriesTheHashesOfTheRest() {
        var calls = ExitCalls.pay(7, Collections.nCopies(130, new Withdrawal(AssetId.cash(), OWNER, 5)));

        assertThat(calls).hasSize(2);
        // payPart(sequence, withdrawals at, rest at): the rest begins where its offset says.
        assertThat(word(calls.getFirst(), 0)).isEqualTo(7);
        long first = word(calls.getFirst(), 3);
        long rest = word(calls.getFirst(), (int) word(calls.getFirst(), 2) / 32);
        assertThat(first + rest).isEqualTo(130);
        assertThat(word(calls.getLast(), 3)).isEqualTo(rest);
        assertThat(word(calls.getLast(), (int) word(calls.getLast(), 2) / 32)).isZero();
    }

    private static long word(String call, int index) {
        return new BigInteger(call.substring(10 + 64 * index, 74 + 64 * index), 16).longValueExact();
    }
}
