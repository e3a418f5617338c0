package dev.quiverdb.sql.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.bind.BindSession;
import dev.quiverdb.sql.catalog.SystemFacts;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SystemRowsTest {
    private final BindSession session = new BindSession();
    private final Live live =
            new Live() {
                @Override
                public BindContext context() {
                    return session.context();
                }
            };

    private List<@Nullable Object[]> rows(int schema, String name) {
        var relation = session.catalog().relation(schema, name);
        assertThat(relation).as(name).isNotNull();
        return SystemRows.of(relation, live);
    }

    @Test
    void everyValueOfEverySystemRelationFitsItsColumn() {
        session.define("CREATE TABLE t (id serial PRIMARY KEY, a numeric(5,2) CHECK (a > 0), v vector(3))");
        session.define("CREATE VIEW w AS SELECT id FROM t");
        session.define("CREATE TYPE mood AS ENUM ('a')");
        var context = session.context();
        for (var relation : SystemFacts.relations()) {
            for (var row : SystemRows.of(relation, live)) {
                for (int i = 0; i < row.length; i++) {
                    var value = row[i];
                    if (value != null) {
                        var type = session.catalog().type(relation.columns().get(i).type());
                        assertThat(type.format(value, context.types()))
                                .as(relation.name() + "." + relation.columns().get(i).name())
                                .isNotNull();
                    }
                }
            }
        }
    }

    @Test
    void aNewTableIsListed() {
        int before = rows(11, "pg_class").size();
        session.define("CREATE TABLE t (id int PRIMARY KEY, b text)");
        assertThat(rows(11, "pg_class")).hasSize(before + 2);
        assertThat(rows(13207, "columns").stream().filter(row -> "t".equals(row[2])).map(row -> row[3]))
                .containsExactly("id", "b");
    }
}
