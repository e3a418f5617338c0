package dev.quiverdb.execute;

import java.util.List;
import java.util.Map;

/**
 * What EXPLAIN ANALYZE shows of a node; times in milliseconds and rows are means of one loop.
 *
 * @param loops how often the node was run; 0 if never
 * @param removedByFilter rows that a scan's filter dropped, in all loops
 * @param details further lines, such as the sort method
 */
public record Measured(
        long loops,
        double startMillis,
        double totalMillis,
        double rows,
        long removedByFilter,
        List<Map.Entry<String, String>> details) {
    public Measured {
        details = List.copyOf(details);
    }
}
