package dev.quiverdb.bench.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How much processor time a server on this machine has used, from Linux's {@code /proc}: that of
 * the process which listens on a port, of its children, and of those of its children that have
 * ended. Unlike throughput it hardly depends on what else the machine does.
 */
public final class ServerCpu {
    /** Fields of /proc/PID/stat behind the command's closing bracket, counted from 0. */
    private static final int PARENT = 1;

    private static final int USER_TICKS = 11;
    private static final double TICKS_PER_SECOND = 100;

    private final long process;

    private ServerCpu(long process) {
        this.process = process;
    }

    /**
     * The server on a port; without a process where it is not of this machine or not ours to see.
     */
    public static ServerCpu of(int port) {
        return new ServerCpu(listener(port).orElse(-1));
    }

    /** Processor seconds so far. */
    public OptionalDouble seconds() {
        if (process < 0) {
            return OptionalDouble.empty();
        }
        double ticks = 0;
        for (long pid : processes()) {
            var fields = stat(pid);
            if (fields.length > USER_TICKS + 3
                    && (pid == process || fields[PARENT].equals(Long.toString(process)))) {
                // User and system time; for the parent also that of children it has waited for.
                for (int i = 0; i < (pid == process ? 4 : 2); i++) {
                    ticks += Long.parseLong(fields[USER_TICKS + i]);
                }
            }
        }
        return OptionalDouble.of(ticks / TICKS_PER_SECOND);
    }

    private static String[] stat(long pid) {
        try {
            var text = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
        } catch (IOException e) {
            // It ended meanwhile.
            return new String[0];
        }
    }

    private static List<Long> processes() {
        List<Long> found = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            entries.forEach(entry -> found.add(Long.valueOf(entry.getFileName().toString())));
        } catch (IOException e) {
            return List.of();
        }
        return found;
    }

    private static OptionalLong listener(int port) {
        var sockets = new ArrayList<String>();
        for (var table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            try {
                for (var line : Files.readAllLines(Path.of(table))) {
                    var fields = line.strip().split("\\s+", -1);
                    if (fields.length > 9
                            && fields[3].equals("0A")
                            && fields[1].endsWith(":%04X".formatted(port))) {
                        sockets.add("socket:[" + fields[9] + "]");
                    }
                }
            } catch (IOException e) {
                // No such table here.
            }
        }
        // Children inherit the socket: the oldest process that has it is the server.
        return processes().stream()
                .mapToLong(Long::longValue)
                .filter(pid -> holds(pid, sockets))
                .min();
    }

    private static boolean holds(long pid, List<String> sockets) {
        try (var files = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (var file : files) {
                if (sockets.contains(Files.readSymbolicLink(file).toString())) {
                    return true;
                }
            }
        } catch (IOException e) {
            // Not ours to see, or gone.
        }
        return false;
    }
}
