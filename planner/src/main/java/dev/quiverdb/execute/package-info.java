/** Runs a physical plan by batch. */
@NullMarked
package dev.quiverdb.execute;

import org.jspecify.annotations.NullMarked;
