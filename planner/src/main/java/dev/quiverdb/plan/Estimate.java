package dev.quiverdb.plan;

/**
 * What the planner expects of a node: cost up to the first and the last row, rows, bytes per row.
 */
public record Estimate(double startupCost, double totalCost, double rows, int widthBytes) {
    public static final Estimate UNKNOWN = new Estimate(0, 0, 1, 0);
}
