package dev.quiverdb.execute;

import dev.quiverdb.plan.Relation;
import dev.quiverdb.vector.access.VectorEffort;
import dev.quiverdb.vector.graph.SearchParameters;

/**
 * How hard a session wants a vector index to try: pgvector's settings. A search goes on until it
 * has its rows as long as nobody says otherwise; a bound that was set, even to its default value,
 * is a bound.
 */
public final class SearchEffort {
    /** What a search keeps of each vector it meets. */
    private static final int BYTES_PER_TUPLE = 16;

    private final SessionFunctions session;
    private final String method;

    /** Reads the settings of an access method. */
    public SearchEffort(SessionFunctions session, String method) {
        this.session = session;
        this.method = method;
    }

    private String value(String name) {
        var value = session.setting(method + "." + name, false);
        return value == null ? "" : value;
    }

    private int number(String name) {
        return Integer.parseInt(value(name));
    }

    private boolean isSet(String name) {
        return session.isSet(method + "." + name);
    }

    /** Whether iterative scans are switched off, by somebody and not by default. */
    private boolean once() {
        return isSet("iterative_scan") && value("iterative_scan").equals("off");
    }

    /** Whether the search may end before it has its rows. */
    boolean bounded() {
        return method.equals("hnsw")
                ? once() || isSet("max_scan_tuples") || isSet("scan_mem_multiplier")
                : once() || isSet("max_probes");
    }

    /** The effort for an index of that method. */
    public VectorEffort of(Relation.Index index) {
        return index.method().equals("hnsw") ? graph() : lists();
    }

    private VectorEffort graph() {
        var parameters =
                SearchParameters.defaults()
                        .withEfSearch(number("ef_search"))
                        .withTargetRecall(targetRecall())
                        .withStrictOrder(value("iterative_scan").equals("strict_order"));
        long most = Long.MAX_VALUE;
        if (isSet("max_scan_tuples")) {
            most = number("max_scan_tuples");
        }
        if (isSet("scan_mem_multiplier")) {
            double bytes = workMemBytes() * Double.parseDouble(value("scan_mem_multiplier"));
            most = Math.min(most, Math.max(1, (long) (bytes / BYTES_PER_TUPLE)));
        }
        return new VectorEffort.Graph(
                most == Long.MAX_VALUE ? parameters : parameters.withTuplesAtMost(most), once());
    }

    private double targetRecall() {
        return Double.parseDouble(value("target_recall"));
    }

    private double workMemBytes() {
        return session.number("work_mem") * 1024;
    }

    private VectorEffort lists() {
        int probes = number("probes");
        int most = Integer.MAX_VALUE;
        if (once()) {
            most = 0;
        } else if (isSet("max_probes")) {
            most = Math.max(probes, number("max_probes"));
        }
        int rerank = method.equals("ivfpq") ? number("rerank") : 0;
        return new VectorEffort.Lists(probes, rerank, most, targetRecall());
    }
}
