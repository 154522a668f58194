package io.parley.clearing;

import static io.parley.clearing.Deal.bid;
import static io.parley.clearing.Market.market;
import static io.parley.clearing.Offer.intent;
import static io.parley.clearing.Trader.ALICE;
import static io.parley.clearing.Trader.SOLVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Fixed8;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The leaf, byte by byte. */
class AccountTest {
    /** One position, one partial fill, and a nonce in lane 1. */
    private static Account full() {
        var market = market().account(ALICE, "12500.5 USD").account(SOLVER, "8 ETH");
        market.applied(bid().fills(
                        intent().by(ALICE).gets("4 ETH").pays("12000").parts(4).nonce(NonceLanes.nonce(1, 2)),
                        1,
                        "-3000",
                        "0"));
        return market.of(ALICE);
    }

    @Test
    void fields_standWhereTheProtocolSays() {
        byte[] leaf = full().encode();
        assertThat(leaf).hasSize(116 + 32 + 60);
        assertThat(leaf[0]).isEqualTo((byte) 1);
        assertThat(Arrays.copyOfRange(leaf, 1, 21)).isEqualTo(ALICE.address().bytes());
        assertThat(BigEndian.u32(leaf, 21)).isZero();
        assertThat(leaf[25]).isZero();
        assertThat(leaf[26]).isEqualTo((byte) 1);
        assertThat(leaf[27]).isEqualTo((byte) 1);
        assertThat(BigEndian.u64(leaf, 28)).isEqualTo(Fixed8.parse("9500.5"));
        assertThat(BigEndian.u64(leaf, 36)).as("base of lane 0").isZero();
        assertThat(BigEndian.u64(leaf, 60)).as("bits of lane 1").isEqualTo(4);
        assertThat(BigEndian.u64(leaf, 116)).isEqualTo(Market.asset("ETH").id());
        assertThat(BigEndian.u64(leaf, 124)).isEqualTo(Fixed8.ONE);
        assertThat(BigEndian.u64(leaf, 148 + 32)).isEqualTo(NonceLanes.nonce(1, 2));
        assertThat(BigEndian.u64(leaf, 148 + 40)).isEqualTo(Market.LATER);
        assertThat(BigEndian.u32(leaf, 148 + 56)).isEqualTo(1);
    }

    @Test
    void decoding_givesTheAccountBack() {
        Account account = full();
        assertThat(Account.decode(account.encode())).isEqualTo(account);
        assertThat(Account.decode(account.encode()).hash()).isEqualTo(account.hash());
        Account empty = Account.empty(ALICE.address(), 0xffff_ffffL);
        assertThat(Account.decode(empty.encode())).isEqualTo(empty);
        assertThat(empty.account()).isEqualTo(0xffff_ffffL);
        assertThat(empty.encode()).hasSize(116);
    }

    @Test
    void whatIsNotCanonical_isNoAccount() {
        byte[] leaf = full().encode();
        notALeaf(Arrays.copyOf(leaf, leaf.length - 1), "its counts make");
        notALeaf(Arrays.copyOf(leaf, leaf.length + 1), "its counts make");
        notALeaf(new byte[115], "at least 116 bytes");
        notALeaf(with(leaf, 0, 2), "version is 1");
        notALeaf(with(leaf, 26, 65), "at most 64 positions");
        notALeaf(with(leaf, 27, 17), "at most 16 partial fills");
        byte[] nothing = leaf.clone();
        BigEndian.u64(nothing, 124, 0);
        notALeaf(nothing, "position 0 has a quantity");
        byte[] cash = leaf.clone();
        BigEndian.u64(cash, 116, 0);
        notALeaf(cash, "positions ascend by asset");
        byte[] unknown = leaf.clone();
        BigEndian.u64(unknown, 116, 7);
        notALeaf(unknown, "not canonical");
        TreeMap<AssetId, Long> two = new TreeMap<>();
        two.put(AssetId.spot(1), 1L);
        two.put(AssetId.spot(2), 1L);
        byte[] swapped = StandardMarginTest.accountOf(0, two).encode();
        byte[] first = Arrays.copyOfRange(swapped, 116, 148);
        System.arraycopy(swapped, 148, swapped, 116, 32);
        System.arraycopy(first, 0, swapped, 148, 32);
        notALeaf(swapped, "positions ascend by asset, position 1");
    }

