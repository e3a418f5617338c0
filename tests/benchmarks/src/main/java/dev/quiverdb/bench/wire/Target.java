package dev.quiverdb.bench.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** A server under load, and PostgreSQL's programs that make the load. */
final class Target {
    private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+) \\(without");
    private static final Pattern COUNT =
            Pattern.compile("number of transactions actually processed: ([0-9]+)");

    /**
     * What one run gave.
     *
     * @param rate transactions per second
     * @param cpuMicros the server's processor time for a transaction
     */
    record Run(double rate, OptionalDouble cpuMicros) {}

    final String name;
    private final Path programs;
    private final List<String> address;
    private final String database;
    private final ServerCpu cpu;

    /**
     * @param url {@code user@host:port/database}
     */
    Target(String name, String url, Path programs) {
        var matcher = Pattern.compile("([^@]+)@([^:/]+):(\\d+)/(.+)").matcher(url);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not user@host:port/database: " + url);
        }
        this.name = name;
        this.programs = programs;
        address = List.of("-h", matcher.group(2), "-p", matcher.group(3), "-U", matcher.group(1));
        database = matcher.group(4);
        cpu = ServerCpu.of(Integer.parseInt(matcher.group(3)));
    }

    /** Runs SQL through psql. */
    void sql(String text) throws IOException, InterruptedException {
        run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-c", text, database);
    }

    /** Makes pgbench's tables. */
    void load(int scale) throws IOException, InterruptedException {
        run("pgbench", "-i", "-q", "-s", Integer.toString(scale), database);
    }

    /** Runs pgbench for some seconds. */
    Run measure(int clients, int seconds, List<String> options)
            throws IOException, InterruptedException {
        var arguments = new ArrayList<String>(options);
        arguments.addAll(List.of("-n", "-c", Integer.toString(clients), "-j", "1", "-T"));
        arguments.add(Integer.toString(seconds));
        arguments.add(database);
        var before = cpu.seconds();
        var output = run("pgbench", arguments.toArray(String[]::new));
        var after = cpu.seconds();
        double count = number(COUNT, output);
        return new Run(
                number(RATE, output),
                before.isPresent() && after.isPresent()
                        ? OptionalDouble.of(
                                (after.getAsDouble() - before.getAsDouble()) * 1e6 / count)
                        : OptionalDouble.empty());
    }

    private static double number(Pattern pattern, String output) throws IOException {
        var matcher = pattern.matcher(output);
        if (!matcher.find() || output.contains("aborted")) {
            throw new IOException("pgbench failed:\n" + output);
        }
        return Double.parseDouble(matcher.group(1));
    }

    private String run(String program, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(programs.resolve(program).toString());
        command.addAll(address);
        command.addAll(Arrays.asList(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(name + ": " + String.join(" ", command) + "\n" + output);
        }
        return output;
    }
}
