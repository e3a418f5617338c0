package dev.quiverdb.server;

import dev.quiverdb.server.client.DemoCommand;
import dev.quiverdb.server.client.SqlCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line behind the launcher {@code ./quiver}. */
@Command(
        name = "quiver",
        description = "QuiverDB: a PostgreSQL-compatible vector SQL database.",
        subcommands = {
            StartCommand.class,
            StopCommand.class,
            StatusCommand.class,
            SqlCommand.class,
            DemoCommand.class
        })
public final class Main {
    private Main() {}

    /** Runs one command; the exit status is 0 if it did what was asked. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
