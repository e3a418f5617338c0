package dev.quiverdb.base.type;

/** The first half of the setting DateStyle: how dates and timestamps are printed. */
public enum DateStyle {
    ISO,
    SQL,
    POSTGRES,
    GERMAN
}
