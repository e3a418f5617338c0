package dev.quiverdb.sql.bind;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Names and types of result columns, each as PostgreSQL 15 describes it. */
class ExpressionTypesTest {
    private static final String ANSWERS =
            """
            1 + 2 | ?column? | integer
            1 + 2::bigint | ?column? | bigint
            1::smallint + 1 | ?column? | integer
            1.5 * 2 | ?column? | numeric
            1 / 2.0::real | ?column? | double precision
            '1' + 2 | ?column? | integer
            2 ^ 3 | ?column? | double precision
            date '2020-01-01' + 1 | ?column? | date
            date '2020-01-01' - date '2019-01-01' | ?column? | integer
            date '2020-01-01' + interval '1 day' | ?column? | timestamp without time zone
            now() - interval '1 day' | ?column? | timestamp with time zone
            now() - now() | ?column? | interval
            'a' || 'b' | ?column? | text
            'a' || 1 | ?column? | text
            array[1,2] || 3 | ?column? | integer[]
            array[1,2] || array[3] | ?column? | integer[]
            1 || 'a' | ?column? | text
            '{"a":1}'::jsonb -> 'a' | ?column? | jsonb
            '{"a":1}'::jsonb ->> 'a' | ?column? | text
            length('abc') | length | integer
            substring('abc' from 1 for 2) | substring | text
            round(1.5) | round | numeric
            round(1.5::float8) | round | double precision
            sum(1) | sum | bigint
            sum(1::bigint) | sum | numeric
            avg(1) | avg | numeric
            avg(1::float8) | avg | double precision
            max('a'::varchar) | max | text
            count(*) | count | bigint
            array_agg(1) | array_agg | integer[]
            string_agg('a', ',') | string_agg | text
            coalesce(null, 1, 2.5) | coalesce | numeric
            greatest(1, 2::bigint) | greatest | bigint
            nullif(1, 2.5) | nullif | numeric
            case when true then 1 else 2.5 end | case | numeric
            case when true then 'a' else null end | case | text
            array[1, 2.5] | array | numeric[]
            array['a', 'b'] | array | text[]
            null | ?column? | text
            'a' | ?column? | text
            1 = any('{1,2}') | ?column? | boolean
            1 in (1, 2.5) | ?column? | boolean
            '2020-01-01' < now() | ?column? | boolean
            'a' like 'b' | ?column? | boolean
            extract(year from now()) | extract | numeric
            current_date | current_date | date
            current_timestamp | current_timestamp | timestamp with time zone
            localtime | localtime | time without time zone
            row_number() over () | row_number | bigint
            lag(1) over () | lag | integer
            generate_series(1, 3) | generate_series | integer
            unnest(array[1,2]) | unnest | integer
            abs(-1) | abs | integer
            mod(5, 3) | mod | integer
            to_char(now(), 'YYYY') | to_char | text
            now()::date | now | date
            'x'::char | bpchar | character(1)
            'x'::varchar(5) | varchar | character varying(5)
            1::numeric(10,2) | numeric | numeric(10,2)
            '[1,2]'::vector <-> '[1,2]' | ?column? | double precision
            '[1,2]'::vector + '[1,2]' | ?column? | vector
            lower('A') | lower | text
            concat('a', 1) | concat | text
            format('%s', 1) | format | text
            jsonb_build_object('a', 1) | jsonb_build_object | jsonb
            array_length(array[1], 1) | array_length | integer
            ~ 5 | ?column? | integer
            - 5 | ?column? | integer
            @ -5 | ?column? | integer
            not true | ?column? | boolean
            B'101' & B'111' | ?column? | "bit"
            exists (select 1) | exists | boolean
            (select 1) | ?column? | integer
            array(select 1) | array | integer[]
            random() | random | double precision
            pi() | pi | double precision
            floor(1.5) | floor | numeric
            width_bucket(5, 1, 10, 3) | width_bucket | integer
            (1, 2) = (1, 3) | ?column? | boolean
            'a' is distinct from 'b' | ?column? | boolean
            trim('  a ') | btrim | text
            position('a' in 'ba') | position | integer
            overlay('abc' placing 'x' from 1) | overlay | text
            """;

    @Test
    void expressionsHaveThePostgresTypes() {
        var session = new BindSession();
        for (var line : ANSWERS.split("\n", -1)) {
            if (line.isBlank()) {
                continue;
            }
            var parts = line.split(" \\| ", -1);
            var output = session.rows("SELECT " + parts[0]).outputs().getFirst();
            assertThat(output.name() + " | " + output.type().formatType(output.typmod()))
                    .as(parts[0])
                    .isEqualTo(parts[1] + " | " + parts[2]);
        }
    }
}