    private static byte[] with(byte[] leaf, int at, int value) {
        byte[] other = leaf.clone();
        other[at] = (byte) value;
        return other;
    }

    private static void notALeaf(byte[] bytes, String rule) {
        assertThatThrownBy(() -> Account.decode(bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(rule);
    }

    @Test
    void positions_ascendAsUnsignedIds_soThatHighUnderlyingsComeLast() {
        TreeMap<AssetId, Long> held = new TreeMap<>();
        held.put(AssetId.spot(4000), 1L);
        held.put(AssetId.spot(3), 1L);
        assertThat(StandardMarginTest.accountOf(0, held).positions())
                .extracting(position -> position.asset().underlying())
                .containsExactly(3, 4000);
    }

    @Test
    void randomChanges_agreeWithAMap() {
        long seed = Seeds.next("AccountTest");
        Random random = new Random(seed);
        Draft draft = new Draft();
        draft.load(1, null);
        draft.create(ALICE.address(), 0);
        TreeMap<AssetId, Long> held = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            AssetId asset = AssetId.spot(1 + random.nextInt(60));
            long change = random.nextInt(5) - 2;
            draft.add(asset.id(), change);
            held.merge(asset, change, (a, b) -> a + b == 0 ? null : Long.valueOf(a + b));
            held.values().removeIf(quantity -> quantity == 0);
            if (i % 100 == 0) {
                Account account = Account.decode(draft.encode());
                TreeMap<AssetId, Long> found = new TreeMap<>();
                account.positions().forEach(position -> found.put(position.asset(), position.quantity()));
                assertThat(found).as("seed %d", seed).isEqualTo(held);
                draft.load(1, account.encode());
            }
        }
    }

    @Test
    void whatHasNoMeaningYet_isCarriedAlong_andNewPositionsStartWithoutIt() {
        TreeMap<AssetId, Long> held = new TreeMap<>();
        held.put(AssetId.spot(1), 5L);
        held.put(AssetId.spot(2), 6L);
        byte[] leaf = StandardMarginTest.accountOf(7, held).encode();
        BigEndian.u64(leaf, Account.LAST_AUCTION, 11);
        BigEndian.u64(leaf, Account.LIQUIDATION_START, 12);
        for (int position = 0; position < 2; position++) {
            BigEndian.u64(leaf, 116 + 32 * position + 16, 13 + position);
            BigEndian.u64(leaf, 116 + 32 * position + 24, 15 + position);
        }
        Draft draft = new Draft();
        draft.load(1, leaf);
        assertThat(draft.encode()).isEqualTo(leaf);

        draft.add(AssetId.spot(2).id(), -6);
        draft.add(AssetId.spot(3).id(), 1);
        assertThat(Account.decode(draft.encode()).positions())
                .containsExactly(new Position(AssetId.spot(1), 5, 13, 15), new Position(AssetId.spot(3), 1, 0, 0));
        draft.load(2, null);
        draft.create(ALICE.address(), 0);
        assertThat(draft.encode()).isEqualTo(Account.empty(ALICE.address(), 0).encode());
    }

    @Test
    void tree_findsAccountsByOwner_andProvesThem() {
        AccountTree tree = new AccountTree();
        Random random = new Random(5);
        for (int index = 1; index <= 10_000; index++) {
            tree.put(index, Account.empty(address(index), index % 3).encode());
        }
        tree.tree().rehashAll(tree.size());
        assertThat(tree.count()).isEqualTo(10_000);
        for (int i = 0; i < 500; i++) {
            int index = 1 + random.nextInt(10_000);
            assertThat(tree.index(address(index), index % 3)).isEqualTo(index);
            assertThat(tree.index(address(index), 3)).isZero();
        }
        byte[] proof = tree.proof(77);
        Bytes32[] siblings = new Bytes32[(proof.length - 4) / 32];
        for (int i = 0; i < siblings.length; i++) {
            siblings[i] = Bytes32.of(proof, 4 + 32 * i);
        }
        Bytes32 leaf = tree.account(77).hash();
        assertThat(HashTree.fold(AccountTree.DEPTH, 77, leaf, BigEndian.u32(proof, 0), siblings))
                .isEqualTo(tree.root());
        assertThat(tree.account(10_001)).isNull();
        assertThat(tree.account(0)).isNull();
        assertThat(tree.account(-1)).isNull();
    }

    private static io.parley.protocol.Address address(int number) {
        byte[] bytes = new byte[20];
        BigEndian.u32(bytes, 16, number);
        return io.parley.protocol.Address.of(bytes);
    }

    @Test
    void globalRecord_isZeroAtGenesis_butForItsVersion() {
        byte[] bytes = GlobalRecord.genesis().encode();
        assertThat(bytes).hasSize(421);
        assertThat(bytes[0]).isEqualTo((byte) 1);
        bytes[0] = 0;
        assertThat(bytes).containsOnly(0);
        assertThat(GlobalRecord.genesis().priceHash()).isEqualTo(Bytes32.ZERO);
        assertThatThrownBy(() -> GlobalRecord.decode(new byte[421])).hasMessageContaining("version 1");
        assertThatThrownBy(() -> GlobalRecord.decode(new byte[420])).hasMessageContaining("421 bytes");
    }

    @Test
    void globalRecord_hasItsFieldsWhereTheProtocolSays() {
        byte[] bytes = new byte[421];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        bytes[0] = 1;
        GlobalRecord record = GlobalRecord.decode(bytes);
        assertThat(record.time()).isEqualTo(BigEndian.u64(bytes, 1));
        assertThat(record.priceSequence()).isEqualTo(BigEndian.u64(bytes, 9));
        assertThat(record.priceHash()).isEqualTo(Bytes32.of(bytes, 17));
        assertThat(record.paramsHash()).isEqualTo(Bytes32.of(bytes, 49));
        assertThat(record.feederSetHash()).isEqualTo(Bytes32.of(bytes, 81));
        assertThat(record.queueCursor()).isEqualTo(BigEndian.u64(bytes, 113));
        assertThat(record.queueHash()).isEqualTo(Bytes32.of(bytes, 121));
        assertThat(record.listingCount()).isEqualTo(BigEndian.u32(bytes, 153));
        assertThat(record.listingsRoot()).isEqualTo(Bytes32.of(bytes, 157));
        assertThat(record.keysRoot()).isEqualTo(Bytes32.of(bytes, 189));
        assertThat(record.fundingRoot()).isEqualTo(Bytes32.of(bytes, 221));
        assertThat(record.openInterestRoot()).isEqualTo(Bytes32.of(bytes, 253));
        assertThat(record.settlementRoot()).isEqualTo(Bytes32.of(bytes, 285));
        assertThat(record.halts()).isEqualTo(BigEndian.u64(bytes, 317));
        assertThat(record.insurance()).isEqualTo(BigEndian.u64(bytes, 325));
        assertThat(record.fees()).isEqualTo(BigEndian.u64(bytes, 333));
        assertThat(record.feesTotal()).isEqualTo(BigEndian.u64(bytes, 341));
        assertThat(record.withdrawals()).isEqualTo(BigEndian.u64(bytes, 349));
        assertThat(record.withdrawalHash()).isEqualTo(Bytes32.of(bytes, 357));
        assertThat(record.auctionSeed()).isEqualTo(Bytes32.of(bytes, 389));
    }
}
