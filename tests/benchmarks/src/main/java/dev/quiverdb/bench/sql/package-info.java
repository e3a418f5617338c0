/**
 * The same SQL over the same rows on two servers: QuiverDB and a PostgreSQL beside it. Start at
 * {@link dev.quiverdb.bench.sql.SqlBenchmark}.
 */
@NullMarked
package dev.quiverdb.bench.sql;

import org.jspecify.annotations.NullMarked;
