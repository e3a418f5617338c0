package dev.quiverdb.storage.spill;

import dev.quiverdb.base.world.DamagedException;

/** A page of a temporary file is not what was written. */
public final class SpillDamagedException extends DamagedException {
    private static final long serialVersionUID = 1L;

    SpillDamagedException(String file, long page) {
        super(file, "temporary file \"%s\" is damaged in page %d".formatted(file, page));
    }
}
