package dev.quiverdb.bench.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** An engine with rows in it, opened anew after a checkpoint, each read once. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls load first
public class LoadedRows {
    /** Which engine; see {@link StorageBenchmark}. */
    @Param({"quiver", "rocks", "mvstore"})
    public String engine;

    @Param("1000000")
    public long rows;

    @Param("512")
    public long cacheMib;

    private Path directory;
    private RowEngine opened;

    RowEngine rows() {
        return opened;
    }

    /** Loads and warms, before the first iteration of a fork. */
    @Setup(Level.Trial)
    public void load() throws IOException {
        directory = Files.createTempDirectory("storage-micro");
        try (var loading = StorageBenchmark.open(engine, directory, cacheMib << 20)) {
            loading.load(rows, i -> StorageBenchmark.shuffled(i, rows), StorageBenchmark::text);
            loading.checkpoint();
        }
        opened = StorageBenchmark.open(engine, directory, cacheMib << 20);
        for (long key = 0; key < rows; key++) {
            StorageBenchmark.read(opened, key, engine);
        }
    }

    /** Removes the files. */
    @TearDown(Level.Trial)
    public void remove() throws IOException {
        opened.close();
        StorageBenchmark.delete(directory);
    }
}
