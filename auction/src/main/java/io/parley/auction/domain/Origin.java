package io.parley.auction.domain;

import io.parley.protocol.Blob;

/**
 * Where a record stood, so that a dead letter can point at it.
 *
 * @param topic its topic
 * @param partition its partition
 * @param offset its offset
 * @param writtenAt unix milliseconds, as the broker keeps it
 * @param key its key, empty if it has none
 * @param value its value, empty if it has none
 */
public record Origin(String topic, int partition, long offset, long writtenAt, Blob key, Blob value) {}
