/** Who may connect, and how a client proves who it is. */
@NullMarked
package dev.quiverdb.pgwire.auth;

import org.jspecify.annotations.NullMarked;
