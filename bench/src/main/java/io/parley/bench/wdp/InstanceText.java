package io.parley.bench.wdp;

import io.parley.bench.wdp.Instance.Offer;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Instances as text, one record a line:
 *
 * <pre>
 * c comment
 * p wdp &lt;goods&gt; &lt;bids&gt; &lt;real goods&gt; &lt;dummy goods&gt;
 * b &lt;bid id&gt; &lt;price&gt; &lt;k&gt; &lt;good&gt; ...
 * </pre>
 *
 * Goods are numbered from 0; goods = real goods + dummy goods. A price is a plain decimal, not negative, with at most 9
 * decimals. All prices of an instance are multiplied by ten to the power of the most decimals that one of them has, which
 * is exact.
 */
final class InstanceText {

    private static final int MOST_DECIMALS = 9;
    private static final int MOST_GOODS = 1_000_000;

    private InstanceText() {}

    /**
     * {@return the instance of a file}
     *
     * @throws IOException if it cannot be read
     * @throws IllegalArgumentException if it is no instance; says file, line, field, value and rule
     */
    static Instance read(Path file) throws IOException {
        return parse(file.getFileName().toString(), Files.readString(file, StandardCharsets.UTF_8));
    }

    static Instance parse(String name, String text) {
        int[] sizes = {};
        var bids = new ArrayList<Offer>();
        var ids = new HashSet<Long>();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            var line = new Line(name, i + 1, lines[i].strip());
            switch (line.kind()) {
                case "", "c" -> {}
                case "p" -> {
                    line.require(sizes.length == 0, "p", "a second one", "there is one line p");
                    sizes = line.problem();
                }
                case "b" -> {
                    line.require(sizes.length > 0, "b", "before p", "the line p comes before the bids");
                    Offer bid = line.bid(sizes[0]);
                    line.require(ids.add(bid.id()), "bid id", bid.id(), "no id twice");
                    bids.add(bid);
                }
                default -> line.fail("record", line.kind(), "c, p or b");
            }
        }
        var end = new Line(name, lines.length, "");
        end.require(sizes.length > 0, "p", "missing", "there is one line p");
        end.require(bids.size() == sizes[1], "bids", bids.size(), "as many as the line p says (" + sizes[1] + ")");
        var instance = new Instance(name, sizes[2], sizes[3], bids);
        try {
            instance.integerPrices();
        } catch (ArithmeticException e) {
            end.fail("price", "all together", "their sum, without the decimal point, fits int64");
        }
        return instance;
    }

    static String write(Instance instance) {
        var text = new StringBuilder();
        text.append("c ").append(instance.name()).append('\n');
        text.append("p wdp %d %d %d %d\n"
                .formatted(instance.goods(), instance.bids().size(), instance.realGoods(), instance.dummyGoods()));
        for (var bid : instance.bids()) {
            text.append("b ").append(bid.id()).append(' ').append(bid.price().toPlainString());
            text.append(' ').append(bid.goods().size());
            bid.goods().forEach(good -> text.append(' ').append(good));
            text.append('\n');
        }
        return text.toString();
    }

    private record Line(String file, int number, String text) {

        private List<String> fields() {
            return List.of(text.split("\\s+"));
        }

        String kind() {
            return fields().getFirst();
        }

        int[] problem() {
            require(fields().size() == 6, "p", text, "p wdp <goods> <bids> <real goods> <dummy goods>");
            require("wdp".equals(fields().get(1)), "problem", fields().get(1), "wdp");
            int goods = (int) whole(2, "goods", 1, MOST_GOODS);
            int bids = (int) whole(3, "bids", 0, MOST_GOODS);
            int real = (int) whole(4, "real goods", 0, goods);
            int dummy = (int) whole(5, "dummy goods", 0, goods);
            require(real + dummy == goods, "goods", goods, "real goods + dummy goods (" + (real + dummy) + ")");
            return new int[] {goods, bids, real, dummy};
        }

        Offer bid(int goods) {
            require(fields().size() >= 5, "b", text, "b <bid id> <price> <k> <good> ...");
            long id = whole(1, "bid id", 0, Long.MAX_VALUE);
            int count = (int) whole(3, "k", 1, goods);
            require(fields().size() == 4 + count, "goods", fields().size() - 4, "as many as k (" + count + ")");
            var wanted = new TreeSet<Integer>();
            for (int i = 0; i < count; i++) {
                long good = whole(4 + i, "good", 0, goods - 1);
                require(wanted.add((int) good), "good", good, "no good twice");
            }
            return new Offer(id, price(fields().get(2)), List.copyOf(wanted));
        }

        private BigDecimal price(String field) {
            @Nullable BigDecimal price = null;
            if (field.matches("[0-9]{1,18}(\\.[0-9]+)?")) {
                price = new BigDecimal(field);
            }
            if (price == null || price.stripTrailingZeros().scale() > MOST_DECIMALS) {
                throw fail(
                        "price", field, "a plain decimal, not negative, with at most " + MOST_DECIMALS + " decimals");
            }
            return price;
        }

        private long whole(int at, String field, long least, long most) {
            String value = fields().get(at);
            if (value.matches("[0-9]{1,18}")) {
                long number = Long.parseLong(value);
                if (number >= least && number <= most) {
                    return number;
                }
            }
            throw fail(field, value, "a whole number from %d to %d".formatted(least, most));
        }

        void require(boolean holds, String field, Object value, String rule) {
            if (!holds) {
                throw fail(field, value, rule);
            }
        }

        IllegalArgumentException fail(String field, Object value, String rule) {
            throw new IllegalArgumentException(
                    "%s, line %d: %s (%s) must be: %s".formatted(file, number, field, value, rule));
        }
    }
}
