package dev.quiverdb.plan;

import dev.quiverdb.base.type.Type;

/**
 * One column that a plan node yields.
 *
 * @param qualifier the alias of the relation it comes from, empty where it is computed; for EXPLAIN
 */
public record OutputColumn(String qualifier, String name, Type type, int typmod) {
    public OutputColumn(String name, Type type, int typmod) {
        this("", name, type, typmod);
    }
}
