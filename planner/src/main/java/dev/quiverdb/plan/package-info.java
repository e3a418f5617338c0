/** From a secured statement to a physical plan. */
@NullMarked
package dev.quiverdb.plan;

import org.jspecify.annotations.NullMarked;
