package dev.quiverdb.sql.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.groups.Tuple.tuple;

import dev.quiverdb.base.error.SqlException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.calcite.sql.parser.SqlParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Statements that PostgreSQL 15 takes, and those it refuses, with its words and position. */
class ParserTest {

    @ParameterizedTest
    @MethodSource
    void acceptsWhatPostgresAccepts(String sql) {
        assertThatCode(() -> Parser.parse(sql)).doesNotThrowAnyException();
    }

    static Stream<String> acceptsWhatPostgresAccepts() {
        return Stream.of(
                "select",
                "select 1",
                "select 1;;select 2",
                "select -2147483648, -9223372036854775808, 99999999999999999999, 1.5e10, .5, 5.",
                "select 'a' \n 'b' from t",
                "select U&'d\\0061t\\+000061', U&\"d!0061\" uescape '!'",
                "select E'\\n\\x41\\101\\u0041\\'', $$a'b$$, $x$ $$ $x$, b'101', x'1F', n'abc'",
                "select a /* c /* nested */ still */ from t -- end",
                "select a.b.c, t.*, (r).f, (r).*, a[1], a[1:2], a[:], (a[1]).b[2]",
                "select a::int::text, cast(a as numeric(10,2)), date '2020-01-01', interval '1' year to month, interval(3) '1 s'",
                "select float8 '1', pg_catalog.int4 '1', foo(1,2) 'x', double precision '1', timestamp(3) with time zone 'now'",
                "select a at time zone 'utc' collate \"C\" from t",
                "select not a and b or c is not null, a isnull, b notnull",
                "select a between symmetric 1 and 2 and b not between 1 and 2",
                "select a like 'x' escape '!', a not ilike all (array['x']), a similar to 'x' escape 'y'",
                "select a in (1,2), a not in (select 1), a = any (select 1), a <> all ('{1}'), a operator(pg_catalog.+) b",
                "select @ a, - -1, ~ b, a <-> b, a->>'x', a #>> '{}', a ? 'b', a @> b, a !=- 1, a <= 1, a=-1",
                "select (a, b) overlaps (c, d), row(1,2), row(), (1,2) = (3,4)",
                "select case when a then b else c end, case a when 1 then 2 end",
                "select array[1,2], array[[1],[2]], array[]::int[], array(select 1)",
                "select f(), f(*), f(all a), f(distinct a order by b desc nulls last), f(variadic a), f(x => 1, y := 2)",
                "select f(a) within group (order by b) filter (where c) over (partition by d order by e rows between unbounded preceding and 1 following exclude ties)",
                "select sum(a) over w, rank() over (w order by b) from t window w as (partition by c), v as ()",
                "select extract(year from a), position('a' in b), substring(a from 1 for 2), substring(a similar 'b' escape 'c'), substring(a, 1), overlay(a placing b from 1 for 2)",
                "select trim(both 'x' from a), trim(leading from a), trim(a, b), coalesce(a, b), nullif(a, b), greatest(a, b), least(a), normalize(a, nfc), a is nfkc normalized",
                "select current_date, current_timestamp(3), localtime, user, session_user, current_schema, current_catalog, current_schema()",
                "select xmlelement(name a, xmlattributes(b as c), d), xmlforest(a as b), xmlparse(document a), xmlroot(a, version no value, standalone yes), xmlserialize(content a as text), xmlpi(name a, b), xmlconcat(a, b), xmlexists(a passing by ref b)",
                "select grouping(a), count(*) from t group by rollup(a, b), cube((a, b), c), grouping sets ((), (a), rollup(b)), ()",
                "select distinct on (a, b) * from t order by a using <, b asc nulls first",
                "select all a into temp table x from t",
                "select $1, $2::int, ($3).a, $4[1]",
                "select \"Quoted \"\" name\" as \"As\", a select_, b as select, c value, d at, e name",
                "select * from only t, s *, t as x (a, b), lateral f(1) with ordinality as y, (select 1) z",
                "select * from a join b on true left join c using (x) as j natural full outer join d cross join e",
                "select * from a join b join c on true on false, (a join b on true) as k (m), ((a join b using (q)))",
                "select * from rows from (f(1) as (a int), g()) with ordinality r, h() as (a int, b text collate \"C\"), h() as x (c int)",
                "select * from t tablesample bernoulli (10) repeatable (1), xmltable('/a' passing b columns c int path 'd' default 1 not null, e for ordinality) x",
                "select * from ((select 1) union (select 2)) x, (values (1, 'a'), (2, default)) v (a, b)",
                "select 1 union all select 2 intersect select 3 except distinct select 4 order by 1 limit 1 offset 2",
                "(select 1 order by 1) limit 1",
                "((select 1))",
                "select 1 limit all offset 5 rows for update of t nowait for no key update skip locked",
                "select 1 order by 1 fetch first 5 rows with ties",
                "select 1 fetch next row only",
                "select 1 offset -1 rows for read only",
                "table t",
                "values (1, 2), (3, default)",
                "with recursive a (x) as materialized (select 1), b as not materialized (delete from t returning *) select * from a",
                "with a as (select 1) search depth first by x set y cycle z set w to true default false using p select 1",
                "insert into t default values",
                "insert into s.t as x (a, b[1], c.d) overriding system value values (1, default, 3) returning a, b as c",
                "insert into t (select 1)",
                "insert into t ((select 1))",
                "with a as (select 1) insert into t select * from a on conflict (x collate \"C\" text_ops, (lower(y)) ) where z do update set (a, b) = (select 1, 2), c = excluded.c where true",
                "insert into t values (1) on conflict on constraint c do nothing",
                "update only t as x set a = default, b[1] = 2, (c, d) = row(1, 2) from u where x.a = u.a returning *",
                "update t set a = 1 where current of c",
                "delete from t using u, v where true returning 1",
                "merge into t using s on t.a = s.a when matched and t.b then update set a = 1 when matched then delete when not matched then insert (a) overriding user value values (1) when not matched then do nothing",
                "create table t (a int primary key, b text not null default 'x' collate \"C\" check (b <> ''), c int references u (a) match full on delete cascade on update set null deferrable initially deferred, d int generated always as identity (start with 5 increment by 2), e int generated always as (a + 1) stored, unique (a, b) include (c), constraint k foreign key (a) references u, exclude using gist (a with =, (b) with &&) where (true), like v including all excluding indexes)",
                "create temp table if not exists t (a vector(3), b vector) inherits (x, y) partition by hash (a, (b)) using heap with (fillfactor = 70, toast.x = off) on commit drop tablespace ts",
                "create unlogged table t partition of p for values from (minvalue) to (10)",
                "create table t partition of p (a with options not null) for values in (1, null) partition by list (b)",
                "create table t partition of p for values with (modulus 4, remainder 0)",
                "create table t partition of p default",
                "create table t of ty (a primary key)",
                "create table t (a, b) as select 1, 2 with no data",
                "create table t as execute p (1)",
                "create foreign table t (a int options (x 'y')) server s options (z 'w')",
                "create unique index concurrently if not exists i on only t using hnsw (embedding vector_l2_ops (m = 1) desc nulls last, lower(a) collate \"C\", (a || b)) include (c) nulls not distinct with (m = 16, ef_construction = 64) tablespace ts where a > 1",
                "create index on t (a)",
                "create or replace temp view v (a) with (security_barrier) as select 1 with cascaded check option",
                "create recursive view v (a) as select 1",
                "create materialized view if not exists v (a) using heap with (x = 1) as select 1 with data",
                "refresh materialized view concurrently v with no data",
                "create sequence if not exists s as bigint increment by -1 minvalue 1 no maxvalue start 5 cache 1 no cycle owned by t.a",
                "alter sequence s restart with 5 owned by none",
                "create schema if not exists s authorization current_user",
                "create schema s create table t (a int) create view v as select 1 grant select on t to public",
                "create database d with owner = x encoding 'UTF8' connection limit 5 is_template true",
                "drop database if exists d with (force)",
                "create type t as enum ('a', 'b')",
                "create type t as (a int, b text collate \"C\")",
                "create type t as range (subtype = int4, subtype_diff = f)",
                "create type t (input = a, output = b, like = int4, internallength = variable)",
                "create type t",
                "alter type t add value if not exists 'c' before 'a'",
                "alter type t rename attribute a to b cascade",
                "alter type t add attribute a int, drop attribute if exists b, alter attribute c type text cascade",
                "create domain d as int check (value > 0) not null default 1 collate \"C\"",
                "alter domain d add constraint c check (value > 0) not valid",
                "create extension if not exists vector with schema public version '0.5' cascade",
                "alter extension vector update to '0.6'",
                "create role r with login superuser password 'x' connection limit -1 valid until 'infinity' in role a, b admin c",
                "create user u encrypted password 'x'",
                "alter role r in database d set work_mem to '1MB'",
                "alter user u with nologin",
                "alter role all reset all",
                "alter group g add user a, b",
                "drop role if exists a, current_user",
                "create policy p on t as restrictive for select to public, r using (a = 1) with check (true)",
                "alter policy p on t to r using (true)",
                "create or replace function f(in a int, out b text, c int default 1, variadic d int[] = '{}') returns setof t.a%type language sql immutable strict parallel safe cost 1 rows 2 set search_path to a, b as $$ select 1 $$",
                "create function f(int, double precision) returns table (a int, b text) language plpgsql as 'a', 'b'",
                "create function f() returns int return 1 + 1",
                "create function f() returns int begin atomic select 1; insert into t values (1); return 2; end",
                "create procedure p(inout a int) language sql as 'select 1'",
                "alter function f(int) security definer reset all restrict",
                "create constraint trigger x after insert or update of a, b on t from u deferrable initially deferred for each row when (old.a is distinct from new.a) execute function f('a', 1, b)",
                "create or replace trigger x instead of delete on v for each row execute procedure s.f()",
                "create trigger x after update on t referencing old table as o new table n for each statement execute function f()",
                "create rule r as on insert to t where new.a > 1 do instead (select 1; notify x; delete from t)",
                "create rule r as on select to t do instead nothing",
                "create aggregate a (int, float8) (sfunc = f, stype = int, initcond = '0')",
                "create aggregate a (*) (sfunc = f, stype = int8)",
                "create aggregate a (float8 order by int) (sfunc = f, stype = internal)",
                "create aggregate a (basetype = int, sfunc = f, stype = int)",
                "create operator <-> (leftarg = vector, rightarg = vector, function = l2, commutator = operator(public.<->))",
                "create operator class c default for type vector using hnsw as operator 1 <-> (vector, vector) for order by float_ops, function 1 l2(vector, vector), storage int",
                "create cast (a as b) with function f(a) as assignment",
                "create cast (a as b) without function as implicit",
                "create cast (a as b) with inout",
                "create statistics if not exists s (ndistinct, mcv) on a, (b + 1), lower(c) from t",
                "create collation c (locale = 'C')",
                "create collation c from \"C\"",
                "create tablespace t owner u location '/x' with (seq_page_cost = 1)",
                "create text search configuration c (parser = default)",
                "create event trigger e on ddl_command_start when tag in ('a', 'b') execute function f()",
                "create publication p for table t (a) where (b > 1), u, tables in schema s with (publish = 'insert')",
                "create subscription s connection 'x' publication p with (connect = false)",
                "create server s type 't' version '1' foreign data wrapper w options (host 'x')",
                "create user mapping if not exists for current_user server s",
                "create foreign data wrapper w handler h no validator options (a 'b')",
                "create transform for int language sql (from sql with function f(internal), to sql with function g(internal))",
                "create trusted language l handler h inline i validator v",
                "create access method a type index handler h",
                "create default conversion c for 'a' to 'b' from f",
                "alter table only t add column if not exists a int, drop column if exists b cascade, alter c set default 1, alter c drop default, alter d set not null, alter e type text using e::text, alter f set statistics -1, alter 1 set statistics 5",
                "alter table t add constraint c unique using index i deferrable, drop constraint c, validate constraint c, alter constraint c not deferrable",
                "alter table t enable row level security, force row level security, no force row level security, disable row level security",
                "alter table if exists t attach partition p for values in (1)",
                "alter table t detach partition p concurrently",
                "alter table t set (fillfactor = 1), reset (fillfactor), set logged, set tablespace x, set access method heap, cluster on i, set without cluster, inherit p, no inherit p, of ty, not of, replica identity using index i, enable always trigger x, disable trigger all, enable replica rule r",
                "alter table t alter a add generated by default as identity, alter a set generated always set increment 5 restart, alter a drop identity if exists, alter b set storage external, alter b set compression pglz, alter b drop expression",
                "alter table t rename column a to b",
                "alter table t rename b to c",
                "alter table t rename constraint a to b",
                "alter table t rename to u",
                "alter table if exists t set schema s",
                "alter table t owner to session_user",
                "alter table all in tablespace a owned by b set tablespace c nowait",
                "alter index i attach partition j",
                "alter index i alter column 1 set statistics 5",
                "alter view v rename column a to b",
                "alter database d set work_mem = 1",
                "alter database d owner to u",
                "alter default privileges for role a in schema s grant select on tables to public with grant option",
                "alter operator + (int, none) owner to u",
                "alter operator family f using btree add operator 1 < (int, int), function 1 (int, int) f(int, int)",
                "alter text search configuration c alter mapping for a, b replace x with y",
                "alter system set work_mem to '1MB'",
                "alter trigger x on t rename to y",
                "alter materialized view v depends on extension e",
                "alter large object 5 owner to u",
                "alter publication p set table t",
                "alter subscription s refresh publication",
                "drop table if exists a, b.c cascade",
                "drop index concurrently i",
                "drop function f, g(int, text), h(out a int) restrict",
                "drop aggregate a(*), b(int order by int)",
                "drop operator + (none, int)",
                "drop operator class c using btree",
                "drop cast if exists (a as b)",
                "drop trigger x on t",
                "drop type a, b[]",
                "drop owned by a cascade",
                "reassign owned by a to b",
                "truncate table only a, b restart identity cascade",
                "comment on column t.a is 'x'",
                "comment on constraint c on domain d is null",
                "comment on function f(int) is 'x'",
                "comment on operator + (int, int) is 'x'",
                "security label for p on table t is 'x'",
                "grant select (a, b), insert, all_of on table t, u to public, group r with grant option granted by current_user",
                "grant all privileges (a) on all tables in schema s to r",
                "grant execute on function f(int) to r",
                "grant a, b to c with admin option",
                "revoke grant option for select on t from r cascade",
                "revoke admin option for a from b",
                "begin isolation level serializable, read only deferrable",
                "start transaction read write",
                "commit and chain",
                "rollback to savepoint s",
                "release s",
                "prepare transaction 'x'",
                "end work and no chain",
                "abort",
                "set search_path to a, \"B\", 'c'",
                "set local work_mem = -1",
                "set session characteristics as transaction isolation level repeatable read",
                "set session authorization default",
                "set time zone interval '1' hour to minute",
                "set a.b.c to on",
                "set names 'utf8'",
                "set role none",
                "set constraints all deferred",
                "set hnsw.ef_search = 100",
                "reset all",
                "show time zone",
                "show hnsw.ef_search",
                "copy t (a, b) from stdin with (format csv, header, delimiter ',', force_null (a, b), null '') where a > 1",
                "copy (select 1) to program 'x'",
                "copy binary t to '/x' using delimiters ',' with null as 'x' csv header quote as '\"' force quote *",
                "explain (analyze, costs off, format json) select 1",
                "explain analyze verbose delete from t",
                "explain create table t as select 1",
                "explain (select 1)",
                "prepare p (int, text) as select $1",
                "execute p (1, 'x')",
                "deallocate prepare all",
                "declare c binary insensitive no scroll cursor with hold for select 1",
                "fetch forward all from c",
                "move backward 5 in c",
                "fetch -1 c",
                "close all",
                "listen x",
                "notify x, 'y'",
                "unlisten *",
                "vacuum full freeze verbose analyze t (a, b), u",
                "vacuum (parallel 0, analyze) t",
                "analyze",
                "cluster verbose t using i",
                "reindex (verbose) table concurrently t",
                "lock table only t in share row exclusive mode nowait",
                "discard plans",
                "checkpoint",
                "do language plpgsql $$ begin end $$",
                "call p(1, a => 2)",
                "load 'x'",
                "import foreign schema s limit to (a, b) from server x into y");
    }

