package dev.quiverdb.sql.bind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Relation;
import org.junit.jupiter.api.Test;

class DdlBinderTest {
    private final BindSession session = new BindSession();

    private Relation table(String name) {
        var relation = session.catalog().relation(2200, name);
        assertThat(relation).as(name).isNotNull();
        return relation;
    }

    @Test
    void namesAreMadeUpAsPostgresMakesThem() {
        session.define(
                "CREATE TABLE t (id serial PRIMARY KEY, a int CHECK (a > 0), b text UNIQUE, CHECK (a < id))");
        session.define(
                "CREATE TABLE u (x int REFERENCES t, y int, FOREIGN KEY (y) REFERENCES t (id))");
        session.define("CREATE INDEX ON t (lower(b))");
        session.define("CREATE INDEX ON t (a, b)");
        assertThat(session.catalog().constraints(table("t").oid()))
                .extracting(Constraint::name)
                .containsExactlyInAnyOrder("t_pkey", "t_a_check", "t_check", "t_b_key");
        assertThat(session.catalog().constraints(table("u").oid()))
                .extracting(Constraint::name)
                .containsExactly("u_x_fkey", "u_y_fkey");
        assertThat(session.catalog().indexes(table("t").oid()))
                .extracting(Relation::name)
                .containsExactly("t_pkey", "t_b_key", "t_lower_idx", "t_a_b_idx");
        assertThat(table("t_id_seq").kind()).isEqualTo('S');
    }

    @Test
    void definitionsReadAsPostgresWritesThem() {
        session.define(
                "CREATE TABLE t (id int, b varchar(10) DEFAULT 'x', v vector(3), CHECK (id > 1 AND b <> 'q'))");
        session.define("CREATE INDEX i ON t (lower(b) DESC, (id + 1)) WHERE id > 5");
        session.define("CREATE INDEX h ON t USING hnsw (v vector_cosine_ops) WITH (m = 8)");
        var definitions = new Definitions(session.context());
        assertThat(definitions.index(table("i")))
                .isEqualTo(
                        "CREATE INDEX i ON public.t USING btree (lower((b)::text) DESC, ((id + 1))) WHERE (id > 5)");
        assertThat(definitions.index(table("h")))
                .isEqualTo(
                        "CREATE INDEX h ON public.t USING hnsw (v vector_cosine_ops) WITH (m='8')");
        assertThat(
                        definitions.constraint(
                                session.catalog().constraints(table("t").oid()).getFirst()))
                .isEqualTo("CHECK (((id > 1) AND ((b)::text <> 'q'::text)))");
        assertThat(definitions.expression(String.valueOf(table("t").column(2).defaultSql()), null))
                .isEqualTo("'x'::character varying");
    }

    @Test
    void restrictNamesWhatDependsAndCascadeTakesIt() {
        session.define("CREATE TABLE t (id int PRIMARY KEY)");
        session.define("CREATE TABLE u (t int REFERENCES t)");
        session.define("CREATE VIEW w AS SELECT id FROM t");
        var error = catchThrowableOfType(SqlException.class, () -> session.define("DROP TABLE t"));
        assertThat(error.message())
                .isEqualTo("cannot drop table t because other objects depend on it");
        assertThat(error.detail())
                .isEqualTo(
                        "constraint u_t_fkey on table u depends on table t\nview w depends on table t");
        session.define("DROP TABLE t CASCADE");
        assertThat(session.catalog().relation(2200, "w")).isNull();
        assertThat(session.catalog().constraints(table("u").oid())).isEmpty();
    }

    @Test
    void aTypeThatGoesTakesItsColumnsAndNotTheirTables() {
        session.define("CREATE TYPE mood AS ENUM ('a', 'b')");
        session.define("CREATE TABLE m (x mood, i int)");
        session.define("DROP TYPE mood CASCADE");
        assertThat(table("m").liveColumns())
                .extracting(column -> column.name())
                .containsExactly("i");
    }

    @Test
    void aRenamedColumnIsRenamedInChecksAndIndexes() {
        session.define("CREATE TABLE t (a int CHECK (a > 0))");
        session.define("CREATE INDEX i ON t ((a + 1))");
        session.define("ALTER TABLE t RENAME COLUMN a TO c");
        var definitions = new Definitions(session.context());
        assertThat(
                        definitions.constraint(
                                session.catalog().constraints(table("t").oid()).getFirst()))
                .isEqualTo("CHECK ((c > 0))");
        assertThat(definitions.index(table("i"))).endsWith("USING btree (((c + 1)))");
    }
}
