package dev.quiverdb.plan;

/**
 * A plan, and what is to be gained by making it anew when it is run.
 *
 * @param fails something constant in it cannot be worked out: who runs it shall plan it with the
 *     values known, which says what is wrong
 * @param valuesMatter conditions would be simpler ones, perhaps ones that an index answers, if the
 *     parameters' values were known
 */
public record Planned(Plan plan, boolean fails, boolean valuesMatter) {}