    @ParameterizedTest
    @MethodSource
    void refusesWithMessageAndPosition(String sql, String message, int position) {
        var error = catchThrowableOfType(SqlException.class, () -> Parser.parse(sql));

        assertThat(error).isNotNull();
        assertThat(error.message()).isEqualTo(message);
        assertThat(error.position()).isEqualTo(position);
    }

    static Stream<Arguments> refusesWithMessageAndPosition() {
        return Stream.of(
                Arguments.of("select 1 +", "syntax error at end of input", 11),
                Arguments.of("select from where", "syntax error at or near \"where\"", 13),
                Arguments.of("selec 1", "syntax error at or near \"selec\"", 1),
                Arguments.of("select 'abc", "unterminated quoted string at or near \"'abc\"", 8),
                Arguments.of(
                        "select \"abc", "unterminated quoted identifier at or near \"\"abc\"", 8),
                Arguments.of(
                        "select \"\"", "zero-length delimited identifier at or near \"\"\"\"", 8),
                Arguments.of("select 1 /* x", "unterminated /* comment at or near \"/* x\"", 10),
                Arguments.of(
                        "select $a$ x",
                        "unterminated dollar-quoted string at or near \"$a$ x\"",
                        8),
                Arguments.of("select b'1", "unterminated bit string literal at or near \"b'1\"", 8),
                Arguments.of(
                        "select x'1",
                        "unterminated hexadecimal string literal at or near \"x'1\"",
                        8),
                Arguments.of(
                        "select 123abc",
                        "trailing junk after numeric literal at or near \"123abc\"",
                        8),
                Arguments.of(
                        "select 1e+", "trailing junk after numeric literal at or near \"1e+\"", 8),
                Arguments.of("select $1a", "trailing junk after parameter at or near \"$1a\"", 8),
                Arguments.of(
                        "select E'\\ud800'", "invalid Unicode surrogate pair at or near \"'\"", 16),
                Arguments.of("select E'\\u12'", "invalid Unicode escape", 10),
                Arguments.of("select U&'\\12'", "invalid Unicode escape", 11),
                Arguments.of(
                        "select U&'a' uescape 1",
                        "UESCAPE must be followed by a simple string literal at or near \"1\"",
                        22),
                Arguments.of("select a < b < c", "syntax error at or near \"<\"", 14),
                Arguments.of("select a like b like c", "syntax error at or near \"like\"", 17),
                Arguments.of("select a.*.b", "improper use of \"*\" at end of input", 13),
                Arguments.of("select f(a).b", "syntax error at or near \".\"", 12),
                Arguments.of("select array[1][1]", "syntax error at or near \"[\"", 16),
                Arguments.of("select left from t", "syntax error at or near \"from\"", 13),
                Arguments.of("select * from (t)", "syntax error at or near \")\"", 17),
                Arguments.of("select * from (select 1)", "subquery in FROM must have an alias", 15),
                Arguments.of("select * from (values (1))", "VALUES in FROM must have an alias", 15),
                Arguments.of("select 1 limit 1, 2", "LIMIT #,# syntax is not supported", 10),
                Arguments.of(
                        "(select 1 order by 1) order by 2",
                        "multiple ORDER BY clauses not allowed",
                        32),
                Arguments.of(
                        "(select 1 limit 1) limit 2", "multiple LIMIT clauses not allowed", 26),
                Arguments.of(
                        "select (a, b) overlaps (c, d, e)",
                        "wrong number of parameters on right side of OVERLAPS expression",
                        24),
                Arguments.of(
                        "select f(variadic a) within group (order by b)",
                        "cannot use VARIADIC with WITHIN GROUP",
                        22),
                Arguments.of(
                        "select f() over (rows unbounded following)",
                        "frame start cannot be UNBOUNDED FOLLOWING",
                        23),
                Arguments.of(
                        "select 1 where a between 1 or 2", "syntax error at or near \"or\"", 28),
                Arguments.of("select not", "syntax error at end of input", 11),
                Arguments.of(
                        "select foo(x => 1) 'a'", "type modifier cannot have parameter name", 12),
                Arguments.of(
                        "select float(0) '1'",
                        "precision for type float must be at least 1 bit",
                        14),
                Arguments.of(
                        "select unique (select 1)", "UNIQUE predicate is not yet implemented", 8),
                Arguments.of("select distinct from t", "syntax error at or near \"from\"", 17),
                Arguments.of("select a, from t", "syntax error at or near \"from\"", 11),
                Arguments.of("insert into t (a b) values (1)", "syntax error at or near \"b\"", 18),
                Arguments.of("insert into t values", "syntax error at end of input", 21),
                Arguments.of(
                        "insert into a.b.c.d values (1)",
                        "improper qualified name (too many dotted names): a.b.c.d",
                        13),
                Arguments.of("update t set a", "syntax error at end of input", 15),
                Arguments.of("update t a = 1", "syntax error at or near \"=\"", 12),
                Arguments.of("delete t", "syntax error at or near \"t\"", 8),
                Arguments.of("create table t (a, b int)", "syntax error at or near \"int\"", 22),
                Arguments.of("create table t (a int,)", "syntax error at or near \")\"", 23),
                Arguments.of(
                        "create table t (a int collate \"C\" collate \"D\")",
                        "multiple COLLATE clauses not allowed",
                        35),
                Arguments.of(
                        "create table t (a int generated by default as (1) stored)",
                        "for a generated column, GENERATED ALWAYS must be specified",
                        33),
                Arguments.of(
                        "create table t (check (true) deferrable)",
                        "CHECK constraints cannot be marked DEFERRABLE",
                        0),
                Arguments.of(
                        "create table t (a int references u match partial)",
                        "MATCH PARTIAL not yet implemented",
                        36),
                Arguments.of("create index i t (a)", "syntax error at or near \"t\"", 16),
                Arguments.of("create role none", "role name \"none\" is reserved", 13),
                Arguments.of("create role r foo", "unrecognized role option \"foo\"", 15),
                Arguments.of(
                        "create policy p on t as loose",
                        "unrecognized row security option \"loose\"",
                        25),
                Arguments.of(
                        "create trigger x after insert or insert on t execute function f()",
                        "duplicate trigger events specified at or near \"on\"",
                        41),
                Arguments.of(
                        "create assertion a check (true)",
                        "CREATE ASSERTION is not yet implemented",
                        0),
                Arguments.of(
                        "create function f(out a int) returns table (b int) as ''",
                        "OUT and INOUT arguments aren't allowed in TABLE functions",
                        0),
                Arguments.of("create operator + (", "syntax error at end of input", 20),
                Arguments.of("drop operator + (int)", "missing argument", 21),
                Arguments.of("drop table", "syntax error at end of input", 11),
                Arguments.of(
                        "set time zone interval '1' year",
                        "time zone interval must be HOUR or HOUR TO MINUTE",
                        28),
                Arguments.of("set catalog 'x'", "current database cannot be changed", 13),
                Arguments.of("copy t to '/x' where a", "WHERE clause not allowed with COPY TO", 16),
                Arguments.of("begin foo", "syntax error at or near \"foo\"", 7),
                Arguments.of("select 1 select 2", "syntax error at or near \"2\"", 17),
                Arguments.of("select 'é' +", "syntax error at end of input", 13),
                Arguments.of(
                        "select '😀' 1x",
                        "trailing junk after numeric literal at or near \"1x\"",
                        12));
    }

