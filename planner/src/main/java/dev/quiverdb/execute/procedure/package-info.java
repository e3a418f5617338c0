/**
 * Functions and procedures whose bodies are statements: {@link
 * dev.quiverdb.execute.procedure.Routines} runs them in the session, {@link
 * dev.quiverdb.execute.procedure.RoutineCalls} makes them functions like any other.
 */
@NullMarked
package dev.quiverdb.execute.procedure;

import org.jspecify.annotations.NullMarked;
