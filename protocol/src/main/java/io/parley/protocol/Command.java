package io.parley.protocol;

/**
 * An entry of the one ordered log: all that changes state. Its bytes are the same on the topic, in the batch's data
 * and in calldata.
 */
public sealed interface Command permits QueueCommand, OwnerCommand, PriceCommand, TradeCommand {

    /** {@return the byte after the version that tells the commands apart} */
    int kind();

    /**
     * Writes what follows the version and the kind.
     *
     * @param out where to
     */
    void writeBody(WireWriter out);

    /** {@return the command's bytes} */
    default byte[] encode() {
        WireWriter out = new WireWriter(512).version().u8(kind());
        writeBody(out);
        return out.toBytes();
    }

    /** {@return {@code H} of the command's bytes} */
    default Bytes32 id() {
        return Keccak256.hash(encode());
    }

    /**
     * {@return the command of the bytes}
     *
     * @param bytes exactly one command
     * @throws Undecodable if it is none, also for the kinds that are reserved
     */
    static Command decode(byte[] bytes) {
        return WireReader.whole(bytes, Command::readFrom);
    }

    /**
     * {@return the command of the bytes}
     *
     * @param bytes exactly one command
     * @throws Undecodable if it is none, also for the kinds that are reserved
     */
    static Command decode(Blob bytes) {
        return WireReader.whole(bytes, Command::readFrom);
    }

    /**
     * {@return whether there is a command of this kind}
     *
     * @param kind the byte after the version
     */
    static boolean isKind(int kind) {
        return QueueCommand.isKind(kind)
                || kind >= WithdrawCommand.KIND && kind <= HeartbeatCommand.KIND
                || kind == PriceCommand.KIND
                || kind == TradeCommand.KIND;
    }

    private static Command readFrom(WireReader in) {
        in.version("command");
        int kind = in.u8("command kind");
        return switch (kind) {
            case Deposit.KIND -> Deposit.readBody(in);
            case RegisterKey.KIND -> RegisterKey.readBody(in);
            case ListAsset.KIND -> ListAsset.readBody(in);
            case SetParameters.KIND -> SetParameters.readBody(in);
            case CreditFee.KIND -> CreditFee.readBody(in);
            case ForcedWithdraw.KIND -> ForcedWithdraw.readBody(in);
            case ForcedReduce.KIND -> ForcedReduce.readBody(in);
            case ForcedCancel.KIND -> ForcedCancel.readBody(in);
            case WithdrawCommand.KIND -> WithdrawCommand.readBody(in);
            case CancelCommand.KIND -> CancelCommand.readBody(in);
            case SetModeCommand.KIND -> SetModeCommand.readBody(in);
            case HeartbeatCommand.KIND -> HeartbeatCommand.readBody(in);
            case PriceCommand.KIND -> PriceCommand.readBody(in);
            case TradeCommand.KIND -> TradeCommand.readBody(in);
            default -> throw new Undecodable(1, "command kind %d is not known".formatted(kind));
        };
    }
}
