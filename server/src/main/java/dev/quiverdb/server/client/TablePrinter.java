package dev.quiverdb.server.client;

import java.io.PrintStream;
import java.util.List;

/** Prints results in columns, as psql does. */
public final class TablePrinter {
    private final PrintStream out;
    private final int cellCharsMax;

    /**
     * @param cellCharsMax longer values end in "..."
     */
    public TablePrinter(PrintStream out, int cellCharsMax) {
        this.out = out;
        this.cellCharsMax = cellCharsMax;
    }

    /** Prints a result; one without columns by its tag. */
    public void print(WireClient.Result result) {
        int count = result.columns().size();
        if (count == 0) {
            out.println(result.tag());
            return;
        }
        var rows =
                result.rows().stream()
                        .map(row -> row.stream().map(v -> v == null ? "" : shorten(v)).toList())
                        .toList();
        int[] widths = new int[count];
        for (int i = 0; i < count; i++) {
            widths[i] = result.columns().get(i).length();
            for (var row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        line(result.columns(), widths);
        var rule = new StringBuilder();
        for (int i = 0; i < count; i++) {
            rule.append(i == 0 ? "" : "+").repeat("-", widths[i] + 2);
        }
        out.println(rule);
        rows.forEach(row -> line(row, widths));
        out.println(rows.size() == 1 ? "(1 row)" : "(" + rows.size() + " rows)");
    }

    private void line(List<String> values, int[] widths) {
        var line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(i == 0 ? " " : "| ")
                    .append(values.get(i))
                    .repeat(" ", widths[i] - values.get(i).length() + 1);
        }
        out.println(line.toString().stripTrailing());
    }

    private String shorten(String value) {
        var oneLine = value.replace('\n', ' ');
        return oneLine.length() <= cellCharsMax
                ? oneLine
                : oneLine.substring(0, cellCharsMax - 3) + "...";
    }
}
