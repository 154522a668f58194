package io.parley.relayer.infra.store;

import io.parley.contracts.chain.Receipt;
import io.parley.contracts.chain.Transaction;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Route;
import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.RouteRecord;
import io.parley.relayer.domain.GasPrice;
import io.parley.relayer.domain.Part;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The relayer's memory over restarts: batches to settle, and every signed transaction, written before it is sent. Blocking:
 * only the relayer's and the watcher's own threads call it.
 */
@ApplicationScoped
public class RelayerStore {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A transaction that was signed, as it stands in the store. */
    public record Sent(
            Transaction.Signed signed, long sequence, String purpose, GasPrice price, long gasLimit, String status) {}

    /** How far the watcher has read the vault's queue. */
    public record Cursor(long nextBlock, long nextIndex, Bytes32 queueHash) {}

    private final Instance<Pool> pool;

    RelayerStore(Instance<Pool> pool) {
        this.pool = pool;
    }

    /** Creates the tables where they are missing. */
    public void open() {
        try (var in = RelayerStore.class.getResourceAsStream("/db/relayer/schema.sql")) {
            var schema = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            pool.get().query(schema).execute().await().atMost(PATIENCE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps a batch; one that is kept already stays as it is. */
    public void keep(BatchRecord batch) {
        run(
                "insert into relayer.batch(sequence, record) values ($1, $2) on conflict (sequence) do nothing",
                Tuple.of(batch.sequence(), Buffer.buffer(batch.encode())));
    }

    public Optional<BatchRecord> batch(long sequence) {
        for (var row : run("select record from relayer.batch where sequence = $1", Tuple.of(sequence))) {
            return Optional.of(BatchRecord.decode(row.getBuffer(0).getBytes()));
        }
        return Optional.empty();
    }

    /** @return the status, empty if the batch is not kept */
    public Optional<String> status(long sequence) {
        for (var row : run("select status from relayer.batch where sequence = $1", Tuple.of(sequence))) {
            return Optional.of(row.getString(0));
        }
        return Optional.empty();
    }

    public void mark(long sequence, String status, String detail) {
        run(
                "update relayer.batch set status = $2, detail = $3 where sequence = $1",
                Tuple.of(sequence, status, detail));
    }

    /** Batches up to here that were verified but are not yet told final, in order. */
    public List<Long> withStatus(String status) {
        var sequences = new ArrayList<Long>();
        for (var row : run("select sequence from relayer.batch where status = $1 order by 1", Tuple.of(status))) {
            sequences.add(row.getLong(0));
        }
        return List.copyOf(sequences);
    }

    /** Keeps a route; one that is kept already stays as it is. */
    public void keep(RouteRecord record, Address contract) {
        var route = record.route();
        run(
                "insert into relayer.route(id, record, escrow) values ($1, $2, $3) on conflict (id) do nothing",
                Tuple.of(
                        route.id().hex(),
                        Buffer.buffer(record.encode()),
                        route.escrow(contract).hex()));
    }

    /** Routes of which it is not decided yet whether they are taken. */
    public List<RouteRecord> keptRoutes() {
        return records(run("select record from relayer.route where status = 'kept' order by id", Tuple.tuple()));
    }

    /** The kept routes with one of these escrows, which a batch's withdrawals fund, in the order of their ids. */
    public List<Route> funded(long sequence, List<Address> escrows) {
        var to = escrows.stream().map(Address::hex).toArray(String[]::new);
        run("""
                update relayer.route set status = 'funded', sequence = $1
                where escrow = any($2) and sequence is null""", Tuple.of(sequence).addArrayOfString(to));
        return routes(run(
                "select record from relayer.route where escrow = any($1) and status = 'funded' order by id",
                Tuple.tuple().addArrayOfString(to)));
    }

    /** Batches that fund routes of this status, in order. */
    public List<Long> batchesWithRoutes(String status) {
        var sequences = new ArrayList<Long>();
        for (var row :
                run("select distinct sequence from relayer.route where status = $1 order by 1", Tuple.of(status))) {
            sequences.add(row.getLong(0));
        }
        return List.copyOf(sequences);
    }

    /** Routes of this status that a batch funds, in the order of their ids. */
    public List<Route> routes(long sequence, String status) {
        return routes(run(
                "select record from relayer.route where sequence = $1 and status = $2 order by id",
                Tuple.of(sequence, status)));
    }

    private static List<Route> routes(RowSet<Row> rows) {
        return records(rows).stream().map(RouteRecord::route).toList();
    }

    private static List<RouteRecord> records(RowSet<Row> rows) {
        var records = new ArrayList<RouteRecord>();
        for (var row : rows) {
            records.add(RouteRecord.decode(row.getBuffer(0).getBytes()));
        }
        return List.copyOf(records);
    }

    /** A route's status; what a batch funds is beyond being taken. */
    public void mark(Bytes32 route, String status) {
        run("""
                update relayer.route set status = $2
                where id = $1 and (sequence is null or $2 not in ('logged', 'refused'))""", Tuple.of(route.hex(), status));
    }

    /** Writes a signed transaction down; it is sent after this returns, so a crash can only repeat the same bytes. */
    public void beforeSending(
            Address sender, Transaction.Signed signed, long sequence, Part.Kind kind, GasPrice price, long gasLimit) {
        run(
                """
                insert into relayer.transaction(hash, sender, nonce, sequence, purpose, raw, tip, max_fee, gas_limit)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
                Tuple.tuple(List.of(
                        signed.hash().hex(),
                        sender.hex(),
                        signed.nonce(),
                        sequence,
                        kind.name(),
                        signed.raw(),
                        new BigDecimal(price.tip()),
                        new BigDecimal(price.maxFee()),
                        gasLimit)));
    }

    /** Transactions of a sender with this nonce that may still be mined, the newest offer last. */
    public List<Sent> open(Address sender, long nonce) {
        var sent = new ArrayList<Sent>();
        for (var row : run("""
                select hash, nonce, sequence, purpose, raw, tip, max_fee, gas_limit, status from relayer.transaction
                where sender = $1 and nonce = $2 and status = 'sent' order by max_fee""", Tuple.of(sender.hex(), nonce))) {
            sent.add(sent(row));
        }
        return List.copyOf(sent);
    }

    /** The transactions for a batch that succeeded or may yet. */
    public List<Sent> forBatch(long sequence) {
        var sent = new ArrayList<Sent>();
        for (var row : run("""
                select hash, nonce, sequence, purpose, raw, tip, max_fee, gas_limit, status from relayer.transaction
                where sequence = $1 order by nonce, max_fee""", Tuple.of(sequence))) {
            sent.add(sent(row));
        }
        return List.copyOf(sent);
    }

    public void mined(Receipt receipt) {
        run(
                """
                update relayer.transaction set status = $2, block = $3, gas_used = $4, gas_price = $5
                where hash = $1""",
                Tuple.of(
                        receipt.transaction().hex(),
                        receipt.success() ? "mined" : "reverted",
                        receipt.block(),
                        receipt.gasUsed(),
                        receipt.effectiveGasPrice()));
    }

    /** Marks all open transactions below a nonce that the chain has passed: another with the same nonce was mined. */
    public void replacedBelow(Address sender, long nonce) {
        run(
                "update relayer.transaction set status = 'replaced' where sender = $1 and nonce < $2 and status = 'sent'",
                Tuple.of(sender.hex(), nonce));
    }

    /** A transaction that a reorg took back is open again. */
    public void reopened(Bytes32 hash) {
        run("update relayer.transaction set status = 'sent', block = null where hash = $1", Tuple.of(hash.hex()));
    }

    public Optional<Cursor> cursor(Address vault) {
        for (var row : run(
                "select next_block, next_index, queue_hash from relayer.queue_cursor where vault = $1",
                Tuple.of(vault.hex()))) {
            return Optional.of(new Cursor(row.getLong(0), row.getLong(1), Bytes32.parse(row.getString(2))));
        }
        return Optional.empty();
    }

    public void cursor(Address vault, Cursor cursor) {
        run(
                """
                insert into relayer.queue_cursor(vault, next_block, next_index, queue_hash) values ($1, $2, $3, $4)
                on conflict (vault) do update set next_block = $2, next_index = $3, queue_hash = $4""",
                Tuple.of(
                        vault.hex(),
                        cursor.nextBlock(),
                        cursor.nextIndex(),
                        cursor.queueHash().hex()));
    }

    private static Sent sent(Row row) {
        return new Sent(
                new Transaction.Signed(row.getLong(1), Bytes32.parse(row.getString(0)), row.getString(4)),
                row.getLong(2),
                row.getString(3),
                new GasPrice(integer(row, 5), integer(row, 6)),
                row.getLong(7),
                row.getString(8));
    }

    private static BigInteger integer(Row row, int column) {
        return row.getBigDecimal(column).toBigInteger();
    }

    private RowSet<Row> run(String sql, Tuple arguments) {
        return pool.get().preparedQuery(sql).execute(arguments).await().atMost(PATIENCE);
    }
}
