/**
 * Short codes that stand for vectors while an index navigates; the nearest are then ranked again by
 * their vectors.
 *
 * <p>Start at {@link dev.quiverdb.vector.quantise.VectorCodec}, codes that a graph reads one by one
 * or many at a time ({@link dev.quiverdb.vector.quantise.RabitqCodec}, {@link
 * dev.quiverdb.vector.quantise.ScalarCodec}, {@link dev.quiverdb.vector.quantise.HalfCodec}). The
 * README names the papers.
 */
@NullMarked
package dev.quiverdb.vector.quantise;

import org.jspecify.annotations.NullMarked;
