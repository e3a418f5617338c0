/** The seam for replication and sharding: nothing here knows SQL. */
@NullMarked
package dev.quiverdb.cluster;

import org.jspecify.annotations.NullMarked;
