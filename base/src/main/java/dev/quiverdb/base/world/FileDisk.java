package dev.quiverdb.base.world;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A {@link Disk} in a directory of the machine. */
public final class FileDisk implements Disk {
    private final Path root;

    /** The directory is made when it is missing. */
    public FileDisk(Path root) {
        this.root = root.toAbsolutePath().normalize();
        try {
            Files.createDirectories(this.root);
        } catch (IOException e) {
            throw failure(this.root.toString(), "could not create directory", e);
        }
    }

    private Path path(String name) {
        return name.isEmpty() ? root : root.resolve(name);
    }

    /** What a failure of the machine's file system is called here: a full disk or another one. */
    public static DiskException failure(String file, String doing, IOException cause) {
        // The JDK has no type for ENOSPC and EDQUOT; their texts come from strerror.
        var text = cause instanceof FileSystemException f ? f.getReason() : cause.getMessage();
        var lower = text == null ? "" : text.toLowerCase(Locale.ROOT);
        return lower.contains("no space left") || lower.contains("quota exceeded")
                ? new DiskFullException(file, cause)
                : new DiskException(file, doing, cause);
    }

    @Override
    public DiskFile open(String name, Open how) {
        var options =
                switch (how) {
                    case READ -> new OpenOption[] {StandardOpenOption.READ};
                    case WRITE ->
                            new OpenOption[] {StandardOpenOption.READ, StandardOpenOption.WRITE};
                    case CREATE ->
                            new OpenOption[] {
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.CREATE
                            };
                    case CREATE_NEW ->
                            new OpenOption[] {
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.CREATE_NEW
                            };
                };
        try {
            return new ChannelFile(name, path(name), how, FileChannel.open(path(name), options));
        } catch (IOException e) {
            throw failure(describe(name), "could not open file", e);
        }
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(path(name));
    }

    @Override
    public void createDirectory(String name) {
        try {
            Files.createDirectories(path(name));
        } catch (IOException e) {
            throw failure(describe(name), "could not create directory", e);
        }
        for (var at = path(name); at.startsWith(root) && !at.equals(root); at = parent(at)) {
            forcePath(parent(at));
        }
    }

    private Path parent(Path path) {
        var parent = path.getParent();
        return parent == null ? root : parent;
    }

    @Override
    public void delete(String name) {
        try {
            Files.delete(path(name));
        } catch (IOException e) {
            throw failure(describe(name), "could not remove file", e);
        }
    }

