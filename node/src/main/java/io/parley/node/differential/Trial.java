package io.parley.node.differential;

import io.parley.protocol.Bytes32;

/**
 * A record, the state that it meets, and what the ledger made of it.
 *
 * @param number its place in the run, from 0
 * @param what how it was drawn, for whoever looks for the reason of a difference
 * @param before the state root before it
 * @param evidence the state, the pricing and the step's witness
 */
record Trial(int number, String what, Bytes32 before, byte[] record, byte[] evidence, Verdict ledger) {

    /** The command's kind byte; -1 where there is none. */
    int kind() {
        return record.length < 2 ? -1 : record[1] & 0xff;
    }
}
