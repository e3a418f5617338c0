/** Main, configuration and wiring: the one place that knows every room. */
@NullMarked
package dev.quiverdb.server;

import org.jspecify.annotations.NullMarked;
