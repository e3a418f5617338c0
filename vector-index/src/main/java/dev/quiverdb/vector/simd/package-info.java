/**
 * Distances and code scans on {@code jdk.incubator.vector}; no other room sees that module.
 *
 * <p>Start at {@link dev.quiverdb.vector.simd.DistanceFunction} (what an index calls) and {@link
 * dev.quiverdb.vector.simd.Kernels} (the loops behind it). Every kernel has a scalar twin in {@code
 * ScalarKernels} that tests compare it with and that serves where the module is missing. All memory
 * a kernel touches is off-heap: a kernel whose call sites see heap and native segments loses half
 * its speed.
 */
@NullMarked
package dev.quiverdb.vector.simd;

import org.jspecify.annotations.NullMarked;
