package dev.quiverdb.sql.parse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenTextTest {
    private static String open(String sql) {
        var open = OpenText.of(sql);
        if (open == null) {
            return "";
        }
        var values = open.literals().stream().map(l -> l.kind() + ":" + l.value()).toList();
        return open.text() + " " + values;
    }

    @Test
    void literalsBesideComparisonsAndInOneRowAreTaken() {
        assertThat(open("SELECT a FROM t WHERE id = 5"))
                .isEqualTo("SELECT a FROM t WHERE id = $1 [INTEGER:5]");
        assertThat(open("SELECT a FROM t WHERE b>='it''s'AND id=-5;"))
                .isEqualTo("SELECT a FROM t WHERE b>=$1 AND id=-$2; [UNKNOWN:it's, INTEGER:5]");
        assertThat(open("UPDATE t SET n = n + -12, v = 'x' WHERE id = 3000000000"))
                .isEqualTo(
                        "UPDATE t SET n = n + -12, v = $1 WHERE id = $2"
                                + " [UNKNOWN:x, BIGINT:3000000000]");
        assertThat(open("INSERT INTO t (a, b) VALUES (1, 'x', 2.5, now(), f(3))"))
                .isEqualTo(
                        "INSERT INTO t (a, b) VALUES ($1, $2, $3, now(), f(3))"
                                + " [INTEGER:1, UNKNOWN:x, NUMERIC:2.5]");
        assertThat(open("SELECT a FROM t ORDER BY e <-> '[1]', 2 LIMIT 10"))
                .isEqualTo(
                        "SELECT a FROM t ORDER BY e <-> $1, 2 LIMIT $2 [UNKNOWN:[1], INTEGER:10]");
    }

    @Test
    void equalTargetsOfADistanceAreOneParameter() {
        assertThat(open("SELECT e <-> '[1]' AS d FROM t ORDER BY e <-> '[1]' LIMIT 1"))
                .isEqualTo(
                        "SELECT e <-> $1 AS d FROM t ORDER BY e <-> $1 LIMIT $2"
                                + " [UNKNOWN:[1], INTEGER:1]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "SELECT 'a'",
                "SELECT a FROM t ORDER BY 1",
                "SELECT a::numeric(4,2) FROM t",
                "SELECT a FROM t WHERE d = '2024-01-01'::date",
                "SELECT a FROM t WHERE d > now() - interval '1 day'",
                "SELECT a FROM t WHERE v LIKE 'a%'",
                "SELECT a FROM t WHERE v = 'a' COLLATE \"C\"",
                "SELECT a FROM t WHERE v = 'a' || 'b'",
                "SELECT a FROM t WHERE v = E'a'",
                "SELECT a FROM t WHERE id = 5 GROUP BY a + 1",
                "SELECT DISTINCT a FROM t WHERE id = 5",
                "SELECT a FROM t WHERE id = 5 UNION SELECT 2",
                "SELECT a FROM t WHERE id = $1 AND b = 5",
                "SELECT a FROM t WHERE id = (SELECT 5)",
                "SELECT a INTO x FROM t WHERE id = 5",
                "SELECT a FROM t WHERE id = 5; SELECT 2",
                "WITH x AS (SELECT 1) SELECT a FROM t WHERE id = 5",
                "INSERT INTO t VALUES (1, 2), (3, 4)",
                "SELECT a FROM t WHERE id = 9223372036854775807",
                "SET x = 5",
                "SELECT a FROM t WHERE id = 5 AND 'unterminated",
                ""
            })
    void allElseIsLeftAlone(String sql) {
        assertThat(open(sql)).isEmpty();
    }
}
