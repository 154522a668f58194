package io.parley.risk.domain;

import io.parley.clearing.Recovery;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Signature;
import io.parley.protocol.Signatures;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who signed, asked of the curve once. A bid's signatures are checked when it is screened and again when its trade is
 * folded, an intent's for each bid on it; the answer is a function of digest and signature, so the last ones are kept.
 */
final class RememberedSigners implements Recovery {

    /** Some seconds of a busy market; about 6 MB. */
    private static final int MOST = 20_000;

    private record Question(Bytes32 digest, Signature signature) {}

    private final Map<Question, Optional<Address>> answers = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, Optional<Address>> eldest) {
            return size() > MOST;
        }
    };

    @Override
    public Optional<Address> recover(Bytes32 digest, Signature signature) {
        Question question = new Question(digest, signature);
        Optional<Address> known = answers.get(question);
        if (known == null) {
            known = Signatures.recover(digest, signature);
            answers.put(question, known);
        }
        return known;
    }
}
