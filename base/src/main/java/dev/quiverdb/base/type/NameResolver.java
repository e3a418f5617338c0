package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;

/**
 * Names of catalog objects for the reg* types; the catalog implements it. Neither direction is
 * asked for a text that is a plain number.
 */
public interface NameResolver {
    /** Knows no names: input must be numeric, output is numeric. */
    NameResolver NONE =
            new NameResolver() {
                @Override
                public long resolve(Type type, String text) {
                    throw SqlException.notSupported(
                            type.name() + " values must be written as numbers here");
                }

                @Override
                public String name(Type type, long oid) {
                    return Long.toString(oid);
                }
            };

    /**
     * The OID that a text names.
     *
     * @param type regclass, regtype, regproc, regprocedure, regoper, regoperator, regnamespace,
     *     regrole, regcollation, regconfig or regdictionary
     * @throws SqlException where there is none, in PostgreSQL's words
     */
    long resolve(Type type, String text);

    /**
     * The text that names an OID, qualified and quoted where need be; the number if nothing has it.
     */
    String name(Type type, long oid);
}
