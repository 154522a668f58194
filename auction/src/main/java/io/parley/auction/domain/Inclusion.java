package io.parley.auction.domain;

import io.parley.protocol.Bytes32;
import java.util.List;

/**
 * Shows that a leaf stands in an auction's transcript: {@code Merkle.fold(leaf, index, siblings)} is the root.
 *
 * @param leaf the leaf's hash
 * @param index its place among the leaves, from 0
 * @param siblings from the leaf upwards
 * @param root the transcript that trades carry
 */
public record Inclusion(Bytes32 leaf, long index, List<Bytes32> siblings, Bytes32 root) {

    /** Copies the list. */
    public Inclusion {
        siblings = List.copyOf(siblings);
    }
}
