/**
 * Tests that need more than one room: the whole server through real clients, and the house's rules.
 */
@NullMarked
package dev.quiverdb.tests;

import org.jspecify.annotations.NullMarked;
