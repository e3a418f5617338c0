/**
 * The server measured over the wire beside a PostgreSQL on the same machine, with PostgreSQL's own
 * load program pgbench: the two take turns, so that what else the machine does hits both. Start at
 * {@link dev.quiverdb.bench.wire.WireBenchmark}; a server is a {@link
 * dev.quiverdb.bench.wire.Target}.
 */
@NullMarked
package dev.quiverdb.bench.wire;

import org.jspecify.annotations.NullMarked;
