/**
 * Admission: which vectors a search may return.
 *
 * <p>Visibility to the snapshot, row-level security and the WHERE clause meet in one {@link
 * dev.quiverdb.vector.filter.Admission}, which every traversal asks before a vector can become a
 * result. Start at {@code Admission}; it is all ({@code Everything}), a known set ({@code
 * VecIdBitmap}) or a test that must be run ({@code AdmissionTest}). This room knows no other.
 */
@NullMarked
package dev.quiverdb.vector.filter;

import org.jspecify.annotations.NullMarked;
