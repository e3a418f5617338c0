package dev.quiverdb.sql.parse;

/** Statements that define, alter and drop objects. */
public sealed interface Ddl extends Command permits TableDdl, ObjectDdl, RoleDdl {

    /** WITH [NO] DATA as written. */
    enum WithData {
        DEFAULT,
        DATA,
        NO_DATA
    }
}