    private static String tree(String expression) {
        var query = (Query) Parser.parse("select " + expression).getFirst().node();
        var select = (QueryBody.Select) query.body();
        return ((PgNode) select.targets().getFirst().expression()).tree();
    }

    @Test
    void multiplicationBindsTighterThanAddition() {
        assertThat(tree("a + b * c"))
                .isEqualTo(
                        "Operator([+], ColumnRef([a], false), Operator([*], ColumnRef([b], false),"
                                + " ColumnRef([c], false)))");
    }

    @Test
    void castBindsTighterThanMinus() {
        assertThat(tree("-a::b"))
                .isEqualTo(
                        "Operator([-], -, Cast(ColumnRef([a], false), TypeName([b], false, false,"
                                + " [], [])))");
    }

    @Test
    void minusFoldsIntoNumbers() {
        assertThat(tree("-2147483648")).isEqualTo("Literal(INTEGER, -2147483648)");
        assertThat(tree("2147483648")).isEqualTo("Literal(BIGINT, 2147483648)");
        assertThat(tree("9223372036854775808")).isEqualTo("Literal(NUMERIC, 9223372036854775808)");
    }

    @Test
    void otherOperatorsShareOnePrecedenceAboveComparison() {
        assertThat(tree("a <-> b < c"))
                .startsWith("Operator([<], Operator([<->], ColumnRef([a], false)");
    }

