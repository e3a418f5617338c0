package dev.quiverdb.sql.parse;

/** The tree of one whole SQL statement. */
public sealed interface Command extends Ast permits Query, Dml, Ddl, Utility {}