    @Override
    public void rename(String from, String to) {
        try {
            Files.move(
                    path(from),
                    path(to),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failure(describe(from), "could not rename to " + to + " file", e);
        }
    }

    @Override
    public List<String> list(String directory) {
        try (var files = Files.list(path(directory))) {
            return files.map(p -> p.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw failure(describe(directory), "could not read directory", e);
        }
    }

    @Override
    public void forceDirectory(String directory) {
        forcePath(path(directory));
    }

    private static void forcePath(Path directory) {
        boolean interrupted = Thread.interrupted();
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new DiskForceException(directory.toString(), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public Lock lock(String name) {
        FileChannel channel = null;
        try {
            channel =
                    FileChannel.open(
                            path(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                channel.close();
                throw new DiskException(
                        describe(name), "another process holds the lock file", null);
            }
            var held = channel;
            return () -> closeQuietly(held);
        } catch (OverlappingFileLockException e) {
            closeQuietly(channel);
            throw new DiskException(describe(name), "this process already holds the lock file", e);
        } catch (IOException e) {
            closeQuietly(channel);
            throw failure(describe(name), "could not lock file", e);
        }
    }

    private void closeQuietly(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw failure(root.toString(), "could not close a file in", e);
            }
        }
    }

    @Override
    public long freeBytes() {
        try {
            return Files.getFileStore(root).getUsableSpace();
        } catch (IOException e) {
            throw failure(root.toString(), "could not ask for free space of", e);
        }
    }

    @Override
    public String describe(String name) {
        return path(name).toString();
    }

    /**
     * A file over a {@code FileChannel}. An interrupt of a thread inside a channel closes the
     * channel for everybody; here it is opened again, the call is repeated (all of them are
     * positional, so that is safe), and the thread keeps its interrupt.
     */
    private static final class ChannelFile implements DiskFile {
        private final String name;
        private final Path path;
        private final Open how;
        private volatile FileChannel channel;
        private volatile boolean closed;

        /** Opened with the channel, while the path surely names the same file. */
        private final @Nullable DataSync sync;

        ChannelFile(String name, Path path, Open how, FileChannel channel) {
            this.name = name;
            this.path = path;
            this.how = how;
            this.channel = channel;
            this.sync = how == Open.READ ? null : DataSync.open(path);
        }

        @FunctionalInterface
        private interface Step {
            long run(FileChannel channel) throws IOException;
        }

        private long step(Step step) throws IOException {
            boolean interrupted = false;
            try {
                while (true) {
                    var used = channel;
                    try {
                        return step.run(used);
                    } catch (ClosedByInterruptException e) {
                        interrupted |= Thread.interrupted();
                        reopen();
                    } catch (ClosedChannelException e) {
                        // Another thread was interrupted inside this channel.
                        if (closed) {
                            throw e;
                        }
                        reopen();
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private synchronized void reopen() throws IOException {
            if (!channel.isOpen() && !closed) {
                channel =
                        how == Open.READ
                                ? FileChannel.open(path, StandardOpenOption.READ)
                                : FileChannel.open(
                                        path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            }
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long sizeBytes() {
            try {
                return step(FileChannel::size);
            } catch (IOException e) {
                throw failure(path.toString(), "could not ask for the size of file", e);
            }
        }

        @Override
        public void read(long position, ByteBuffer target) {
            int start = target.position();
            try {
                step(c -> {
                    while (target.hasRemaining()) {
                        int n = c.read(target, position + target.position() - start);
                        if (n < 0) {
                            throw new IOException(
                                    "end of file at " + (position + target.position()));
                        }
                    }
                    return 0;
                });
            } catch (IOException e) {
                throw failure(path.toString(), "could not read at " + position + " file", e);
            }
        }

        @Override
        public void write(long position, ByteBuffer source) {
            int start = source.position();
            try {
                step(c -> {
                    while (source.hasRemaining()) {
                        c.write(source, position + source.position() - start);
                    }
                    return 0;
                });
            } catch (IOException e) {
                throw failure(path.toString(), "could not write at " + position + " file", e);
            }
        }

        @Override
        public void force() {
            if (sync == null) {
                forceChannel();
                return;
            }
            try {
                sync.force();
            } catch (IOException e) {
                throw new DiskForceException(path.toString(), e);
            }
        }

        /**
         * An interrupt that strikes inside the call hides what the system answered, and asking
         * again would prove nothing, so it counts as a failure; one that came before waits.
         */
        private void forceChannel() {
            boolean interrupted = Thread.interrupted();
            try {
                while (true) {
                    var used = channel;
                    if (used.isOpen() || closed) {
                        used.force(false);
                        return;
                    }
                    reopen();
                }
            } catch (IOException e) {
                throw new DiskForceException(path.toString(), e);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public void truncate(long sizeBytes) {
            try {
                step(c -> {
                    long size = c.size();
                    if (sizeBytes < size) {
                        c.truncate(sizeBytes);
                    } else if (sizeBytes > size) {
                        c.write(ByteBuffer.allocate(1), sizeBytes - 1);
                    }
                    return 0;
                });
            } catch (IOException e) {
                throw failure(path.toString(), "could not truncate file", e);
            }
        }

        @Override
        public synchronized void close() {
            closed = true;
            if (sync != null) {
                sync.close();
            }
            try {
                channel.close();
            } catch (IOException e) {
                throw failure(path.toString(), "could not close file", e);
            }
        }
    }
}
