package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What no driver sends: broken messages, wrong orders, pipelines with errors in the middle. The
 * answers expected are PostgreSQL 15's; after each of them others are served as before.
 */
class WireProtocolTest {
    @TempDir static Path data;
    private static QuiverServer server;

    @BeforeAll
    static void start() throws IOException {
        server = QuiverServer.start(ServerOptions.on(data));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void othersAreServedAsBefore() throws IOException {
        try (var client = client()) {
            assertThat(client.query("SELECT 7").answers(1)).isEqualTo(SEVEN);
        }
    }

    private static final List<String> SEVEN = List.of("D(7)", "C(SELECT 1)", "Z(I)");

    private static RawClient client() throws IOException {
        return RawClient.ready(server.port());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The message fails with this error, and the connection goes on. */
    private static void failsAndGoesOn(RawClient client, String error) throws IOException {
        var words = client.sync().query("SELECT 7").answers(2);
        assertThat(words).contains("E(" + error + ")").endsWith("D(7)", "C(SELECT 1)", "Z(I)");
        client.close();
    }

    @Test
    void aBodyThatMakesNoSenseFailsTheStatementOnly() throws IOException {
        failsAndGoesOn(
                client().parse("SELECT $1::int")
                        .message('B', "", "", (short) 0, (short) 1, 100, ascii("1")),
                "ERROR 08P01 insufficient data left in message");
        failsAndGoesOn(
                client().parse("SELECT $1::int")
                        .message('B', "", "", (short) 0, (short) 1, -5, (short) 0),
                "ERROR 08P01 insufficient data left in message");
        failsAndGoesOn(
                client().parse("SELECT $1::int, $2::int")
                        .message(
                                'B',
                                "",
                                "",
                                (short) 3,
                                (short) 0,
                                (short) 0,
                                (short) 0,
                                (short) 2,
                                1,
                                ascii("1"),
                                1,
                                ascii("2"),
                                (short) 0),
                "ERROR 08P01 bind message has 3 parameter formats but 2 parameters");
        failsAndGoesOn(
                client().parse("SELECT $1::int")
                        .message(
                                'B',
                                "",
                                "",
                                (short) 1,
                                (short) 7,
                                (short) 1,
                                1,
                                ascii("1"),
                                (short) 0),
                "ERROR 22023 unsupported format code: 7");
        failsAndGoesOn(
                client().message('D', (byte) 'X', ""),
                "ERROR 08P01 invalid DESCRIBE message subtype 88");
        failsAndGoesOn(
                client().message('C', (byte) 'X', ""),
                "ERROR 08P01 invalid CLOSE message subtype 88");
    }

    @Test
    void aQueryThatMakesNoSenseIsAnsweredWithReadyForQuery() throws IOException {
        for (var broken : List.of(ascii("SELECT 1"), ascii("SELECT 1\0junk"))) {
            try (var client = client()) {
                var words = client.message('Q', (Object) broken).query("SELECT 7").answers(2);
                assertThat(words.getFirst()).startsWith("E(ERROR 08P01 invalid ");
                assertThat(words.get(1)).isEqualTo("Z(I)");
                assertThat(words.subList(2, words.size())).isEqualTo(SEVEN);
            }
        }
    }

    @Test
    void bytesThatAreNoTextAreNamed() throws IOException {
        failsAndGoesOn(
                client().parse("SELECT $1::text").bind(new byte[] {'a', (byte) 0xff}).execute(),
                "ERROR 22021 invalid byte sequence for encoding \"UTF8\": 0xff");
        failsAndGoesOn(
                client().parse("SELECT $1::text").bind(new byte[] {'a', 0, 'b'}).execute(),
                "ERROR 22021 invalid byte sequence for encoding \"UTF8\": 0x00");
    }

    @Test
    void whereTheStreamCannotBeCutTheConnectionEnds() throws IOException {
        try (var client = client()) {
            assertThat(client.message('~').query("SELECT 1").answers(1))
                    .containsExactly("E(FATAL 08P01 invalid frontend message type 126)", "CLOSED");
        }
        try (var client = client()) {
            assertThat(client.message('p', "late").query("SELECT 1").answers(1))
                    .containsExactly("E(FATAL 08P01 invalid frontend message type 112)", "CLOSED");
        }
        for (int length : new int[] {2, -1, Integer.MAX_VALUE}) {
            try (var client = client()) {
                var wrong =
                        client.raw(
                                (byte) 'Q',
                                (byte) (length >>> 24),
                                (byte) (length >>> 16),
                                (byte) (length >>> 8),
                                (byte) length);
                assertThat(wrong.answers(1)).endsWith("CLOSED");
            }
        }
    }

    @Test
    void aStartUpPacketIsCheckedBeforeItIsRead() throws IOException {
        byte[][] packets = {
            {0, 0, 0, 3, 'a'},
            {0, 1, (byte) 0x86, (byte) 0xa0},
            ascii("GET / HTTP/1.1\r\n\r\n"),
            {0, 0, 0, 8, 0, 2, 0, 0},
            {0, 0, 0, 13, 0, 3, 0, 0, 'u', 's', 'e', 'r', 0},
            {0, 0, 0, 12, 0, 3, 0, 0, 'u', 's', 'e', 'r'},
        };
        for (byte[] packet : packets) {
            try (var client = new RawClient(server.port())) {
                assertThat(client.raw(packet).answers(1)).endsWith("CLOSED");
            }
        }
        try (var client = new RawClient(server.port())) {
            client.startup("user", "postgres", "replication", "true");
            assertThat(client.answers(1).getFirst()).startsWith("E(FATAL 0A000 ");
        }
    }

    @Test
    void anErrorInAPipelineSkipsToSyncAndTakesTheImplicitTransactionAlong() throws IOException {
        try (var client = client()) {
            client.query("CREATE TABLE pipelined (a int)").answers(1);
            client.parse("INSERT INTO pipelined VALUES (1)").bind().execute();
            client.parse("INSERT INTO pipelined VALUES ('x')").bind().execute();
            client.parse("INSERT INTO pipelined VALUES (3)").bind().execute().sync();
            client.parse("SELECT count(*) FROM pipelined").bind().execute().sync();

            var words = client.answers(2);

            assertThat(words)
                    .containsExactly(
                            "1",
                            "2",
                            "C(INSERT 0 1)",
                            "E(ERROR 22P02 invalid input syntax for type integer: \"x\")",
                            "Z(I)",
                            "1",
                            "2",
                            "D(0)",
                            "C(SELECT 1)",
                            "Z(I)");
        }
    }

    @Test
    void aMessageMayMakeATemporaryTableAndFillIt() throws IOException {
        try (var client = client()) {
            var answers =
                    client.query(
                                    "CREATE TEMP TABLE made (a int); INSERT INTO made VALUES (1),"
                                            + " (2); INSERT INTO made SELECT a + 10 FROM made")
                            .answers(1);

            assertThat(answers.toString())
                    .contains("CREATE TABLE", "INSERT 0 2")
                    .doesNotContain("ERROR");
            assertThat(client.query("SELECT sum(a) FROM made").answers(1).toString())
                    .contains("26");
        }
    }

    @Test
    void aPortalWithoutRowsRunsOnce() throws IOException {
        try (var client = client()) {
            client.query("CREATE TABLE once (a int)").answers(1);
            client.parse("INSERT INTO once VALUES (1)").bind().execute().execute();
            failsAndGoesOn(client, "ERROR 55000 portal \"\" cannot be run");
        }
        try (var client = client()) {
            assertThat(client.query("SELECT count(*) FROM once").answers(1)).contains("D(0)");
        }
    }

    @Test
    void aCopyThatTheClientGaveUpEatsNothingThatFollows() throws IOException {
        try (var client = client()) {
            client.query("CREATE TABLE given_up (a int)").answers(1);
            client.query("COPY given_up FROM STDIN")
                    .message('d', ascii("1\n"))
                    .message('f', "why not")
                    .query("SELECT count(*) FROM given_up");

            assertThat(client.answers(2))
                    .containsExactly(
                            "G",
                            "E(ERROR 57014 COPY from stdin failed: why not)",
                            "Z(I)",
                            "D(0)",
                            "C(SELECT 1)",
                            "Z(I)");
        }
    }

    @Test
    void aCopyWithABadRowFailsWithoutWaitingForTheRest() throws IOException {
        try (var client = client()) {
            client.query("CREATE TABLE bad_row (a int)").answers(1);
            client.query("COPY bad_row FROM STDIN").message('d', ascii("1\nx\n"));
            assertThat(client.answers(1))
                    .containsExactly(
                            "G",
                            "E(ERROR 22P02 invalid input syntax for type integer: \"x\")",
                            "Z(I)");

            client.message('d', ascii("2\n")).message('c').query("SELECT 7");

            assertThat(client.answers(1)).isEqualTo(SEVEN);
        }
    }

    @Test
    void aCopyIsReadToItsEndAfterItsEndMark() throws IOException {
        try (var client = client()) {
            client.query("CREATE TABLE end_mark (a int)").answers(1);
            client.query("COPY end_mark FROM STDIN")
                    .message('d', ascii("1\n2\n\\.\n"))
                    .message('d', ascii("ignored\n"))
                    .message('c')
                    .query("SELECT sum(a) FROM end_mark");
            assertThat(client.answers(2))
                    .containsExactly("G", "C(COPY 2)", "Z(I)", "D(3)", "C(SELECT 1)", "Z(I)");
        }
    }

    @Test
    void anotherMessageDuringCopyEndsTheConnection() throws IOException {
        try (var client = client()) {
            client.query("CREATE TABLE out_of_step (a int)").answers(1);
            client.query("COPY out_of_step FROM STDIN").query("SELECT 1");
            assertThat(client.answers(1))
                    .containsExactly(
                            "G",
                            "E(ERROR 08P01 unexpected message type 0x51 during COPY from stdin)",
                            "E(FATAL 08P01 terminating connection because protocol synchronization"
                                    + " was lost)",
                            "CLOSED");
        }
    }

    @Test
    void aParameterWhoseTypeNothingSaysIsRefused() throws IOException {
        failsAndGoesOn(
                client().parse("SELECT $1 IS NULL"),
                "ERROR 42P18 could not determine data type of parameter $1");
        failsAndGoesOn(
                client().message('P', "", "SELECT $1", (short) 1, 99_999),
                "ERROR XX000 cache lookup failed for type 99999");
        try (var client = client()) {
            client.parse("SELECT $1 IS NULL, $1 + 1").bind(ascii("4")).execute().sync();
            assertThat(client.answers(1)).contains("D(f,5)");
        }
    }

    @Test
    void changedSettingsAreToldWithReadyForQuery() throws IOException {
        try (var client = client()) {
            client.query("SET application_name = 'one'");
            assertThat(client.answers(1))
                    .containsExactly("C(SET)", "S(application_name=one)", "Z(I)");
            client.query("SET application_name = 'two'; SET application_name = 'one'");
            assertThat(client.answers(1)).containsExactly("C(SET)", "C(SET)", "Z(I)");
            client.query("BEGIN").query("SET application_name = 'two'").query("ROLLBACK");
            assertThat(client.answers(3))
                    .containsExactly(
                            "C(BEGIN)",
                            "Z(T)",
                            "C(SET)",
                            "S(application_name=two)",
                            "Z(T)",
                            "C(ROLLBACK)",
                            "S(application_name=one)",
                            "Z(I)");
            client.query("BEGIN").query("SET application_name = 'two'").query("SELECT 1/0");
            client.query("COMMIT");
            assertThat(client.answers(4))
                    .endsWith("C(ROLLBACK)", "S(application_name=one)", "Z(I)");
            client.query("SET LOCAL application_name = 'three'");
            assertThat(client.answers(1)).noneMatch(answer -> answer.startsWith("S("));
        }
    }

    @Test
    void aBinaryCursorIsReadInTheFormatThatBindAsksFor() throws IOException {
        try (var client = client()) {
            client.query("BEGIN").query("DECLARE b BINARY SCROLL CURSOR FOR SELECT 49 AS n");
            client.answers(2);
            client.parse("FETCH b").bind().execute().sync();
            assertThat(client.answers(1)).contains("D(49)");
            client.query("FETCH ABSOLUTE 1 FROM b");
            assertThat(client.answers(1)).contains("D(\0\0\0001)");
        }
    }
}
