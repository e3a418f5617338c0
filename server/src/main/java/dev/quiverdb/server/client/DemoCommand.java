package dev.quiverdb.server.client;

import dev.quiverdb.server.ServerProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quiver demo}: a tour over real embeddings that ends with a running server. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Start a server, load real embeddings, show nearest-neighbour SQL, kill and restart the server.")
public final class DemoCommand implements Callable<Integer> {
    private static final String NEAREST =
            """
            SELECT d.lemma, c.name AS category, round((d.embedding <=> q.embedding)::numeric, 3) AS distance, d.body
            FROM questions q
            CROSS JOIN LATERAL (SELECT * FROM definitions ORDER BY embedding <=> q.embedding LIMIT 5) d
            JOIN categories c ON c.id = d.category_id
            WHERE q.id = 6
            ORDER BY distance\
            """;

    @Option(
            names = "--data",
            description =
                    "data directory; what is there is replaced (default: quiver-demo beside the launcher)")
    private @Nullable Path data;

    @Option(names = "--port", description = "port (default: 5432, or a free one if that is taken)")
    private @Nullable Integer port;

    private final PrintStream out = System.out;
    private final TablePrinter printer = new TablePrinter(out, 60);

    @Override
    public Integer call() throws IOException, InterruptedException {
        var directory =
                data == null
                        ? ServerProcess.dataDirectory(null).resolveSibling("quiver-demo")
                        : data.toAbsolutePath();
        clear(directory);
        int chosen = port != null ? port : freePort();
        long began = System.nanoTime();
        var server = start(directory, chosen);
        try (var client = WireClient.connect(server.port(), "postgres", "postgres")) {
            load(client);
            search(client);
            change(client);
        }
        title("Pull the plug: SIGKILL, restart, and everything is there again");
        server.kill(Duration.ofSeconds(10));
        out.println("killed process " + server.process().pid());
        server = start(directory, chosen);
        try (var client = WireClient.connect(server.port(), "postgres", "postgres")) {
            run(
                    client,
                    "SELECT count(*) AS definitions, count(embedding) AS embeddings FROM definitions");
            run(client, "SELECT lemma, body FROM definitions WHERE id = 1000000");
            run(client, NEAREST);
        }
        out.printf(
                "%nThe tour took %.1f s. The server goes on (process %d, data in %s):%n%n",
                seconds(began), server.process().pid(), directory);
        out.printf("    psql -h 127.0.0.1 -p %d -U postgres%n", server.port());
        out.printf(
                "    ./quiver sql --port %d 'SELECT count(*) FROM definitions'%n", server.port());
        out.printf("    ./quiver stop --data %s%n%n", directory);
        return 0;
    }

    private void load(WireClient client) throws IOException {
        title("Load 4,000 dictionary definitions with their 384-dimension embeddings");
        run(client, "CREATE EXTENSION vector");
        run(
                client,
                "CREATE TABLE categories (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE)");
        run(
                client,
                """
                CREATE TABLE definitions (
                    id int PRIMARY KEY,
                    lemma text NOT NULL,
                    category_id int NOT NULL REFERENCES categories,
                    body text NOT NULL,
                    embedding vector(384))\
                """);
        run(
                client,
                "CREATE TABLE questions (id int PRIMARY KEY, lemma text, category text, body text, embedding vector(384))");
        run(
                client,
                "CREATE TEMP TABLE incoming (id int, lemma text, category text, body text, embedding vector(384))");
        copy(client, "incoming", "definitions");
        copy(client, "questions", "questions");
        run(
                client,
                "INSERT INTO categories (name) SELECT DISTINCT category FROM incoming ORDER BY 1");
        run(
                client,
                """
                INSERT INTO definitions
                SELECT i.id, i.lemma, c.id, i.body, i.embedding FROM incoming i JOIN categories c ON c.name = i.category\
                """);
        run(
                client,
                "CREATE INDEX definitions_embedding ON definitions USING hnsw (embedding vector_cosine_ops)");
        run(client, "SELECT count(*) FROM definitions");
    }

