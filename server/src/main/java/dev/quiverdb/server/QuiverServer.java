package dev.quiverdb.server;

import dev.quiverdb.base.world.Clock;
import dev.quiverdb.pgwire.auth.LoopbackTrust;
import dev.quiverdb.pgwire.session.PgWireServer;
import dev.quiverdb.server.database.Cluster;
import dev.quiverdb.server.session.SessionEngine;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/** A running server: the one place where all rooms are put together. Thread-safe. */
public final class QuiverServer implements AutoCloseable {
    private final Cluster cluster;
    private final SessionEngine engine;
    private final PgWireServer wire;
    private final CountDownLatch ended = new CountDownLatch(1);

    private QuiverServer(Cluster cluster, SessionEngine engine, PgWireServer wire) {
        this.cluster = cluster;
        this.engine = engine;
        this.wire = wire;
    }

    /**
     * Opens the data directory, recovering what needs to be, and takes connections.
     *
     * @throws IOException if the directory or the port cannot be had
     */
    public static QuiverServer start(ServerOptions options) throws IOException {
        return start(options, StorageOptions::in);
    }

    /**
     * As {@link #start(ServerOptions)}, with storages that are opened in another way.
     *
     * @param storage how that of one database is opened, by its directory
     */
    public static QuiverServer start(ServerOptions options, Function<Path, StorageOptions> storage)
            throws IOException {
        var address = new InetSocketAddress(InetAddress.getByName(options.host()), options.port());
        if (!address.getAddress().isLoopbackAddress()) {
            throw new IOException(
                    "cannot listen on "
                            + options.host()
                            + ": without passwords only loopback addresses are allowed");
        }
        Files.createDirectories(options.data());
        var cluster =
                Cluster.open(
                        options.data(),
                        directory -> Storage.open(storage.apply(directory), IndexMethods.all()));
        try {
            var engine = new SessionEngine(cluster, Clock.system(), options.settings());
            int loops = Math.max(2, Runtime.getRuntime().availableProcessors());
            var wire = PgWireServer.start(address, loops, engine, new LoopbackTrust());
            return new QuiverServer(cluster, engine, wire);
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** The port on which it takes connections. */
    public int port() {
        return wire.address().getPort();
    }

    /** Waits until somebody closes the server. */
    public void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /** Ends every session and closes storage cleanly. */
    @Override
    public void close() {
        wire.close();
        engine.close();
        cluster.close();
        ended.countDown();
    }
}
