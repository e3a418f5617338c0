/**
 * The graph index: hierarchical navigable small worlds (Malkov and Yashunin, 2016) over vectors
 * that live elsewhere.
 *
 * <p>Start at {@code HnswIndex}: an exact tail of vectors that are not linked yet, a {@code
 * HnswGraph} of those that are, and the choice of how a filtered search runs. {@code Traversal} is
 * the walk itself, {@code GraphState} the blocks that hold rows of neighbours. The room knows
 * vectors only through {@code VectorSpace}, durable memory only through {@code GraphBlocks}, and
 * filters through {@code vector.filter}. The README beside the code has the paper, the invariants
 * and what was tried.
 */
@NullMarked
package dev.quiverdb.vector.graph;

import org.jspecify.annotations.NullMarked;
