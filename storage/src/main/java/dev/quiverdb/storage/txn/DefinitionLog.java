package dev.quiverdb.storage.txn;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.UniqueViolation;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.access.IndexKeys;
import dev.quiverdb.storage.access.RowSource;
import dev.quiverdb.storage.table.Layout;
import dev.quiverdb.storage.table.Tablet;
import dev.quiverdb.storage.table.TabletRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a transaction defines, and how tablets look to it. */
final class DefinitionLog {
    /** Own rows are read by stretches of so many row ids. */
    private static final long ROWS_AT_A_TIME = 1 << 16;

    private final Engine engine;
    private final List<Definition> steps = new ArrayList<>();

    /** Tablets that this transaction defines on; kept until its end. */
    private Map<Integer, TabletView> own = Map.of();

    /** Tablets that it only uses, the first of them apart; looked up anew in each statement. */
    private Map<Integer, TabletView> used = Map.of();

    private @Nullable TabletView firstUsed;

    private @Nullable TabletView last;

    DefinitionLog(Engine engine) {
        this.engine = engine;
    }

    boolean isEmpty() {
        return steps.isEmpty();
    }

    int size() {
        return steps.size();
    }

    List<Definition> steps() {
        return steps;
    }

    void forgetViews() {
        if (!used.isEmpty()) {
            used.values().removeIf(this::isOld);
        }
        var first = firstUsed;
        if (first != null && isOld(first)) {
            firstUsed = null;
        }
        last = null;
    }

    private boolean isOld(TabletView view) {
        var tablet = engine.tabletOrNull(view.tabletId());
        return tablet == null || !tablet.equals(view.tablet) || tablet.layout() != view.layout();
    }

    @Nullable Tablet tabletOrNull(int tabletId) {
        var view = viewOrNull(tabletId);
        return view == null ? null : view.tablet;
    }

    TabletView view(int tabletId) {
        var recent = last;
        if (recent != null && recent.tabletId() == tabletId) {
            return recent;
        }
        var view = viewOrNull(tabletId);
        if (view == null || isDropped(tabletId)) {
            throw SqlException.internal("there is no tablet " + tabletId);
        }
        last = view;
        return view;
    }

    private Map<Integer, TabletView> owned() {
        if (own.isEmpty()) {
            own = new HashMap<>();
        }
        return own;
    }

    private @Nullable TabletView viewOrNull(int tabletId) {
        var view = own.isEmpty() ? null : own.get(tabletId);
        if (view == null) {
            view = usedOrNull(tabletId);
        }
        if (view == null) {
            var tablet = engine.tabletOrNull(tabletId);
            if (tablet == null) {
                return null;
            }
            view = new TabletView(tablet, tablet.layout(), false);
            use(view);
        }
        return view;
    }

    private @Nullable TabletView usedOrNull(int tabletId) {
        var first = firstUsed;
        if (first != null && first.tabletId() == tabletId) {
            return first;
        }
        return used.isEmpty() ? null : used.get(tabletId);
    }

    /** Most transactions that are short use one tablet. */
    private void use(TabletView view) {
        if (firstUsed == null) {
            firstUsed = view;
            return;
        }
        if (used.isEmpty()) {
            used = new HashMap<>();
        }
        used.put(view.tabletId(), view);
    }

    /** The view of a tablet, also of one that this transaction dropped. */
    TabletView anyView(int tabletId) {
        var view = viewOrNull(tabletId);
        if (view == null) {
            throw SqlException.internal("there is no tablet " + tabletId);
        }
        return view;
    }

    boolean isDropped(int tabletId) {
        for (var step : steps) {
            if (step instanceof Definition.DropTablet(int id) && id == tabletId) {
                return true;
            }
        }
        return false;
    }

