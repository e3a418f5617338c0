package dev.quiverdb.base.world;

import java.util.List;

/**
 * A directory tree that the engine owns, and the only door to durable bytes. Names are relative to
 * the disk's root, with {@code /} between directories ({@code "log/0000000001.log"}).
 *
 * <p>What is promised is what a POSIX file system promises: bytes are durable after {@link
 * DiskFile#force}, and a file's name (after create, rename, delete) after {@link #forceDirectory}
 * of its directory. Nothing else is durable in any order.
 *
 * <p>Every failure is a {@link DiskException} that names the file. Safe for all threads.
 */
public interface Disk {
    /** How a file is opened. */
    enum Open {
        /** Read only; the file must be there. */
        READ,
        /** Read and write; the file must be there. */
        WRITE,
        /** Read and write; made when it is not there. */
        CREATE,
        /** Read and write; must not be there. */
        CREATE_NEW
    }

    DiskFile open(String name, Open how);

    boolean exists(String name);

    /**
     * Makes the directory and its parents; nothing happens where they are. Their names are durable
     * on return.
     */
    void createDirectory(String name);

    /** Removes a file, or a directory that is empty; missing is an error. */
    void delete(String name);

    /** Atomic; replaces {@code to} if it is there. Durable after the directories are forced. */
    void rename(String from, String to);

    /** The plain names in a directory ({@code ""} is the root), in ascending order. */
    List<String> list(String directory);

    /** Makes the names of the directory durable. */
    void forceDirectory(String directory);

    /**
     * Takes an exclusive lock that ends with the process or with close; held by another is {@link
     * DiskException}.
     */
    Lock lock(String name);

    /** Bytes that can still be written. */
    long freeBytes();

    /** The name as a person would look for it, for messages. */
    String describe(String name);

    /** A held lock. */
    interface Lock extends AutoCloseable {
        @Override
        void close();
    }
}
