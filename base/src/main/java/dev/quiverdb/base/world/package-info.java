/** The only doors to what a test must be able to decide: clock, chance, disk and network. */
@NullMarked
package dev.quiverdb.base.world;

import org.jspecify.annotations.NullMarked;