    /** The view, to be changed by this transaction. */
    private TabletView toDefine(int tabletId) {
        var view = view(tabletId);
        var first = firstUsed;
        if (first != null && first.tabletId() == tabletId) {
            firstUsed = null;
        } else if (!used.isEmpty()) {
            used.remove(tabletId);
        }
        owned().put(tabletId, view);
        return view;
    }

    List<TabletSpec> tablets() {
        var all = new TreeMap<Integer, TabletSpec>();
        for (var tablet : engine.allTablets()) {
            all.put(tablet.tabletId(), tablet.layout().spec());
        }
        for (var view : own.values()) {
            all.put(view.tabletId(), view.layout().spec());
        }
        all.keySet().removeIf(this::isDropped);
        return List.copyOf(all.values());
    }

    void createTablet(TabletSpec spec) {
        if (engine.tabletOrNull(spec.tabletId()) != null || own.containsKey(spec.tabletId())) {
            throw SqlException.internal("tablet " + spec.tabletId() + " exists");
        }
        engine.usesTabletId(spec.tabletId());
        var tablet = engine.newTablet(spec);
        for (var index : spec.indexes()) {
            engine.method(index.method()).validate(tablet.context(index));
        }
        owned().put(spec.tabletId(), new TabletView(tablet, tablet.layout(), true));
        steps.add(new Definition.CreateTablet(spec));
        last = null;
    }

    void dropTablet(int tabletId) {
        toDefine(tabletId);
        steps.add(new Definition.DropTablet(tabletId));
        last = null;
    }

    void alterTablet(TabletSpec spec) {
        var view = toDefine(spec.tabletId());
        view.setLayout(view.layout().alter(spec));
        steps.add(new Definition.AlterTablet(spec));
    }

    void createIndex(
            SessionTransaction transaction, int tabletId, IndexSpec index, BuildProgress progress) {
        var view = toDefine(tabletId);
        var next = view.layout().withSpec(view.layout().spec().withIndex(index));
        var context = view.tablet.context(next.spec(), index);
        var method = engine.method(index.method());
        method.validate(context);
        AccessIndex built = null;
        if (!view.created || engine.isHidden(tabletId)) {
            var rows = new TabletRows(view.tablet, view.layout(), index, transaction.latest());
            built = method.build(context, rows, progress);
        } else {
            var writes = transaction.writes.tabletOrNull(tabletId);
            method.announce(context, writes == null ? 0 : writes.size(), progress);
        }
        try {
            if (index.isBtree()) {
                addOwnRows(transaction, view, next, index);
                if (index.unique()) {
                    checkUnique(transaction, view, next, index);
                }
            }
        } catch (Throwable cause) {
            discard(built);
            throw cause;
        }
        if (built != null) {
            view.built(index.indexId(), built);
        }
        view.setLayout(next);
        steps.add(new Definition.CreateIndex(tabletId, index, built));
    }

    private void addOwnRows(
            SessionTransaction transaction, TabletView view, Layout layout, IndexSpec index) {
        var writes = transaction.writes.tabletOrNull(view.tabletId());
        if (writes == null) {
            return;
        }
        var keys = new IndexKeys(layout.spec(), index);
        var found = new ArrayList<WriteSet.OwnKey>();
        for (long from = 0; from <= writes.lastRow(); from += ROWS_AT_A_TIME) {
            // By the stretch: all at once may be too many, and keys push rows out of memory.
            for (var version : writes.in(from, from + ROWS_AT_A_TIME)) {
                if (version.isLive()) {
                    var row = rowOf(version, layout);
                    if (keys.belongs(row)) {
                        found.add(new WriteSet.OwnKey(keys.key(row), version.rowId));
                    }
                }
            }
            found.forEach(key -> writes.addKey(index.indexId(), key));
            found.clear();
        }
    }

    private static TabletView.Values rowOf(WriteSet.Version version, Layout layout) {
        @Nullable Object[] values = new Object[layout.columnCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = version.value(layout, i);
        }
        return new TabletView.Values(layout, values);
    }

