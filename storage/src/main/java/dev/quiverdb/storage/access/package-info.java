/**
 * The door through which index methods plug in, as PostgreSQL's IndexAmRoutine: what an access
 * method promises and what it is given. The ordered index is its first tenant; vector indexes come
 * from another module. Start reading at {@link dev.quiverdb.storage.access.AccessMethod}.
 */
@NullMarked
package dev.quiverdb.storage.access;

import org.jspecify.annotations.NullMarked;
