package dev.quiverdb.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A server as seen from another process: the file {@code server.pid} in its data directory holds
 * its process id and, on the second line, the port on which it takes connections.
 */
public record ServerProcess(ProcessHandle process, int port) {
    private static final String FILE = "server.pid";

    /** The server that runs on a data directory, if there is one and it takes connections. */
    public static Optional<ServerProcess> running(Path data) {
        try {
            var lines = Files.readAllLines(data.resolve(FILE));
            if (lines.size() < 2) {
                return Optional.empty();
            }
            int port = Integer.parseInt(lines.get(1).strip());
            return ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                    .filter(ProcessHandle::isAlive)
                    .filter(ServerProcess::isJava)
                    .map(process -> new ServerProcess(process, port));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** A pid left over from a killed server may belong to somebody else by now. */
    private static boolean isJava(ProcessHandle process) {
        return process.info().command().map(c -> c.contains("java")).orElse(true);
    }

    /** Says that this process serves the directory, in one step that nobody sees half done. */
    static void announce(Path data, int port) throws IOException {
        var draft = data.resolve(FILE + ".new");
        Files.writeString(draft, ProcessHandle.current().pid() + "\n" + port + "\n");
        Files.move(draft, data.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);
    }

    static void withdraw(Path data) throws IOException {
        Files.deleteIfExists(data.resolve(FILE));
    }

    /**
     * Starts a server in a process of its own and returns once it takes connections.
     *
     * @param arguments for {@code start}, without {@code --foreground}
     * @throws IOException with the end of its log if it does not come up
     */
    public static ServerProcess spawn(Path data, List<String> arguments, Duration patience)
            throws IOException, InterruptedException {
        Files.createDirectories(data.resolve("log"));
        var log = data.resolve("log").resolve("server.log");
        Files.deleteIfExists(data.resolve(FILE));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.add("start");
        command.add("--foreground");
        command.addAll(arguments);
        var process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(nullDevice()))
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            var up = running(data).filter(s -> s.process().pid() == process.pid());
            if (up.isPresent()) {
                return up.get();
            }
            Thread.sleep(20);
        }
        process.destroy();
        throw new IOException("the server did not start; its log says:\n" + lastLines(log));
    }

    private static java.io.File nullDevice() {
        return new java.io.File(
                System.getProperty("os.name").startsWith("Windows") ? "NUL" : "/dev/null");
    }

    private static List<String> jvmArguments() {
        return java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments();
    }

    private static String lastLines(Path log) throws IOException {
        var lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
    }

    /** Asks the server to end and waits for it; false if it does not. */
    public boolean stop(Duration patience) throws InterruptedException {
        process.destroy();
        return awaitEnd(patience);
    }

    /** Ends the server as a power cut would, without a word. */
    public boolean kill(Duration patience) throws InterruptedException {
        process.destroyForcibly();
        return awaitEnd(patience);
    }

    private boolean awaitEnd(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (process.isAlive()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(10);
        }
        return true;
    }

    /** The directory given, or the default one beside the launcher. */
    public static Path dataDirectory(@Nullable Path given) {
        if (given != null) {
            return given.toAbsolutePath();
        }
        return Path.of(System.getProperty("quiver.home", "."), "quiver-data").toAbsolutePath();
    }
}
