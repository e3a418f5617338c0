package dev.quiverdb.sql.bind;

import dev.quiverdb.base.type.NameResolver;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.sql.bind.ddl.DdlBinder;
import dev.quiverdb.sql.bind.ddl.DdlResult;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogNames;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.sql.parse.Ddl;
import dev.quiverdb.sql.parse.Parser;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.calcite.plan.RelOptUtil;

/** A session without server: DDL changes its catalog, everything else is bound against it. */
public final class BindSession {
    private final AtomicInteger oids = new AtomicInteger(20_000);
    private Catalog catalog = Catalog.initial();

    public BindSession() {
        define("CREATE EXTENSION vector");
    }

    public Catalog catalog() {
        return catalog;
    }

    public BindContext context() {
        var now = catalog;
        var path = SearchPath.standard(now);
        var names = new CatalogNames(now, path);
        var types =
                new TypeContext() {
                    @Override
                    public NameResolver names() {
                        return names;
                    }

                    @Override
                    public Type type(int oid) {
                        return now.type(oid);
                    }
                };
        return new BindContext(
                now, path, types, 10, "postgres", oids::getAndIncrement, notice -> {}, name -> "");
    }

    /** Runs a DDL statement against the catalog. */
    public DdlResult define(String sql) {
        var result = DdlBinder.bind((Ddl) Parser.parse(sql).getFirst().node(), context(), sql);
        catalog = result.after();
        return result;
    }

    public BoundStatement.Rows rows(String sql) {
        return (BoundStatement.Rows)
                Binder.bind(Parser.parse(sql).getFirst().node(), context(), List.of());
    }

    /** The bound tree as text. */
    public String tree(String sql) {
        return RelOptUtil.toString(rows(sql).rel());
    }
}
