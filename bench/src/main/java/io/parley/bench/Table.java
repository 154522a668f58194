package io.parley.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A plain table: the first column to the left, numbers to the right. */
public final class Table {

    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... heads) {
        rows.add(List.of(heads));
    }

    public void row(Object... cells) {
        rows.add(Arrays.stream(cells).map(Object::toString).toList());
    }

    public void print(PrintStream out) {
        int columns = rows.getFirst().size();
        var widths = new int[columns];
        for (var row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (var row : rows) {
            var line = new StringBuilder("  ");
            for (int i = 0; i < columns; i++) {
                line.append(("%" + (i == 0 ? "-" : "") + widths[i] + "s").formatted(row.get(i)))
                        .append("  ");
            }
            out.println(line.toString().stripTrailing());
        }
        out.println();
    }
}
