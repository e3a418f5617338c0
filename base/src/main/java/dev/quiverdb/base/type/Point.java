package dev.quiverdb.base.type;

/** A value of point. */
public record Point(double x, double y) {}
