package dev.quiverdb.vector.graph;

/** How a search meets its filter; chosen at run time. */
public enum SearchMode {
    /** The walk is that of an unfiltered search; the filter decides about results. */
    GATED,
    /** The walk goes through admitted vectors only, looking behind rejected neighbours. */
    ADMITTED_ONLY,
    /** Every admitted vector is compared. */
    EXACT_FEW,
    /** The walk found too few; all vectors are put in order and tested until enough pass. */
    EXACT_REST
}
