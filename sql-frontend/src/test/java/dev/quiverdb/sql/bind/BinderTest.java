package dev.quiverdb.sql.bind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.quiverdb.base.error.SqlException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BinderTest {
    private final BindSession session = new BindSession();

    @BeforeEach
    void tables() {
        session.define(
                "CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT 5, b varchar(10), v vector(3))");
        session.define(
                "CREATE TABLE u (id bigint GENERATED ALWAYS AS IDENTITY, tid int REFERENCES t)");
    }

    private void fails(String sql, String state, String message, int position) {
        var error = catchThrowableOfType(SqlException.class, () -> session.rows(sql));
        assertThat(error).as(sql).isNotNull();
        assertThat(error.state().code() + " " + error.message() + " @" + error.position())
                .as(sql)
                .isEqualTo(state + " " + message + " @" + position);
    }

    @Test
    void namesThatAreNotThereAreReportedWhereTheyStand() {
        fails("SELECT x FROM t", "42703", "column \"x\" does not exist", 8);
        fails("SELECT t.x FROM t", "42703", "column t.x does not exist", 8);
        fails("SELECT z.a FROM t", "42P01", "missing FROM-clause entry for table \"z\"", 8);
        fails("SELECT 1 FROM nosuch", "42P01", "relation \"nosuch\" does not exist", 15);
        fails("SELECT id FROM t, u", "42702", "column reference \"id\" is ambiguous", 8);
        fails("SELECT nosuch(1)", "42883", "function nosuch(integer) does not exist", 8);
        fails(
                "SELECT now() + 'a'::text",
                "42883",
                "operator does not exist: timestamp with time zone + text",
                14);
        fails("SELECT 'x'::nosuch", "42704", "type \"nosuch\" does not exist", 13);
    }

    @Test
    void valuesThatDoNotFitAreReportedWhereTheyStand() {
        fails("SELECT 'a' + 1", "22P02", "invalid input syntax for type integer: \"a\"", 8);
        fails(
                "INSERT INTO t (a) VALUES ('x')",
                "22P02",
                "invalid input syntax for type integer: \"x\"",
                27);
        fails(
                "INSERT INTO t (a) VALUES (now())",
                "42804",
                "column \"a\" is of type integer but expression is of type timestamp with time zone",
                27);
        fails(
                "INSERT INTO t (id) VALUES (1, 2)",
                "42601",
                "INSERT has more expressions than target columns",
                31);
        fails(
                "INSERT INTO t (id, a) VALUES (1)",
                "42601",
                "INSERT has more target columns than expressions",
                20);
        fails(
                "SELECT 1 WHERE 2",
                "42804",
                "argument of WHERE must be type boolean, not type integer",
                16);
        fails(
                "SELECT 1 UNION SELECT now()",
                "42804",
                "UNION types integer and timestamp with time zone cannot be matched",
                23);
        fails(
                "INSERT INTO u (id) VALUES (1)",
                "428C9",
                "cannot insert a non-DEFAULT value into column \"id\"",
                0);
    }

    @Test
    void groupingIsChecked() {
        fails(
                "SELECT a, count(*) FROM t",
                "42803",
                "column \"t.a\" must appear in the GROUP BY clause or be used in an aggregate function",
                8);
        fails(
                "SELECT 1 FROM t WHERE count(*) > 1",
                "42803",
                "aggregate functions are not allowed in WHERE",
                23);
        fails(
                "SELECT sum(count(*)) FROM t",
                "42803",
                "aggregate function calls cannot be nested",
                12);
        fails(
                "SELECT row_number() FROM t",
                "42809",
                "window function row_number requires an OVER clause",
                8);
    }

    @Test
    void columnsThatAPrimaryKeyDeterminesNeedNoGroupBy() {
        assertThat(session.tree("SELECT id, b FROM t GROUP BY id"))
                .isEqualTo(
                        """
                        LogicalProject(id=[$0], b=[$1])
                          GroupBy(expressions=[[$0, $2]])
                            Scan(relation=[t], alias=[t])
                        """);
    }

    @Test
    void anUpdateSeesTheTargetFirstAndThenFrom() {
        assertThat(
                        session.tree(
                                "UPDATE t SET a = a + 1 FROM u WHERE u.tid = t.id RETURNING t.a, u.id"))
                .isEqualTo(
                        """
                        Modify(command=[UPDATE], target=[t], assignments=[[Assignment[position=1, value=int4pl[$1, 1[]:int4]]]])
                          LogicalFilter(condition=[int4eq[$7, $0]])
                            LogicalJoin(condition=[true[]:bool], joinType=[inner])
                              Scan(relation=[t], alias=[t])
                              Scan(relation=[u], alias=[u])
                        """);
    }

    @Test
    void aLateralSubqueryBecomesACorrelate() {
        assertThat(session.tree("SELECT s.x FROM t, LATERAL (SELECT t.a + 1 AS x) s"))
                .contains("LogicalCorrelate(correlation=[$cor")
                .contains("x=[int4pl[$cor")
                .contains(".a, 1[]:int4]]");
    }

    @Test
    void nearestNeighboursSortByTheDistanceColumn() {
        assertThat(session.tree("SELECT id FROM t ORDER BY v <-> '[1,2,3]' LIMIT 5"))
                .isEqualTo(
                        """
                        LogicalProject(id=[$0])
                          Limit(expressions=[[int8[5[]:int4]]])
                            Sort(columns=[[SortColumn[column=1, descending=false, nullsFirst=false]]])
                              LogicalProject(id=[$0], ?column?=[l2_distance[$3, [1.0, 2.0, 3.0][]:vector]])
                                Scan(relation=[t], alias=[t])
                        """);
    }

    @Test
    void parametersTakeTheTypeOfTheirPlace() {
        assertThat(
                        session.rows(
                                        "SELECT id FROM t WHERE a = $1 AND b = $2 ORDER BY v <-> $3 LIMIT $4")
                                .parameters())
                .extracting(type -> type.name())
                .containsExactly("int4", "text", "vector", "int8");
        fails("SELECT $1 || 'a', $1 + 1", "42883", "operator does not exist: text + integer", 22);
    }

    @Test
    void viewsStandForTheirQueries() {
        session.define("CREATE VIEW w AS SELECT id, a + 1 AS next FROM t");
        assertThat(session.tree("SELECT next FROM w WHERE id = 1"))
                .contains("next=[int4pl[$1, 1[]:int4]]")
                .contains("Scan(relation=[t], alias=[t])");
    }
}
