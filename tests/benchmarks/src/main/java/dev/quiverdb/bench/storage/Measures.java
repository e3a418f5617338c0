package dev.quiverdb.bench.storage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What was measured of whom: printed as it comes, then as a table and as JSON. */
final class Measures {
    private final long rows;
    private final Map<String, Map<String, Double>> values = new LinkedHashMap<>();

    Measures(long rows) {
        this.rows = rows;
    }

    void put(String engine, String measure, double value) {
        values.computeIfAbsent(measure, _ -> new LinkedHashMap<>()).put(engine, value);
        System.out.printf(Locale.ROOT, "%-12s %-44s %,16.3f%n", engine, measure, value);
    }

    void commits(String engine, String what, Latencies latencies, double seconds) {
        put(engine, "commits/s, " + what, latencies.count() / seconds);
        put(engine, "commit p50 us, " + what, latencies.percentile(0.50) / 1e3);
        put(engine, "commit p99 us, " + what, latencies.percentile(0.99) / 1e3);
        put(engine, "commit longest us, " + what, latencies.percentile(1) / 1e3);
    }

    String table() {
        var engines =
                values.values().stream().flatMap(m -> m.keySet().stream()).distinct().toList();
        var text = new StringBuilder(String.format(Locale.ROOT, "%n%-46s", "rows: " + rows));
        engines.forEach(e -> text.append(String.format(Locale.ROOT, "%16s", e)));
        values.forEach((measure, byEngine) -> {
            text.append(String.format(Locale.ROOT, "%n%-46s", measure));
            for (var engine : engines) {
                var value = byEngine.get(engine);
                text.append(
                        value == null
                                ? String.format(Locale.ROOT, "%16s", "-")
                                : String.format(Locale.ROOT, "%,16.2f", value));
            }
        });
        return text.append('\n').toString();
    }

    String json() {
        var lines = new ArrayList<String>();
        values.forEach((measure, byEngine) ->
                byEngine.forEach((engine, value) ->
                        lines.add(
                                String.format(
                                        Locale.ROOT,
                                        "  {\"engine\": \"%s\", \"measure\": \"%s\", \"value\":"
                                                + " %s}",
                                        engine,
                                        measure,
                                        Double.isFinite(value)
                                                ? String.format(Locale.ROOT, "%.3f", value)
                                                : "null"))));
        return "{\"rows\": " + rows + ", \"measures\": [\n" + String.join(",\n", lines) + "\n]}\n";
    }
}
