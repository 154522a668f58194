package io.parley.protocol;

import java.util.List;

/**
 * A won bid with the intents it fills.
 *
 * @param auction the auction it was won in, 0 to 2^63 - 1
 * @param transcript the hash of the auction's transcript; not interpreted by the state
 * @param bid the bid
 * @param intents the intents in the order of the bid's fills; that there is one for each is a rule (106), not the wire's
 */
public record TradeCommand(long auction, Bytes32 transcript, SignedBid bid, List<SignedIntent> intents)
        implements Command {

    /** The command's kind. */
    public static final int KIND = 48;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if the auction is out of range or there are too many intents
     */
    public TradeCommand {
        intents = List.copyOf(intents);
        Range.u63(auction, "auction");
        Range.count(intents.size(), 255, "intents");
    }

    @Override
    public int kind() {
        return KIND;
    }

    @Override
    public void writeBody(WireWriter out) {
        out.u63(auction).b32(transcript);
        bid.writeTo(out);
        out.u8(intents.size());
        for (SignedIntent intent : intents) {
            intent.writeTo(out);
        }
    }

    static TradeCommand readBody(WireReader in) {
        return new TradeCommand(
                in.u63("auction"),
                in.b32("transcript"),
                SignedBid.readFrom(in),
                in.list(in.u8("nIntents"), "intents", SignedIntent::readFrom));
    }
}
