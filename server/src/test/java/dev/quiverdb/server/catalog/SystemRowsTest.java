package dev.quiverdb.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.sql.catalog.Comment;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.SettingDefaults;
import dev.quiverdb.sql.catalog.SystemRelations;
import dev.quiverdb.sql.catalog.UserType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients read of the system catalogs. Expected lines are a PostgreSQL 15's answers. */
final class SystemRowsTest {
    @TempDir Path directory;
    private CatalogWorld world;

    @BeforeEach
    void open() {
        world = new CatalogWorld(directory);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private CatalogWorld shop() {
        return world.sql(
                """
                create table customers(
                    id serial primary key, name varchar(40) not null, email text unique,
                    balance numeric(10,2) default 0, tags text[], created timestamptz,
                    b bit(3), c char(5), v interval day to second(2));
                create table orders(
                    id int generated always as identity primary key,
                    customer_id int not null references customers(id) on delete cascade,
                    total numeric, check (total >= 0), unique (customer_id, total));
                create index on customers (lower(name) desc);
                create view rich as select id, name from customers where balance > 1000;
                create sequence steps increment 5 minvalue -100 start 3 cache 7 cycle
                """);
    }

    /** Each row fits its columns: the row maker checks count and class, and all can be printed. */
    @Test
    void everySystemRelationCanBeRead() {
        shop().sql("create extension vector");
        var unreadable = new ArrayList<String>();
        for (var relation : SystemRelations.all()) {
            var name = world.catalog().schemaName(relation.schema()) + "." + relation.name();
            var columns = relation.columns().stream().map(column -> column.name()).toList();
            try {
                world.select(name, String.join(" ", columns));
            } catch (RuntimeException wrong) {
                unreadable.add(name + ": " + wrong);
            }
        }
        assertThat(unreadable).isEmpty();
    }

    @Test
    void pgClassDescribesTables() {
        shop();
        assertThat(
                        world.select(
                                "pg_class",
                                "relname relkind relam relhasindex relchecks relhastriggers relnatts",
                                "relnamespace",
                                "2200"))
                .contains(
                        "customers|r|2|t|0|t|9",
                        "orders|r|2|t|1|t|3",
                        "customers_pkey|i|403|f|0|f|1",
                        "customers_id_seq|S|0|f|0|f|3",
                        "rich|v|0|f|0|f|2");
    }

    @Test
    void systemTablesHavePostgresOids() {
        assertThat(world.select("pg_class", "oid relname relkind", "relname", "pg_class"))
                .containsExactly("1259|pg_class|r");
        assertThat(world.select("pg_class", "oid relkind", "relname", "pg_class_oid_index"))
                .containsExactly("2662|i");
    }

    @Test
    void attributesShowTypesAndHiddenColumns() {
        shop();
        var oid = Integer.toString(world.oid("orders"));
        assertThat(
                        world.select(
                                "pg_attribute",
                                "attname attnum atttypid atttypmod attnotnull attidentity attlen",
                                "attrelid",
                                oid))
                .containsExactly(
                        "tableoid|-6|26|-1|t||4",
                        "cmax|-5|29|-1|t||4",
                        "xmax|-4|28|-1|t||4",
                        "cmin|-3|29|-1|t||4",
                        "xmin|-2|28|-1|t||4",
                        "ctid|-1|27|-1|t||6",
                        "id|1|23|-1|t|a|4",
                        "customer_id|2|23|-1|t||4",
                        "total|3|1700|-1|f||-1");
        assertThat(
                        world.select(
                                "pg_attribute",
                                "attname atttypmod atttypid attndims",
                                "attrelid",
                                Integer.toString(world.oid("customers"))))
                .contains("balance|655366|1700|0", "name|44|1043|0", "tags|-1|1009|1");
    }

    @Test
    void indexesSayTheirKeys() {
        shop();
        assertThat(
                        world.select(
                                "pg_index",
                                "indnatts indisunique indisprimary indkey indclass indoption",
                                "indrelid",
                                Integer.toString(world.oid("customers"))))
                .containsExactly("1|t|t|1|1978|0", "1|t|f|3|3126|0", "1|f|f|0|3126|3");
        assertThat(world.select("pg_indexes", "indexname indexdef", "tablename", "customers"))
                .contains(
                        "customers_pkey|CREATE UNIQUE INDEX customers_pkey ON public.customers USING"
                                + " btree (id)");
    }

    @Test
    void constraintsSayWhatTheyReferTo() {
        shop();
        assertThat(
                        world.select(
                                "pg_constraint",
                                "conname contype confdeltype confmatchtype conkey confkey conpfeqop",
                                "contype",
                                "f"))
                .containsExactly("orders_customer_id_fkey|f|c|s|{2}|{1}|{96}");
        assertThat(
                        world.select(
                                "information_schema.referential_constraints",
                                "constraint_name unique_constraint_name match_option update_rule"
                                        + " delete_rule"))
                .containsExactly("orders_customer_id_fkey|customers_pkey|NONE|NO ACTION|CASCADE");
        assertThat(
                        world.select(
                                "information_schema.key_column_usage",
                                "constraint_name column_name ordinal_position"
                                        + " position_in_unique_constraint"))
                .contains(
                        "customers_pkey|id|1|~",
                        "orders_customer_id_fkey|customer_id|1|1",
                        "orders_customer_id_total_key|customer_id|1|~",
                        "orders_customer_id_total_key|total|2|~");
    }

    @Test
    void informationSchemaColumnsFollowTheStandard() {
        shop();
        assertThat(
                        world.select(
                                "information_schema.columns",
                                "column_name data_type udt_name character_maximum_length"
                                        + " character_octet_length numeric_precision"
                                        + " numeric_precision_radix numeric_scale datetime_precision"
                                        + " interval_type is_nullable",
                                "table_name",
                                "customers"))
                .containsExactly(
                        "id|integer|int4|~|~|32|2|0|~|~|NO",
                        "name|character varying|varchar|40|160|~|~|~|~|~|NO",
                        "email|text|text|~|1073741824|~|~|~|~|~|YES",
                        "balance|numeric|numeric|~|~|10|10|2|~|~|YES",
                        "tags|ARRAY|_text|~|~|~|~|~|~|~|YES",
                        "created|timestamp with time zone|timestamptz|~|~|~|~|~|6|~|YES",
                        "b|bit|bit|3|~|~|~|~|~|~|YES",
                        "c|character|bpchar|5|20|~|~|~|~|~|YES",
                        "v|interval|interval|~|~|~|~|~|2|DAY TO SECOND(2)|YES");
        assertThat(
                        world.select(
                                "information_schema.columns",
                                "column_name is_identity identity_generation identity_start"
                                        + " identity_maximum identity_cycle",
                                "table_name",
                                "orders"))
                .contains("id|YES|ALWAYS|1|2147483647|NO", "total|NO|~|~|~|NO");
    }

    @Test
    void defaultsAreShownAsTheSessionSeesThem() {
        shop();
        var own =
                world.select(
                        "information_schema.columns", "column_default", "table_name", "customers");
        assertThat(own).contains("nextval('customers_id_seq'::regclass)");
        var far =
                world.withPath()
                        .select(
                                "information_schema.columns",
                                "column_default",
                                "table_name",
                                "customers");
        assertThat(far).contains("nextval('public.customers_id_seq'::regclass)");
    }

    @Test
    void ownedSequencesDependOnTheirColumns() {
        shop();
        var serial = Integer.toString(world.oid("customers_id_seq"));
        assertThat(
                        world.select(
                                "pg_depend",
                                "classid refclassid refobjid refobjsubid deptype",
                                "objid",
                                serial))
                .contains("1259|1259|" + world.oid("customers") + "|1|a");
        var identity = Integer.toString(world.oid("orders_id_seq"));
        assertThat(world.select("pg_depend", "refobjid refobjsubid deptype", "objid", identity))
                .contains(world.oid("orders") + "|1|i");
        var key = Integer.toString(world.oid("orders_pkey"));
        assertThat(world.select("pg_depend", "refclassid deptype", "objid", key))
                .containsExactly("2606|i");
    }

    @Test
    void aViewIsARuleThatReadsItsTables() {
        shop();
        var view = Integer.toString(world.oid("rich"));
        var rule = world.select("pg_rewrite", "oid", "ev_class", view);
        assertThat(rule).hasSize(1);
        assertThat(world.select("pg_depend", "classid refobjid deptype", "objid", rule.getFirst()))
                .contains("2618|" + view + "|i", "2618|" + world.oid("customers") + "|n");
    }

    @Test
    void sequencesShowTheirState() {
        shop();
        assertThat(world.select("steps", "last_value log_cnt is_called", new String[0]))
                .containsExactly("3|0|f");
        assertThat(
                        world.select(
                                "pg_sequences",
                                "data_type start_value min_value max_value increment_by cycle"
                                        + " cache_size last_value",
                                "sequencename",
                                "steps"))
                .containsExactly("bigint|3|-100|9223372036854775807|5|t|7|~");
    }

    @Test
    void typesThatUsersMakeHaveRowsAndArrays() {
        int mood = world.newOid();
        int moods = world.newOid();
        int label = world.newOid();
        world.put(
                        new UserType(
                                mood,
                                1,
                                "mood",
                                Schema.PUBLIC,
                                Role.BOOTSTRAP,
                                'e',
                                0,
                                moods,
                                0,
                                List.of(new UserType.Label(label, 1, "sad")),
                                0,
                                -1,
                                false,
                                0,
                                null,
                                null))
                .put(
                        new UserType(
                                moods,
                                1,
                                "_mood",
                                Schema.PUBLIC,
                                Role.BOOTSTRAP,
                                'A',
                                mood,
                                0,
                                0,
                                List.of(),
                                0,
                                -1,
                                false,
                                0,
                                null,
                                null));
        var columns = "typlen typbyval typtype typcategory typarray typelem typinput typalign";
        assertThat(world.select("pg_type", columns, "typname", "mood"))
                .containsExactly("4|t|e|E|" + moods + "|0|enum_in|i");
        assertThat(world.select("pg_type", columns, "typname", "_mood"))
                .containsExactly("-1|f|b|A|0|" + mood + "|array_in|i");
        assertThat(world.select("pg_enum", "enumtypid enumsortorder enumlabel"))
                .containsExactly(mood + "|1|sad");
    }

    @Test
    void rolesSeeInInformationSchemaOnlyWhatIsTheirs() {
        shop();
        int bob = world.newOid();
        world.put(role(bob, "bob"));
        var customers = world.relation("customers");
        world.put(customers.toBuilder().acl("10=arwdDxt/10," + bob + "=r/10").build());
        world.as(bob);
        assertThat(
                        world.select(
                                "information_schema.tables",
                                "table_name",
                                "table_schema",
                                "public"))
                .containsExactly("customers");
        assertThat(
                        world.select(
                                "information_schema.role_table_grants",
                                "grantee table_name privilege_type is_grantable",
                                "table_schema",
                                "public"))
                .containsExactly("bob|customers|SELECT|NO");
        assertThat(world.select("information_schema.check_constraints", "constraint_name"))
                .isEmpty();
    }

    private static Role role(int oid, String name) {
        return new Role(
                oid, 1, name, false, true, false, false, true, false, false, -1, "secret", null,
                List.of());
    }

    @Test
    void passwordsAreHidden() {
        var bob = role(world.newOid(), "bob");
        world.put(bob);
        world.put(new SettingDefaults(world.newOid(), 1, 0, bob.oid(), List.of("work_mem=8MB")));
        assertThat(world.select("pg_roles", "rolpassword rolconfig rolcanlogin", "rolname", "bob"))
                .containsExactly("********|{work_mem=8MB}|t");
        assertThat(world.select("pg_user", "passwd", "usename", "bob")).containsExactly("********");
    }

    @Test
    void policiesAndCommentsHaveRows() {
        shop();
        int policy = world.newOid();
        int comment = world.newOid();
        int orders = world.oid("orders");
        world.put(new Policy(policy, 1, "mine", orders, 'r', true, List.of(0), "(total > 1)", null))
                .put(new Comment(comment, 1, orders, 1259, 3, "the sum"));
        assertThat(world.select("pg_policies", "tablename policyname permissive roles cmd"))
                .containsExactly("orders|mine|PERMISSIVE|{public}|SELECT");
        assertThat(
                        world.select(
                                "pg_description",
                                "classoid objsubid description",
                                "objoid",
                                Integer.toString(orders)))
                .containsExactly("1259|3|the sum");
    }

    @Test
    void functionsOfUsersStandBesideThoseOfTheServer() {
        int oid = world.newOid();
        world.put(
                new Function(
                        oid,
                        1,
                        "add_one",
                        Schema.PUBLIC,
                        Role.BOOTSTRAP,
                        Function.SQL,
                        100,
                        0,
                        0,
                        'f',
                        false,
                        false,
                        false,
                        false,
                        'i',
                        'u',
                        23,
                        List.of(23, 23),
                        List.of(),
                        List.of(),
                        List.of("a", "b"),
                        List.of("1"),
                        "select a + b",
                        null,
                        List.of(),
                        null,
                        List.of()));
        assertThat(
                        world.select(
                                "pg_proc",
                                "oid pronargs pronargdefaults proargtypes proargnames prorettype",
                                "proname",
                                "add_one"))
                .containsExactly(oid + "|2|1|23 23|{a,b}|23");
        assertThat(world.select("pg_proc", "oid proargtypes prosrc", "oid", "177"))
                .containsExactly("177|23 23|int4pl");
        assertThat(
                        world.select(
                                "information_schema.routines",
                                "specific_name data_type external_language routine_definition",
                                "routine_name",
                                "add_one"))
                .containsExactly("add_one_" + oid + "|integer|SQL|select a + b");
        assertThat(new CatalogCalls(world).functionDefinition(oid))
                .isEqualTo(
                        """
                        CREATE OR REPLACE FUNCTION public.add_one(a integer, b integer DEFAULT 1)
                         RETURNS integer
                         LANGUAGE sql
                         IMMUTABLE
                        AS $function$select a + b$function$
                        """);
    }

    @Test
    void anExtensionOwnsItsMembers() {
        assertThat(world.select("pg_type", "oid", "typname", "vector")).isEmpty();
        assertThat(world.select("pg_available_extensions", "installed_version", "name", "vector"))
                .containsExactly("~");
        world.sql("create extension vector");
        assertThat(world.select("pg_type", "oid", "typname", "vector")).containsExactly("16385");
        assertThat(world.select("pg_am", "amname amtype")).contains("hnsw|i", "ivfflat|i");
        assertThat(world.select("pg_depend", "refclassid deptype", "objid", "16385"))
                .containsExactly("3079|e");
    }

    @Test
    void sessionsAreShownAsTheyRun() {
        assertThat(
                        world.select(
                                "pg_stat_activity",
                                "pid datname usename application_name client_addr state query"
                                        + " backend_type"))
                .containsExactly(
                        "77|postgres|postgres|test|127.0.0.1|active|select 1|client backend");
        assertThat(world.select("pg_prepared_statements", "name statement parameter_types"))
                .containsExactly("p|select $1|{integer,text}");
    }
}
