package io.parley.protocol.wire;

import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import java.util.List;

/** A record of {@link Topic#CLEARED}: what became of one command. */
public sealed interface ClearedRecord {

    /** {@return where the command stands in {@code commands}} */
    long commandsOffset();

    /** {@return the state's time in unix seconds after the command} */
    long time();

    /** {@return the command's bytes} */
    Blob command();

    /** {@return the record's bytes} */
    byte[] encode();

    /**
     * A command other than a price was applied.
     *
     * @param commandsOffset where the command stands
     * @param commandId {@code H} of the command
     * @param commandKind its kind
     * @param batch the number of the batch it is a step of
     * @param step its index among the batch's steps
     * @param root the state root after it
     * @param time the state's time in unix seconds
     * @param accounts the accounts it touched
     * @param command the command's bytes
     */
    record Applied(
            long commandsOffset,
            Bytes32 commandId,
            int commandKind,
            long batch,
            int step,
            Bytes32 root,
            long time,
            List<AccountAfter> accounts,
            Blob command)
            implements ClearedRecord {
        static final int KIND = 1;

        /** Copies the list. */
        public Applied {
            accounts = List.copyOf(accounts);
        }

        @Override
        public byte[] encode() {
            return new WireWriter(1024 + command.size())
                    .version()
                    .u8(KIND)
                    .u63(commandsOffset)
                    .b32(commandId)
                    .u8(commandKind)
                    .u63(batch)
                    .u32(step)
                    .b32(root)
                    .u63(time)
                    .list(accounts, (account, out) -> {
                        out.u32(account.index()).blob(account.leaf());
                        account.margin().writeTo(out);
                    })
                    .blob(command)
                    .toBytes();
        }
    }

    /**
     * An account as it stands after a command.
     *
     * @param index its leaf
     * @param leaf the leaf's bytes
     * @param margin its margin before and after
     */
    record AccountAfter(int index, Blob leaf, MarginReceipt margin) {}

    /**
     * The margin of an account around a command, all in cash units of 1e-8. Margins are net: value less requirement,
     * and below zero fails.
     *
     * @param imBefore net initial margin before
     * @param mmBefore net maintenance margin before
     * @param imAfter net initial margin after
     * @param mmAfter net maintenance margin after
     * @param value the account's value after
     * @param priceHash the price it was computed at
     * @param paramsHash the margin parameters it was computed with
     */
    record MarginReceipt(
            long imBefore,
            long mmBefore,
            long imAfter,
            long mmAfter,
            long value,
            Bytes32 priceHash,
            Bytes32 paramsHash) {
        private void writeTo(WireWriter out) {
            out.i64(imBefore)
                    .i64(mmBefore)
                    .i64(imAfter)
                    .i64(mmAfter)
                    .i64(value)
                    .b32(priceHash)
                    .b32(paramsHash);
        }
    }

    /**
     * A command was refused: it stays in the log and is no step.
     *
     * @param commandsOffset where the command stands
     * @param commandId {@code H} of the command
     * @param commandKind its kind, 0 if it cannot be decoded
     * @param code the code of a {@link io.parley.protocol.Reason}
     * @param detail the values compared, readable
     * @param time the state's time in unix seconds
     * @param command the command's bytes
     */
    record Refused(
            long commandsOffset, Bytes32 commandId, int commandKind, int code, String detail, long time, Blob command)
            implements ClearedRecord {
        static final int KIND = 2;

        /** Shortens the detail to what the wire can carry. */
        public Refused {
            detail = Detail.fit(detail);
        }

        @Override
        public byte[] encode() {
            return new WireWriter(128 + command.size())
                    .version()
                    .u8(KIND)
                    .u63(commandsOffset)
                    .b32(commandId)
                    .u8(commandKind)
                    .u16(code)
                    .str(detail)
                    .u63(time)
                    .blob(command)
                    .toBytes();
        }
    }

    /**
     * A price was applied.
     *
     * @param commandsOffset where the command stands
     * @param time the price's time, now the state's, in unix seconds
     * @param sequence the price's number
     * @param priceHash its digest
     * @param root the state root after it
     * @param command the command's bytes
     */
    record PriceTick(long commandsOffset, long time, long sequence, Bytes32 priceHash, Bytes32 root, Blob command)
            implements ClearedRecord {
        static final int KIND = 3;

        @Override
        public byte[] encode() {
            return new WireWriter(94 + command.size())
                    .version()
                    .u8(KIND)
                    .u63(commandsOffset)
                    .u63(time)
                    .u63(sequence)
                    .b32(priceHash)
                    .b32(root)
                    .blob(command)
                    .toBytes();
        }
    }

    /**
     * {@return the record of the bytes}
     *
     * @param record exactly one record
     * @throws Undecodable if it is none
     */
    static ClearedRecord decode(byte[] record) {
        return WireReader.whole(record, in -> {
            in.version("cleared record");
            int kind = in.u8("kind");
            return switch (kind) {
                case Applied.KIND ->
                    new Applied(
                            in.u63("commandsOffset"),
                            in.b32("commandId"),
                            in.u8("commandKind"),
                            in.u63("batch"),
                            in.u31("step"),
                            in.b32("root"),
                            in.u63("time"),
                            in.list("accounts", ClearedRecord::readAccount),
                            in.blob("command"));
                case Refused.KIND ->
                    new Refused(
                            in.u63("commandsOffset"),
                            in.b32("commandId"),
                            in.u8("commandKind"),
                            in.u16("code"),
                            in.str("detail"),
                            in.u63("time"),
                            in.blob("command"));
                case PriceTick.KIND ->
                    new PriceTick(
                            in.u63("commandsOffset"),
                            in.u63("time"),
                            in.u63("sequence"),
                            in.b32("priceHash"),
                            in.b32("root"),
                            in.blob("command"));
                default -> throw new Undecodable(1, "cleared record kind %d is not known".formatted(kind));
            };
        });
    }

    private static AccountAfter readAccount(WireReader in) {
        return new AccountAfter(
                in.u31("index"),
                in.blob("leaf"),
                new MarginReceipt(
                        in.i64("imBefore"),
                        in.i64("mmBefore"),
                        in.i64("imAfter"),
                        in.i64("mmAfter"),
                        in.i64("value"),
                        in.b32("priceHash"),
                        in.b32("paramsHash")));
    }
}
