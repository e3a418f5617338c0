package dev.quiverdb.pgwire.session;

import dev.quiverdb.pgwire.auth.Authenticator;
import dev.quiverdb.pgwire.codec.FrontendDecoder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Listens and gives each client a {@link Connection}. Thread-safe. */
public final class PgWireServer implements AutoCloseable {
    private final EventLoopGroup acceptor;
    private final EventLoopGroup loops;
    private final ExecutorService workers;
    private final CancelKeys cancelKeys;
    private final ChannelGroup connections;
    private final InetSocketAddress address;

    private PgWireServer(
            EventLoopGroup acceptor,
            EventLoopGroup loops,
            ExecutorService workers,
            CancelKeys cancelKeys,
            ChannelGroup connections,
            InetSocketAddress address) {
        this.acceptor = acceptor;
        this.loops = loops;
        this.workers = workers;
        this.cancelKeys = cancelKeys;
        this.connections = connections;
        this.address = address;
    }

    /**
     * Starts to listen.
     *
     * @param loopCount threads that read and write sockets
     * @throws IOException if the address cannot be had, such as a port that is taken
     */
    public static PgWireServer start(
            InetSocketAddress address, int loopCount, Engine engine, Authenticator authenticator)
            throws IOException {
        var transport = Transport.best();
        var acceptor = new MultiThreadIoEventLoopGroup(1, transport.ioHandlers());
        var loops = new MultiThreadIoEventLoopGroup(loopCount, transport.ioHandlers());
        var workers =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("connection-", 0).factory());
        var cancelKeys = new CancelKeys();
        var connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        var bootstrap =
                new ServerBootstrap()
                        .group(acceptor, loops)
                        .channel(transport.serverChannel())
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .option(ChannelOption.SO_BACKLOG, 512)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childOption(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                new WriteBufferWaterMark(64 << 10, 256 << 10))
                        .childHandler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        connections.add(channel);
                                        channel.pipeline()
                                                .addLast(new FrontendDecoder())
                                                .addLast(
                                                        new Connection(
                                                                engine,
                                                                authenticator,
                                                                cancelKeys,
                                                                workers));
                                    }
                                });
        var bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            acceptor.shutdownGracefully();
            loops.shutdownGracefully();
            workers.shutdown();
            throw new IOException(
                    "cannot listen on " + address + ": " + bound.cause().getMessage(),
                    bound.cause());
        }
        Channel listening = bound.channel();
        connections.add(listening);
        return new PgWireServer(
                acceptor,
                loops,
                workers,
                cancelKeys,
                connections,
                (InetSocketAddress) listening.localAddress());
    }

    /** A statement may begin just after its session was told to end, so it is told again. */
    private void endWorkers() {
        workers.shutdown();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = workers.awaitTermination(100, java.util.concurrent.TimeUnit.MILLISECONDS);
                if (!ended) {
                    cancelKeys.cancelAll();
                }
            } catch (InterruptedException e) {
                interrupted = true;
                workers.shutdownNow();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where clients connect, with the port that was really taken. */
    public InetSocketAddress address() {
        return address;
    }

    /** Stops listening, ends every connection and waits until their sessions are closed. */
    @Override
    public void close() {
        connections.close().awaitUninterruptibly();
        endWorkers();
        acceptor.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS)
                .awaitUninterruptibly();
        loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS)
                .awaitUninterruptibly();
    }
}
