/**
 * Rows that do not fit in memory: sequential run files for sorts, hash joins and aggregates ({@link
 * dev.quiverdb.execute.spill.RunFile}), lists that begin in memory and go on in a file, and MapDB
 * maps for results that are read in any order ({@link dev.quiverdb.execute.spill.HeldRows}).
 */
@NullMarked
package dev.quiverdb.execute.spill;

import org.jspecify.annotations.NullMarked;