    @Test
    void chainsOfAndAreOneNode() {
        assertThat(tree("a and b and c or d"))
                .isEqualTo(
                        "Bool(OR, [Bool(AND, [ColumnRef([a], false), ColumnRef([b], false),"
                                + " ColumnRef([c], false)]), ColumnRef([d], false)])");
    }

    @Test
    void operatorsPointAtTheirTokenAndSpanTheirOperands() {
        var sql = "select aa  <->  bb";
        var query = (Query) Parser.parse(sql).getFirst().node();
        var operator = ((QueryBody.Select) query.body()).targets().getFirst().expression();

        assertThat(operator.offset()).isEqualTo(11);
        assertThat(sql.substring(operator.start(), operator.end())).isEqualTo("aa  <->  bb");
    }

    @Test
    void statementsKnowTheirRangeAndParameters() {
        var statements = Parser.parse(" select $2 ; ; select 1;");

        assertThat(statements)
                .extracting(Statement::start, Statement::end, Statement::parameterCount)
                .containsExactly(tuple(1, 10, 2), tuple(15, 23, 0));
    }

    @Test
    void longIdentifiersAreCutAtSixtyThreeBytes() {
        assertThat(tree("é".repeat(40))).isEqualTo("ColumnRef([" + "é".repeat(31) + "], false)");
    }

    @Test
    void plusAndMinusEndAnOperatorOnlyBesideStrangerCharacters() {
        assertThat(tree("a =- b")).startsWith("Operator([=], ColumnRef([a], false), Operator([-]");
        assertThat(tree("a @- b")).startsWith("Operator([@-]");
    }

    @Test
    void rareStatementsKeepTheirCommandTag() {
        assertThat(Parser.parse("create access method a type index handler h"))
                .extracting(s -> ((Utility.Other) s.node()).tag())
                .isEqualTo(List.of("CREATE ACCESS METHOD"));
    }

    @Test
    void calciteGetsTheSameTree() throws Exception {
        var config = SqlParser.config().withParserFactory(PgSqlParser.FACTORY);
        var node = SqlParser.create("select 1", config).parseQuery();

        assertThat(node).isInstanceOf(Query.class);
    }
}
