package dev.quiverdb.sql.catalog;

/** A row of pg_opclass. */
public record OperatorClass(
        int oid,
        int method,
        String name,
        int schema,
        int owner,
        int family,
        int inputType,
        boolean isDefault,
        int keyType) {
    static OperatorClass of(Facts.Row row) {
        return new OperatorClass(
                row.number("oid"),
                row.number("opcmethod"),
                row.text("opcname"),
                row.number("opcnamespace"),
                row.number("opcowner"),
                row.number("opcfamily"),
                row.number("opcintype"),
                row.flag("opcdefault"),
                row.number("opckeytype"));
    }

    /**
     * A row of pg_amop: an operator's seat in a family. {@code purpose} is {@code s} or {@code o}.
     */
    public record Member(
            int oid,
            int family,
            int left,
            int right,
            int strategy,
            char purpose,
            int operator,
            int method,
            int sortFamily) {
        static Member of(Facts.Row row) {
            return new Member(
                    row.number("oid"),
                    row.number("amopfamily"),
                    row.number("amoplefttype"),
                    row.number("amoprighttype"),
                    row.number("amopstrategy"),
                    row.letter("amoppurpose"),
                    row.number("amopopr"),
                    row.number("amopmethod"),
                    row.number("amopsortfamily"));
        }
    }

    /** A row of pg_amproc: a support function of a family. */
    public record Support(int oid, int family, int left, int right, int number, int function) {
        static Support of(Facts.Row row) {
            return new Support(
                    row.number("oid"),
                    row.number("amprocfamily"),
                    row.number("amproclefttype"),
                    row.number("amprocrighttype"),
                    row.number("amprocnum"),
                    row.number("amproc"));
        }
    }
}
