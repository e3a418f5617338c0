package dev.quiverdb.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.SessionFunctions;
import dev.quiverdb.sql.catalog.Role;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions over the catalog. Expected answers and errors are a PostgreSQL 15's. */
final class CatalogCallsTest {
    @TempDir Path directory;
    private CatalogWorld world;

    @BeforeEach
    void open() {
        world = new CatalogWorld(directory);
        world.sql(
                """
                create table customers(id serial primary key, name varchar(40) not null);
                create table orders(
                    id int generated always as identity primary key,
                    customer_id int not null references customers(id) on delete cascade);
                create index orders_desc on orders (customer_id desc);
                create view v as select id from customers;
                create schema other;
                create table other."Weird"(a int)
                """);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private CatalogCalls calls() {
        return new CatalogCalls(world);
    }

    private List<@Nullable Object[]> rows(String function, Object[] arguments) {
        var rows = calls().rows(function, arguments);
        return rows == null ? List.of() : rows;
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertError(
            ThrowingCallable call, String state, String message) {
        return assertThatThrownBy(call)
                .isInstanceOf(SqlException.class)
                .hasMessage(message)
                .satisfies(error ->
                        assertThat(((SqlException) error).state().code()).isEqualTo(state));
    }

    @Test
    void definitionsAreSqlText() {
        var calls = calls();
        assertThat(calls.indexDefinition(world.oid("orders_desc"), 0, false))
                .isEqualTo(
                        "CREATE INDEX orders_desc ON public.orders USING btree (customer_id DESC)");
        assertThat(calls.indexDefinition(world.oid("orders_desc"), 1, false))
                .isEqualTo("customer_id");
        assertThat(calls.indexDefinition(2662, 0, false))
                .isEqualTo(
                        "CREATE UNIQUE INDEX pg_class_oid_index ON pg_catalog.pg_class USING btree"
                                + " (oid)");
        var key =
                world.catalog().constraints(world.oid("orders")).stream()
                        .filter(constraint -> constraint.kind() == 'f')
                        .findFirst()
                        .orElseThrow();
        assertThat(calls.constraintDefinition(key.oid(), false))
                .isEqualTo("FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE CASCADE");
        assertThat(calls.viewDefinition(world.oid("orders"), false)).isNull();
        assertThat(calls.viewDefinition(world.oid("v"), false)).startsWith(" ").endsWith(";");
        assertThat(calls.indexDefinition(99_999, 0, false)).isNull();
        assertError(
                () -> calls.functionDefinition(2108), "42809", "\"sum\" is an aggregate function");
    }

    @Test
    void signaturesOfBuiltinFunctions() {
        var calls = calls();
        assertThat(calls.functionArguments(2108, false)).isEqualTo("integer");
        assertThat(calls.functionResult(2108)).isEqualTo("bigint");
        // pg_get_keywords(): columns are OUT arguments.
        assertThat(calls.functionArguments(1686, false)).isEmpty();
        assertThat(calls.functionResult(1686)).isEqualTo("SETOF record");
        // percentile_cont(double precision)
        assertThat(calls.functionArguments(3974, false))
                .isEqualTo("double precision ORDER BY double precision");
    }

    @Test
    void serialSequencesAreFoundByColumn() {
        assertThat(calls().serialSequence("customers", "id")).isEqualTo("public.customers_id_seq");
        assertThat(calls().serialSequence("Orders", "id")).isEqualTo("public.orders_id_seq");
        assertThat(calls().serialSequence("orders", "customer_id")).isNull();
        assertError(
                () -> calls().serialSequence("nosuch", "id"),
                "42P01",
                "relation \"nosuch\" does not exist");
        assertError(
                () -> calls().serialSequence("orders", "Id"),
                "42703",
                "column \"Id\" of relation \"orders\" does not exist");
        assertError(
                () -> calls().sequence(world.oid("orders")),
                "42809",
                "\"orders\" is not a sequence");
    }

    @Test
    void visibilityFollowsTheSearchPath() {
        int weird = world.oid("other.\"Weird\"");
        assertThat(calls().tableIsVisible(weird)).isFalse();
        assertThat(calls().tableIsVisible(world.oid("orders"))).isTrue();
        assertThat(calls().tableIsVisible(1259)).isTrue();
        assertThat(calls().typeIsVisible(Oids.INT4)).isTrue();
        assertThat(calls().functionIsVisible(177)).isTrue();
        var names = calls().names();
        assertThat(names.name(Types.get(Oids.REGCLASS), weird)).isEqualTo("other.\"Weird\"");
        world.withPath("other");
        assertThat(calls().tableIsVisible(weird)).isTrue();
        assertThat(calls().names().name(Types.get(Oids.REGCLASS), weird)).isEqualTo("\"Weird\"");
    }

    @Test
    void aTableBehindAnotherOfItsNameIsQualified() {
        world.sql("create table other.orders(a int)");
        int hidden = world.oid("other.orders");
        world.withPath("public", "other");
        assertThat(calls().tableIsVisible(hidden)).isFalse();
        assertThat(calls().names().name(Types.get(Oids.REGCLASS), hidden))
                .isEqualTo("other.orders");
    }

    @Test
    void privilegesComeFromOwnershipAndGrants() {
        int bob = world.newOid();
        world.put(
                new Role(
                        bob, 1, "bob", false, true, false, false, true, false, false, -1, null,
                        null, List.of()));
        var orders = world.relation("orders");
        world.put(orders.toBuilder().acl("10=arwdDxt/10," + bob + "=ar*/10").build());
        var calls = calls();
        assertThat(calls.hasPrivilege(10, "table", "orders", null, "DELETE")).isTrue();
        assertThat(calls.hasPrivilege(bob, "table", "orders", null, "select")).isTrue();
        assertThat(calls.hasPrivilege(bob, "table", "orders", null, "DELETE")).isFalse();
        assertThat(calls.hasPrivilege(bob, "table", "orders", null, "DELETE, INSERT")).isTrue();
        assertThat(calls.hasPrivilege(bob, "table", "orders", null, "SELECT WITH GRANT OPTION"))
                .isTrue();
        assertThat(calls.hasPrivilege(bob, "table", "orders", null, "INSERT WITH GRANT OPTION"))
                .isFalse();
        assertThat(calls.hasPrivilege(bob, "table", 99_999_999L, null, "SELECT")).isNull();
        assertThat(calls.hasPrivilege(bob, "column", "orders", "id", "SELECT")).isTrue();
        assertThat(calls.hasPrivilege(bob, "column", "orders", (short) 55, "SELECT")).isNull();
        assertThat(calls.hasPrivilege(bob, "function", 177L, null, "EXECUTE")).isTrue();
        assertThat(calls.hasPrivilege(bob, "database", "postgres", null, "CONNECT")).isTrue();
        assertThat(calls.hasPrivilege(bob, "database", "postgres", null, "CREATE")).isFalse();
        assertThat(calls.hasPrivilege(bob, "table", "pg_class", null, "SELECT")).isTrue();
        assertThat(calls.hasPrivilege(bob, "table", "pg_authid", null, "SELECT")).isFalse();
        assertThat(calls.hasPrivilege(bob, "role", "postgres", null, "MEMBER")).isFalse();
    }

    @Test
    void privilegesOfWhatIsNotThereAreErrors() {
        var calls = calls();
        assertError(
                () -> calls.hasPrivilege(10, "table", "nosuch", null, "select"),
                "42P01",
                "relation \"nosuch\" does not exist");
        assertError(
                () -> calls.hasPrivilege(10, "table", "orders", null, "foo"),
                "22023",
                "unrecognized privilege type: \"foo\"");
        assertError(
                () -> calls.hasPrivilege(10, "schema", "nosuch", null, "usage"),
                "3F000",
                "schema \"nosuch\" does not exist");
        assertError(
                () -> calls.hasPrivilege(10, "database", "nosuch", null, "connect"),
                "3D000",
                "database \"nosuch\" does not exist");
        assertError(
                () -> calls.hasPrivilege(10, "function", "nosuch(int)", null, "execute"),
                "42883",
                "function \"nosuch(int)\" does not exist");
        assertError(
                () -> calls.hasPrivilege(10, "sequence", "orders", null, "usage"),
                "42809",
                "\"orders\" is not a sequence");
        assertError(
                () -> calls.hasPrivilege(10, "column", "orders", "nosuch", "select"),
                "42703",
                "column \"nosuch\" of relation \"orders\" does not exist");
        assertError(
                () -> calls.hasPrivilege(10, "language", "nosuch", null, "usage"),
                "42704",
                "language \"nosuch\" does not exist");
        assertError(
                () -> calls.hasPrivilege(10, "role", "nosuch", null, "usage"),
                "42704",
                "role \"nosuch\" does not exist");
    }

    @Test
    void objectsAreDescribed() {
        var calls = calls();
        long orders = world.oid("orders");
        assertThat(calls.call("pg_describe_object", new Object[] {1259L, orders, 2}))
                .isEqualTo("column customer_id of table orders");
        assertThat(calls.call("pg_describe_object", new Object[] {2615L, 2200L, 0}))
                .isEqualTo("schema public");
        assertThat(calls.call("pg_describe_object", new Object[] {1259L, 99_999_999L, 0})).isNull();
        assertThat(
                        String.valueOf(
                                calls.call("pg_identify_object", new Object[] {1259L, orders, 2})))
                .contains("table column", "public.orders.customer_id");
    }

    @Test
    void propertiesOfIndexes() {
        var calls = calls();
        long index = world.oid("orders_desc");
        assertThat(calls.call("pg_index_column_has_property", new Object[] {index, 1, "desc"}))
                .isEqualTo(true);
        assertThat(calls.call("pg_index_column_has_property", new Object[] {index, 1, "asc"}))
                .isEqualTo(false);
        assertThat(calls.call("pg_index_has_property", new Object[] {index, "clusterable"}))
                .isEqualTo(true);
        assertThat(calls.call("pg_indexam_has_property", new Object[] {403L, "can_order"}))
                .isEqualTo(true);
        assertThat(calls.call("pg_indexam_has_property", new Object[] {403L, "nonsense"})).isNull();
    }

    @Test
    void accessControlLists() {
        var calls = calls();
        var aclItem = Types.get(Oids.ACLITEM);
        assertThat(calls.call("acldefault_sql", new Object[] {"f", 10L}))
                .isEqualTo(PgArray.of(aclItem, "=X/postgres", "postgres=X/postgres"));
        assertThat(calls.call("acldefault_sql", new Object[] {"c", 10L}))
                .isEqualTo(PgArray.empty(aclItem));
        var rows =
                rows(
                        "aclexplode",
                        new Object[] {PgArray.of(aclItem, "=r/postgres", "postgres=a*/postgres")});
        assertThat(rows.stream().map(Arrays::toString))
                .containsExactly("[10, 0, SELECT, false]", "[10, 10, INSERT, true]");
        assertError(
                () -> calls.call("acldefault_sql", new Object[] {"z", 10L}),
                "XX000",
                "unrecognized object type abbreviation: z");
    }

    @Test
    void tablesOfWordsAndOptions() {
        var calls = calls();
        assertThat(Arrays.toString(rows("pg_get_keywords", new Object[0]).getFirst()))
                .isEqualTo("[abort, U, true, unreserved, can be bare label]");
        assertThat(
                        rows(
                                        "pg_options_to_table",
                                        new Object[] {PgArray.of(Types.TEXT, "a=1", "b")})
                                .stream()
                                .map(Arrays::toString))
                .containsExactly("[a, 1]", "[b, null]");
        assertThat(calls.call("no_such_function", new Object[0]))
                .isSameAs(SessionFunctions.UNKNOWN_FUNCTION);
    }

    @Test
    void commentsOfTheServerAndTypeNames() {
        assertThat(calls().description(177, "pg_proc", 0))
                .isEqualTo("implementation of + operator");
        assertThat(calls().description(5, "pg_database", 0))
                .isEqualTo("default administrative connection database");
        assertThat(calls().description(177, "pg_class", 0)).isNull();
        assertThat(calls().call("oidvectortypes", new Object[] {PgArray.of(Types.OID, 23L, 1009L)}))
                .isEqualTo("integer, text[]");
    }
}