    private void search(WireClient client) throws IOException {
        title("Nearest neighbours of a text the database has never seen");
        run(client, "SELECT lemma, body FROM questions WHERE id = 6");
        run(client, NEAREST);
        title("Filtered: k rows whenever k rows qualify, however rare the filter");
        run(
                client,
                """
                SELECT d.lemma, round((d.embedding <=> (SELECT embedding FROM questions WHERE id = 6))::numeric, 3) AS distance
                FROM definitions d
                WHERE d.category_id = (SELECT id FROM categories WHERE name = 'noun.food')
                ORDER BY d.embedding <=> (SELECT embedding FROM questions WHERE id = 6)
                LIMIT 5\
                """);
        title("Joined and aggregated: which categories surround each question?");
        run(
                client,
                """
                SELECT q.lemma AS question, c.name AS category, count(*) AS among_20, round(avg(n.distance)::numeric, 3) AS distance
                FROM questions q
                CROSS JOIN LATERAL (
                    SELECT category_id, embedding <=> q.embedding AS distance
                    FROM definitions ORDER BY embedding <=> q.embedding LIMIT 20) n
                JOIN categories c ON c.id = n.category_id
                WHERE q.id < 4
                GROUP BY q.lemma, c.name HAVING count(*) > 2
                ORDER BY q.lemma, among_20 DESC, category\
                """);
        title("How it was done");
        run(
                client,
                "EXPLAIN SELECT lemma FROM definitions ORDER BY embedding <=> (SELECT embedding FROM questions WHERE id = 6) LIMIT 5");
    }

    private void change(WireClient client) throws IOException {
        title("An upsert is searchable at once");
        run(
                client,
                """
                INSERT INTO definitions
                SELECT 1000000, 'my own entry', 1, 'the very text of the question', embedding FROM questions WHERE id = 6
                ON CONFLICT (id) DO UPDATE SET embedding = EXCLUDED.embedding\
                """);
        run(client, NEAREST);
        title("A delete is gone at once, also for a transaction that changes its mind");
        run(client, "BEGIN");
        run(client, "DELETE FROM definitions WHERE lemma = 'my own entry'");
        run(client, NEAREST);
        run(client, "ROLLBACK");
        run(client, "SELECT count(*) FROM definitions WHERE lemma = 'my own entry'");
    }

    private void copy(WireClient client, String table, String set) throws IOException {
        var sql = "COPY " + table + " FROM STDIN";
        out.println("\n" + sql + ";");
        long began = System.nanoTime();
        var results = client.copyIn(sql, data -> DemoData.copy(set, data));
        results.forEach(printer::print);
        out.printf("Time: %.1f ms%n", seconds(began) * 1e3);
    }

    private void run(WireClient client, String sql) throws IOException {
        out.println("\n" + sql + ";");
        long began = System.nanoTime();
        var results = client.query(sql);
        double millis = seconds(began) * 1e3;
        results.forEach(printer::print);
        out.printf("Time: %.1f ms%n", millis);
    }

    private ServerProcess start(Path directory, int chosen)
            throws IOException, InterruptedException {
        long began = System.nanoTime();
        var server =
                ServerProcess.spawn(
                        directory,
                        List.of("--data", directory.toString(), "--port", Integer.toString(chosen)),
                        Duration.ofMinutes(2));
        out.printf(
                "the server took connections after %.1f s on port %d%n",
                seconds(began), server.port());
        return server;
    }

    private static void clear(Path directory) throws IOException, InterruptedException {
        var old = ServerProcess.running(directory);
        if (old.isPresent()) {
            old.get().stop(Duration.ofSeconds(30));
        }
        if (!Files.exists(directory)) {
            return;
        }
        if (!Files.exists(directory.resolve("log")) && !isEmpty(directory)) {
            throw new IOException(
                    directory + " is not a data directory of QuiverDB: not replacing it");
        }
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(5432, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException taken) {
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            }
        }
    }

    private void title(String text) {
        out.println("\n" + "-".repeat(8) + " " + text + " " + "-".repeat(8));
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
