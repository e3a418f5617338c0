package dev.quiverdb.sql.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An extension that CREATE EXTENSION knows; its objects are facts in a directory of its name, and
 * are there while it is installed.
 *
 * @param trusted whether those who may create in the database may install it
 * @param schema where it must be installed; null for anywhere
 */
public record AvailableExtension(
        String name,
        String release,
        boolean trusted,
        boolean relocatable,
        @Nullable String schema,
        String comment) {
    /** All of them, by name. */
    public static final List<AvailableExtension> ALL =
            List.of(
                    new AvailableExtension(
                            "hstore",
                            "1.8",
                            true,
                            true,
                            null,
                            "data type for storing sets of (key, value) pairs"),
                    new AvailableExtension(
                            "plpgsql",
                            "1.0",
                            true,
                            false,
                            "pg_catalog",
                            "PL/pgSQL procedural language"),
                    new AvailableExtension(
                            "uuid-ossp",
                            "1.1",
                            true,
                            true,
                            null,
                            "generate universally unique identifiers (UUIDs)"),
                    new AvailableExtension(
                            "vector",
                            Extension.VECTOR_RELEASE,
                            true,
                            true,
                            null,
                            "vector data type and ivfflat and hnsw access methods"));

    /** The one of this name; null if there is none. */
    public static @Nullable AvailableExtension named(String name) {
        for (var extension : ALL) {
            if (extension.name().equals(name)) {
                return extension;
            }
        }
        return null;
    }
}
