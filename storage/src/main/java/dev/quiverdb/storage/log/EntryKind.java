package dev.quiverdb.storage.log;

/** What an entry is for; the code is what stands in the file. */
public enum EntryKind {
    /** A committed transaction: its write set, or the chunks that hold it. */
    COMMIT(1),
    /** A part of a large write set; means nothing until an entry names it. */
    CHUNK(2),
    /** A transaction made ready for two-phase commit, with its locks. */
    PREPARE(3),
    /** A prepared transaction's commit. */
    COMMIT_PREPARED(4),
    /** The end without effect of a prepared or a chunked transaction. */
    ABORT(5),
    /** A change outside transactions, such as a sequence's reservation. */
    MUTATION(6),
    /** Nothing; moves the index on. */
    NOTHING(7),
    /** A part of a bulk load: applied at once, hidden until its transaction's end. */
    BULK(8);

    private final int code;

    EntryKind(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static EntryKind ofCode(int code) {
        for (var kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        throw new IllegalArgumentException("log entry kind " + code);
    }

    static boolean isKnown(int code) {
        return code >= COMMIT.code && code <= BULK.code;
    }
}