    /** Looks for two rows with the same key among the committed ones and the own ones. */
    private void checkUnique(
            SessionTransaction transaction, TabletView view, Layout layout, IndexSpec index) {
        var keys = new IndexKeys(layout.spec(), index);
        var found = new ArrayList<WriteSet.OwnKey>();
        var writes = transaction.writes.tabletOrNull(view.tabletId());
        var source = new TabletRows(view.tablet, view.layout(), index, transaction.latest());
        for (int stripe = 0; stripe < source.stripes(); stripe++) {
            RowSource.Visitor visitor =
                    (rowId, row) -> {
                        boolean hidden = writes != null && writes.has(rowId);
                        if (!hidden && keys.belongs(row) && !keys.isDistinct(row)) {
                            found.add(new WriteSet.OwnKey(keys.key(row), rowId));
                        }
                    };
            source.visit(stripe, visitor);
        }
        if (writes != null) {
            writes.forEach(version -> {
                if (version.isLive()) {
                    var row = rowOf(version, layout);
                    if (keys.belongs(row) && !keys.isDistinct(row)) {
                        found.add(new WriteSet.OwnKey(keys.key(row), version.rowId));
                    }
                }
            });
        }
        found.sort(null);
        for (int i = 1; i < found.size(); i++) {
            if (Arrays.equals(found.get(i - 1).key(), found.get(i).key())) {
                long rowId = found.get(i).rowId();
                @Nullable Object[] values = new Object[layout.columnCount()];
                transaction.fetchLatest(view.tabletId(), rowId, layout.spec().columnIds(), values);
                var row = new TabletView.Values(layout, values);
                throw new UniqueViolation(
                        view.tabletId(), index.indexId(), rowId, keys.values(row));
            }
        }
    }

    void dropIndex(int tabletId, int indexId) {
        var view = toDefine(tabletId);
        steps.add(new Definition.DropIndex(tabletId, indexId));
        view.setLayout(view.layout().withSpec(view.layout().spec().withoutIndex(indexId)));
    }

    /** Takes back definitions after the first {@code keep}. */
    void truncate(int keep) {
        if (steps.size() == keep) {
            return;
        }
        for (var step : steps.subList(keep, steps.size())) {
            if (step instanceof Definition.CreateIndex(int _, var _, var built)) {
                discard(built);
            }
        }
        steps.subList(keep, steps.size()).clear();
        last = null;
        var before = own;
        own = new HashMap<>();
        for (var step : steps) {
            replay(step, before);
        }
    }

    /** Makes the views again that the steps that stay had made. */
    private void replay(Definition step, Map<Integer, TabletView> before) {
        int tabletId = step.tabletId();
        var old = before.get(tabletId);
        if (old == null) {
            throw new IllegalStateException("A definition has no view.");
        }
        if (step instanceof Definition.CreateTablet(var spec)) {
            // A bulk load may have given the tablet indexes that came after the savepoint.
            var layout = old.tablet.layout().withSpec(spec);
            own.put(tabletId, new TabletView(old.tablet, layout, true));
            return;
        }
        var view =
                own.computeIfAbsent(
                        tabletId, _ -> new TabletView(old.tablet, old.tablet.layout(), false));
        var layout = view.layout();
        switch (step) {
            case Definition.AlterTablet(var spec) -> view.setLayout(layout.alter(spec));
            case Definition.CreateIndex(int _, var index, var built) -> {
                view.setLayout(layout.withSpec(layout.spec().withIndex(index)));
                if (built != null) {
                    view.built(index.indexId(), built);
                }
            }
            case Definition.DropIndex(int _, int indexId) ->
                    view.setLayout(layout.withSpec(layout.spec().withoutIndex(indexId)));
            case Definition.DropTablet _, Definition.CreateTablet _ -> {}
        }
    }

    private void discard(@Nullable AccessIndex built) {
        if (built != null) {
            engine.discard(built);
        }
    }
}
