/** PostgreSQL's wire protocol, version 3, on Netty. */
@NullMarked
package dev.quiverdb.pgwire;

import org.jspecify.annotations.NullMarked;
