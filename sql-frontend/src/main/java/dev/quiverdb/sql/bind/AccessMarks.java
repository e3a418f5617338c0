package dev.quiverdb.sql.bind;

import dev.quiverdb.sql.catalog.Relation;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;

/** A {@link RelationAccess} in the making: the binder marks what it meets. */
final class AccessMarks {
    private final Relation relation;
    private final int role;
    private final Set<Character> privileges = new LinkedHashSet<>();
    private final Set<Integer> selected = new TreeSet<>();
    private final Set<Integer> inserted = new TreeSet<>();
    private final Set<Integer> updated = new TreeSet<>();

    AccessMarks(Relation relation, int role) {
        this.relation = relation;
        this.role = role;
    }

    void require(char privilege) {
        privileges.add(privilege);
    }

    /** A column by its position among the live ones; behind them stand system columns. */
    void select(int position) {
        require('r');
        var live = relation.liveColumns();
        selected.add(position < live.size() ? live.get(position).number() : RelationAccess.WHOLE);
    }

    void selectNumber(int column) {
        require('r');
        selected.add(column);
    }

    void insert(int column) {
        require('a');
        inserted.add(column);
    }

    void update(int column) {
        require('w');
        updated.add(column);
    }

    RelationAccess done() {
        var letters = new StringBuilder();
        privileges.forEach(letters::append);
        return new RelationAccess(relation, role, letters.toString(), selected, inserted, updated);
    }
}
