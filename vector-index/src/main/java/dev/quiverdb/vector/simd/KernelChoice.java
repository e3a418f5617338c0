package dev.quiverdb.vector.simd;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Chooses the loops once; the Vector API's classes are touched only where their module is. */
final class KernelChoice {
    static final Kernels ACTIVE = choose();

    private KernelChoice() {}

    private static Kernels choose() {
        Logger log = Logger.getLogger(KernelChoice.class.getName());
        if (Boolean.getBoolean("quiverdb.vector.scalar")) {
            log.log(Level.INFO, "vector kernels: scalar, as asked by quiverdb.vector.scalar");
            return ScalarKernels.INSTANCE;
        }
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            log.log(
                    Level.WARNING,
                    "module jdk.incubator.vector is missing, vector search runs several times slower; start with"
                            + " --add-modules jdk.incubator.vector");
            return ScalarKernels.INSTANCE;
        }
        return VectorApi.load();
    }

    /** Its own class, so that linking the chooser does not link the Vector API. */
    private static final class VectorApi {
        static Kernels load() {
            return new VectorApiKernels();
        }
    }
}
