package dev.quiverdb.sql.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.sql.bind.BindSession;
import java.util.HashMap;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CatalogTest {
    @Test
    void aPersistentMapBehavesAsAHashMap() {
        var random = new Random(71);
        var model = new HashMap<Integer, Integer>();
        PersistentMap<Integer, Integer> map = PersistentMap.empty();
        for (int i = 0; i < 20_000; i++) {
            int key = random.nextInt(3000) * 65_536;
            if (random.nextInt(3) == 0) {
                model.remove(key);
                map = map.without(key);
            } else {
                model.put(key, i);
                map = map.with(key, i);
            }
        }
        assertThat(map.size()).isEqualTo(model.size());
        var seen = new HashMap<Integer, Integer>();
        map.forEach(seen::put);
        assertThat(seen).isEqualTo(model);
    }

    @Test
    void objectsSurviveTheirBytes() {
        var session = new BindSession();
        session.define("CREATE TYPE mood AS ENUM ('a', 'b')");
        session.define("CREATE DOMAIN d AS int CHECK (value > 0)");
        session.define(
                "CREATE TABLE t (id serial PRIMARY KEY, m mood DEFAULT 'a', n d, e vector(3), CHECK (id > 0))");
        session.define("CREATE INDEX ON t USING hnsw (e vector_l2_ops) WITH (m = 4)");
        session.define("CREATE VIEW w AS SELECT id FROM t");
        session.define("CREATE ROLE alice LOGIN");
        session.define("CREATE POLICY p ON t USING (id > 5)");
        session.define("COMMENT ON TABLE t IS 'hello'");
        for (var object : session.catalog().objects()) {
            assertThat(ObjectCodec.decode(object.classId(), ObjectCodec.encode(object)))
                    .isEqualTo(object);
        }
        var again = Catalog.of(session.catalog().objects());
        assertThat(again.highestOid()).isEqualTo(session.catalog().highestOid());
        assertThat(again.relation(Schema.PUBLIC, "t"))
                .isEqualTo(session.catalog().relation(Schema.PUBLIC, "t"));
    }

    @Test
    void anOlderCatalogDoesNotSeeLaterChanges() {
        var session = new BindSession();
        var before = session.catalog();
        session.define("CREATE TABLE t (id int)");
        assertThat(before.relation(Schema.PUBLIC, "t")).isNull();
        assertThat(session.catalog().relation(Schema.PUBLIC, "t")).isNotNull();
    }

    @Test
    void vectorsAreKnownByNameOnlyOnceTheExtensionIsThere() {
        assertThat(Catalog.initial().type(Schema.PUBLIC, "vector")).isNull();
        assertThat(new BindSession().catalog().type(Schema.PUBLIC, "vector")).isNotNull();
    }
}
