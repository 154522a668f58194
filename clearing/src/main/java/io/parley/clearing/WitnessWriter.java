package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.CancelCommand;
import io.parley.protocol.Command;
import io.parley.protocol.CreditFee;
import io.parley.protocol.Deposit;
import io.parley.protocol.ForcedCancel;
import io.parley.protocol.ForcedReduce;
import io.parley.protocol.ForcedWithdraw;
import io.parley.protocol.HeartbeatCommand;
import io.parley.protocol.Intent;
import io.parley.protocol.Leg;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Listings;
import io.parley.protocol.Listings.Listing;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetModeCommand;
import io.parley.protocol.SetParameters;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.WireWriter;
import io.parley.protocol.WithdrawCommand;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Writes a step's part of the witness (docs/protocol.md, section 7) and puts its accounts in their places on the way.
 * They are proven together: no sibling is written that one of them makes.
 */
final class WitnessWriter {
    private final Step step;
    private final AccountTree accounts;
    private final Listings listings;
    private final HashTree listingsTree;
    private final Keys keys;
    private final WireWriter out;

    WitnessWriter(
            Step step, AccountTree accounts, Listings listings, HashTree listingsTree, Keys keys, WireWriter out) {
        this.step = step;
        this.accounts = accounts;
        this.listings = listings;
        this.listingsTree = listingsTree;
        this.keys = keys;
        this.out = out;
    }

    /**
     * Writes the part of the command.
     *
     * @param feederSet the bytes of the set in force
     * @param place for a registered key or a listing: the proof of its place, taken before it was put there
     */
    void write(Command command, byte[] feederSet, byte[] place) {
        switch (command) {
            case Deposit deposit -> replaceAccount(0);
            case CreditFee credit -> replaceAccount(0);
            case ForcedWithdraw forced -> replaceAccount(0);
            case ForcedCancel forced -> replaceAccount(0);
            case ForcedReduce forced -> {
                replaceAccount(0);
                replaceAccount(1);
            }
            case RegisterKey key -> out.raw(place);
            case ListAsset listing -> out.raw(place);
            case SetParameters parameterSet -> {}
            case WithdrawCommand withdraw -> {
                replaceAccount(0);
                shown(withdraw.withdraw().asset()).ifPresent(this::writeListing);
                writeKeys();
            }
            case CancelCommand _, SetModeCommand _, HeartbeatCommand _ -> {
                replaceAccount(0);
                writeKeys();
            }
            case PriceCommand price -> out.u16(feederSet.length).raw(feederSet);
            case TradeCommand trade -> writeTrade(trade);
        }
    }

    private void writeTrade(TradeCommand trade) {
        out.u8(step.touched());
        for (int slot = 0; slot < step.touched(); slot++) {
            replaceAccount(slot);
        }
        out.u8(slot(trade.bid().bid().solver(), trade.bid().bid().account()));
        TreeSet<AssetId> assets = new TreeSet<>();
        for (SignedIntent signed : trade.intents()) {
            Intent intent = signed.intent();
            out.u8(slot(intent.owner(), intent.account()));
            for (Leg leg : intent.legs()) {
                // What is not listed has no proof, and the trade is refused for it.
                if (listings.contains(leg.asset())) {
                    assets.add(leg.asset());
                }
            }
        }
        out.u8(assets.size());
        for (AssetId asset : assets) {
            writeListing(listings.listing(asset).orElseThrow());
        }
        writeKeys();
    }

    private int slot(Address owner, long account) {
        int index = accounts.index(owner, account);
        int slot = 0;
        while (step.touched(slot).index() != index) {
            slot++;
        }
        return slot;
    }

    private void replaceAccount(int slot) {
        Draft draft = step.touched(slot);
        int index = draft.index();
        byte[] before = draft.before();
        HashTree tree = accounts.tree();
        int bitmap = tree.bitmap(index) & ownLevels(slot);
        out.u32(index);
        if (before == null) {
            out.u16(0);
        } else {
            out.u16(before.length).raw(before);
        }
        out.u32(Integer.toUnsignedLong(bitmap));
        tree.writeSiblings(index, bitmap, out);
        if (!step.noop()) {
            accounts.put(index, step.leaf(slot));
            // Up to where the next account's path joins; from there on it is made again with that one.
            tree.rehash(
                    index,
                    1,
                    slot + 1 < step.touched()
                            ? HashTree.joinLevel(index, step.touched(slot + 1).index())
                            : AccountTree.DEPTH);
        }
    }

    /** The levels whose sibling no other account of the step makes, up to where the next one's way joins. */
    private int ownLevels(int slot) {
        int index = step.touched(slot).index();
        int levels = slot + 1 < step.touched()
                ? (1 << HashTree.joinLevel(index, step.touched(slot + 1).index())) - 1
                : -1;
        for (int earlier = 0; earlier < slot; earlier++) {
            levels &= ~(1 << HashTree.joinLevel(index, step.touched(earlier).index()));
        }
        return levels;
    }

    /** The listing of an asset; of one that is not listed the first there is, which is another. */
    private Optional<Listing> shown(AssetId asset) {
        return listings.listing(asset).or(() -> listings.all().stream().findFirst());
    }

    private void writeListing(Listing listing) {
        int bitmap = listingsTree.bitmap(listing.index());
        out.u32(listing.index()).asset(listing.asset()).b32(listing.nameHash()).u16(bitmap);
        listingsTree.writeSiblings(listing.index(), bitmap, out);
    }

    private void writeKeys() {
        out.u8(step.keyCount());
        for (int i = 0; i < step.keyCount(); i++) {
            Grant key = step.key(i);
            out.u8(step.keySignature(i)).u32(key.index()).u8(key.scope()).u63(key.expiry());
            keys.writeProof(key.index(), out);
        }
    }
}
