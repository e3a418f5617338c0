package dev.quiverdb.base.type;

/** The second half of the setting DateStyle: how {@code 1/2/3} is read. */
public enum DateOrder {
    YMD,
    DMY,
    MDY
}
