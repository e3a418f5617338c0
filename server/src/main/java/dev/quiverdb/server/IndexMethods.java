package dev.quiverdb.server;

import dev.quiverdb.storage.access.AccessMethod;
import dev.quiverdb.vector.access.HnswAccessMethod;
import dev.quiverdb.vector.access.IvfAccessMethod;
import java.util.List;

/** The index methods that plug into storage beside its own btree. */
final class IndexMethods {
    private IndexMethods() {}

    /** A new set of methods, for one storage. */
    static List<AccessMethod> all() {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors());
        return List.of(
                new HnswAccessMethod(threads),
                IvfAccessMethod.flat(threads),
                IvfAccessMethod.product(threads));
    }
}
