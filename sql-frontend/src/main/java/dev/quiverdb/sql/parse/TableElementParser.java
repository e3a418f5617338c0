package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Columns and constraints of tables and domains, options, partitions. */
abstract class TableElementParser extends UtilityParser {

    TableElementParser(Tokens tokens) {
        super(tokens);
    }

    /** {@code OptTemp}. */
    final RangeVar.Persistence persistence() {
        if (isAny(Token.TEMPORARY, Token.TEMP)) {
            at++;
            return RangeVar.Persistence.TEMPORARY;
        }
        if (isAny(Token.LOCAL, Token.GLOBAL)) {
            at++;
            if (!accept(Token.TEMPORARY)) {
                expect(Token.TEMP);
            }
            return RangeVar.Persistence.TEMPORARY;
        }
        return accept(Token.UNLOGGED)
                ? RangeVar.Persistence.UNLOGGED
                : RangeVar.Persistence.PERMANENT;
    }

    /** {@code TableElement}. */
    final TableElement tableElement() {
        var start = offset();
        if (accept(Token.LIKE)) {
            var relation = qualifiedName();
            return new TableElement.Like(span(start), relation, likeOptions());
        }
        return isTableConstraint() ? tableConstraint() : column();
    }

    /** {@code TypedTableElement}. */
    final TableElement typedTableElement() {
        if (isTableConstraint()) {
            return tableConstraint();
        }
        var start = offset();
        var name = columnId();
        accept(Token.WITH, Token.OPTIONS);
        return columnTail(start, name, null, null, List.of());
    }

    private boolean isTableConstraint() {
        return switch (kind()) {
            case CONSTRAINT, CHECK, UNIQUE, PRIMARY, FOREIGN -> true;
            case EXCLUDE -> kind(1) == Token.USING || kind(1) == Token.LPAREN;
            default -> false;
        };
    }

    private List<TableElement.LikeOption> likeOptions() {
        var chosen = EnumSet.noneOf(TableElement.LikeOption.class);
        while (isAny(Token.INCLUDING, Token.EXCLUDING)) {
            var include = is(Token.INCLUDING);
            at++;
            var options = likeOption();
            if (include) {
                chosen.addAll(options);
            } else {
                chosen.removeAll(options);
            }
        }
        return List.copyOf(chosen);
    }

    private EnumSet<TableElement.LikeOption> likeOption() {
        var option =
                switch (kind()) {
                    case ALL -> null;
                    case COMMENTS -> TableElement.LikeOption.COMMENTS;
                    case COMPRESSION -> TableElement.LikeOption.COMPRESSION;
                    case CONSTRAINTS -> TableElement.LikeOption.CONSTRAINTS;
                    case DEFAULTS -> TableElement.LikeOption.DEFAULTS;
                    case IDENTITY -> TableElement.LikeOption.IDENTITY;
                    case GENERATED -> TableElement.LikeOption.GENERATED;
                    case INDEXES -> TableElement.LikeOption.INDEXES;
                    case STATISTICS -> TableElement.LikeOption.STATISTICS;
                    case STORAGE -> TableElement.LikeOption.STORAGE;
                    default -> throw fail();
                };
        at++;
        return option == null ? EnumSet.allOf(TableElement.LikeOption.class) : EnumSet.of(option);
    }

    /** {@code columnDef}. */
    final TableElement.Column column() {
        var start = offset();
        var name = columnId();
        var type = typeName();
        String compression = null;
        if (accept(Token.COMPRESSION)) {
            compression = accept(Token.DEFAULT) ? "default" : columnId();
        }
        var options = genericOptions();
        return columnTail(start, name, type, compression, options);
    }

    /** {@code create_generic_options}. */
    final List<Clause.Option> genericOptions() {
        return accept(Token.OPTIONS) ? parenthesized(this::genericOption) : List.of();
    }

    private Clause.Option genericOption() {
        var start = offset();
        var name = label();
        var value = stringLiteral(expect(Token.SCONST));
        return option(start, name, value);
    }

    /** {@code alter_generic_options}, at OPTIONS. */
    final List<Clause.Option> alterGenericOptions() {
        expect(Token.OPTIONS);
        return parenthesized(this::alterGenericOption);
    }

    private Clause.Option alterGenericOption() {
        var start = offset();
        var action = Clause.OptionAction.UNSPECIFIED;
        if (kind(1) != Token.SCONST) {
            action =
                    switch (kind()) {
                        case SET -> Clause.OptionAction.SET;
                        case ADD -> Clause.OptionAction.ADD;
                        case DROP -> Clause.OptionAction.DROP;
                        default -> Clause.OptionAction.UNSPECIFIED;
                    };
        }
        if (action != Clause.OptionAction.UNSPECIFIED) {
            at++;
        }
        var name = label();
        var value = action == Clause.OptionAction.DROP ? null : stringLiteral(expect(Token.SCONST));
        return new Clause.Option(span(start), null, name, value, action);
    }

    private TableElement.Column columnTail(
            int start,
            String name,
            @Nullable TypeName type,
            @Nullable String compression,
            List<Clause.Option> options) {
        var collation = new ArrayList<String>();
        var constraints = qualifiers(collation);
        return new TableElement.Column(
                span(start), name, type, compression, options, constraints, collation, null);
    }

    /**
     * {@code ColQualList}: constraints, and at most one COLLATE, which goes into the list given.
     */
    final List<TableElement.Constraint> qualifiers(List<String> collation) {
        var constraints = new ArrayList<TableElement.Constraint>();
        var secondCollation = -1;
        while (true) {
            var start = offset();
            if (accept(Token.COLLATE)) {
                if (!collation.isEmpty() && secondCollation < 0) {
                    secondCollation = start;
                }
                var name = anyName();
                if (secondCollation < 0) {
                    collation.addAll(name);
                }
                continue;
            }
            var constraint = columnConstraint();
            if (constraint == null) {
                break;
            }
            constraints.add(constraint);
        }
        if (secondCollation >= 0) {
            throw syntax("multiple COLLATE clauses not allowed", secondCollation);
        }
        return constraints;
    }

    /** A constraint while its parts are read. */
    private static final class Draft {
        private @Nullable String name;
        private TableElement.ConstraintKind kind = TableElement.ConstraintKind.CHECK;
        private @Nullable Expr expression;
        private boolean generatedAlways;
        private List<Clause.Option> sequenceOptions = List.of();
        private List<String> keys = List.of();
        private List<String> including = List.of();
        private boolean nullsNotDistinct;
        private List<TableElement.ExclusionElement> exclusions = List.of();
        private @Nullable String accessMethod;
        private @Nullable Expr where;
        private List<Clause.Option> options = List.of();
        private @Nullable String indexName;
        private @Nullable String indexSpace;
        private TableElement.@Nullable ForeignKey foreignKey;
        private boolean deferrable;
        private boolean initiallyDeferred;
        private boolean notValid;
        private boolean noInherit;
    }

    private TableElement.Constraint made(Draft draft, int start) {
        return new TableElement.Constraint(
                span(start),
                draft.name,
                draft.kind,
                draft.expression,
                draft.generatedAlways,
                draft.sequenceOptions,
                draft.keys,
                draft.including,
                draft.nullsNotDistinct,
                draft.exclusions,
                draft.accessMethod,
                draft.where,
                draft.options,
                draft.indexName,
                draft.indexSpace,
                draft.foreignKey,
                draft.deferrable,
                draft.initiallyDeferred,
                draft.notValid,
                draft.noInherit);
    }

    private TableElement.@Nullable Constraint columnConstraint() {
        var start = offset();
        var draft = new Draft();
        if (accept(Token.CONSTRAINT)) {
            draft.name = columnId();
            switch (kind()) {
                case NOT, NULL, UNIQUE, PRIMARY, CHECK, DEFAULT, GENERATED, REFERENCES -> {}
                default -> throw fail();
            }
        }
        switch (kind()) {
            case NOT -> {
                at++;
                if (draft.name == null && accept(Token.DEFERRABLE)) {
                    draft.kind = TableElement.ConstraintKind.ATTR_NOT_DEFERRABLE;
                } else {
                    expect(Token.NULL);
                    draft.kind = TableElement.ConstraintKind.NOT_NULL;
                }
            }
            case NULL -> {
                at++;
                draft.kind = TableElement.ConstraintKind.NULL;
            }
            case DEFERRABLE -> {
                at++;
                draft.kind = TableElement.ConstraintKind.ATTR_DEFERRABLE;
            }
            case INITIALLY -> {
                at++;
                if (accept(Token.DEFERRED)) {
                    draft.kind = TableElement.ConstraintKind.ATTR_DEFERRED;
                } else {
                    expect(Token.IMMEDIATE);
                    draft.kind = TableElement.ConstraintKind.ATTR_IMMEDIATE;
                }
            }
            case UNIQUE -> {
                at++;
                draft.kind = TableElement.ConstraintKind.UNIQUE;
                draft.nullsNotDistinct = nullsNotDistinct();
                indexParameters(draft);
            }
            case PRIMARY -> {
                at++;
                expect(Token.KEY);
                draft.kind = TableElement.ConstraintKind.PRIMARY_KEY;
                indexParameters(draft);
            }
            case CHECK -> {
                at++;
                draft.expression = singleOfParens();
                draft.noInherit = accept(Token.NO, Token.INHERIT);
            }
            case DEFAULT -> {
                at++;
                draft.kind = TableElement.ConstraintKind.DEFAULT;
                draft.expression = restrictedExpression();
            }
            case GENERATED -> generated(draft);
            case REFERENCES -> {
                draft.kind = TableElement.ConstraintKind.FOREIGN_KEY;
                draft.foreignKey = references(List.of());
            }
            default -> {
                return null;
            }
        }
        return made(draft, start);
    }

    private void generated(Draft draft) {
        at++;
        var offset = offset();
        draft.generatedAlways = generatedWhen();
        expect(Token.AS);
        if (accept(Token.IDENTITY)) {
            draft.kind = TableElement.ConstraintKind.IDENTITY;
            draft.sequenceOptions = parenthesizedSequenceOptions();
            return;
        }
        draft.kind = TableElement.ConstraintKind.GENERATED;
        draft.expression = singleOfParens();
        expect(Token.STORED);
        if (!draft.generatedAlways) {
            throw syntax("for a generated column, GENERATED ALWAYS must be specified", offset);
        }
    }

    /** {@code generated_when}; true for ALWAYS. */
    final boolean generatedWhen() {
        if (accept(Token.ALWAYS)) {
            return true;
        }
        expect(Token.BY, Token.DEFAULT);
        return false;
    }

    final List<Clause.Option> parenthesizedSequenceOptions() {
        if (!accept(Token.LPAREN)) {
            return List.of();
        }
        var options = sequenceOptions();
        if (options.isEmpty()) {
            throw fail();
        }
        expect(Token.RPAREN);
        return options;
    }

    /** {@code opt_unique_null_treatment}. */
    final boolean nullsNotDistinct() {
        if (!accept(Token.NULLS)) {
            return false;
        }
        var not = accept(Token.NOT);
        expect(Token.DISTINCT);
        return not;
    }

    private void indexParameters(Draft draft) {
        if (accept(Token.WITH)) {
            draft.options = definition();
        }
        if (accept(Token.USING)) {
            expect(Token.INDEX, Token.TABLESPACE);
            draft.indexSpace = columnId();
        }
    }

    /** {@code definition}. */
    final List<Clause.Option> definition() {
        return parenthesized(this::definitionElement);
    }

    private Clause.Option definitionElement() {
        var start = offset();
        var name = label();
        var value = accept(Token.EQ) ? definitionArgument() : null;
        return option(start, name, value);
    }

    /** At REFERENCES. */
    private TableElement.ForeignKey references(List<String> columns) {
        var start = offset();
        expect(Token.REFERENCES);
        var table = qualifiedName();
        var referenced = optionalColumns();
        var match = matchType();
        TableElement.KeyAction onUpdate = null;
        TableElement.KeyAction onDelete = null;
        var deleteColumns = new ArrayList<String>();
        while (is(Token.ON)) {
            var actionStart = offset();
            var update = kind(1) == Token.UPDATE;
            var free = update ? onUpdate == null : onDelete == null;
            at++;
            if (!free || (!update && !is(Token.DELETE))) {
                throw fail();
            }
            at++;
            if (update) {
                onUpdate = updateAction(actionStart);
            } else {
                onDelete = keyAction(deleteColumns);
            }
        }
        var none = TableElement.KeyAction.NO_ACTION;
        return new TableElement.ForeignKey(
                span(start),
                table,
                columns,
                referenced,
                match,
                onUpdate == null ? none : onUpdate,
                onDelete == null ? none : onDelete,
                deleteColumns);
    }

    private TableElement.KeyAction updateAction(int start) {
        var columns = new ArrayList<String>();
        var action = keyAction(columns);
        if (!columns.isEmpty()) {
            var name = action == TableElement.KeyAction.SET_NULL ? "SET NULL" : "SET DEFAULT";
            throw error(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "a column list with " + name + " is only supported for ON DELETE actions",
                    start);
        }
        return action;
    }

    private TableElement.MatchType matchType() {
        var start = offset();
        if (!accept(Token.MATCH)) {
            return TableElement.MatchType.SIMPLE;
        }
        if (accept(Token.FULL)) {
            return TableElement.MatchType.FULL;
        }
        if (accept(Token.PARTIAL)) {
            throw error(SqlState.FEATURE_NOT_SUPPORTED, "MATCH PARTIAL not yet implemented", start);
        }
        expect(Token.SIMPLE);
        return TableElement.MatchType.SIMPLE;
    }

    private TableElement.KeyAction keyAction(List<String> columns) {
        if (accept(Token.NO, Token.ACTION)) {
            return TableElement.KeyAction.NO_ACTION;
        }
        if (accept(Token.RESTRICT)) {
            return TableElement.KeyAction.RESTRICT;
        }
        if (accept(Token.CASCADE)) {
            return TableElement.KeyAction.CASCADE;
        }
        expect(Token.SET);
        var setNull = accept(Token.NULL);
        if (!setNull) {
            expect(Token.DEFAULT);
        }
        columns.addAll(optionalColumns());
        return setNull ? TableElement.KeyAction.SET_NULL : TableElement.KeyAction.SET_DEFAULT;
    }

    /** {@code TableConstraint}. */
    final TableElement.Constraint tableConstraint() {
        var start = offset();
        var draft = new Draft();
        if (accept(Token.CONSTRAINT)) {
            draft.name = columnId();
        }
        switch (kind()) {
            case CHECK -> {
                at++;
                draft.expression = singleOfParens();
                attributes(draft, "CHECK", false, true, true);
            }
            case UNIQUE -> {
                at++;
                draft.kind = TableElement.ConstraintKind.UNIQUE;
                if (is(Token.USING)) {
                    existingIndex(draft);
                } else {
                    draft.nullsNotDistinct = nullsNotDistinct();
                    keys(draft);
                }
                attributes(draft, "UNIQUE", true, false, false);
            }
            case PRIMARY -> {
                at++;
                expect(Token.KEY);
                draft.kind = TableElement.ConstraintKind.PRIMARY_KEY;
                if (is(Token.USING)) {
                    existingIndex(draft);
                } else {
                    keys(draft);
                }
                attributes(draft, "PRIMARY KEY", true, false, false);
            }
            case EXCLUDE -> {
                at++;
                draft.kind = TableElement.ConstraintKind.EXCLUSION;
                draft.accessMethod = accept(Token.USING) ? columnId() : "btree";
                draft.exclusions = parenthesized(this::exclusionElement);
                if (accept(Token.INCLUDE)) {
                    draft.including = parenthesized(this::columnId);
                }
                indexParameters(draft);
                if (accept(Token.WHERE)) {
                    draft.where = singleOfParens();
                }
                attributes(draft, "EXCLUDE", true, false, false);
            }
            case FOREIGN -> {
                at++;
                expect(Token.KEY);
                draft.kind = TableElement.ConstraintKind.FOREIGN_KEY;
                var columns = parenthesized(this::columnId);
                draft.foreignKey = references(columns);
                attributes(draft, "FOREIGN KEY", true, true, false);
            }
            default -> throw fail();
        }
        return made(draft, start);
    }

    private void existingIndex(Draft draft) {
        expect(Token.USING, Token.INDEX);
        draft.indexName = columnId();
    }

    private void keys(Draft draft) {
        draft.keys = parenthesized(this::columnId);
        if (accept(Token.INCLUDE)) {
            draft.including = parenthesized(this::columnId);
        }
        indexParameters(draft);
    }

    private TableElement.ExclusionElement exclusionElement() {
        var start = offset();
        var element = indexElement();
        expect(Token.WITH);
        List<String> operator;
        if (is(Token.OPERATOR, Token.LPAREN)) {
            operator = operatorNameOrToken();
        } else {
            operator = anyOperator();
        }
        return new TableElement.ExclusionElement(span(start), element, operator);
    }

    /** {@code ConstraintAttributeSpec}, and whether this kind of constraint may have each. */
    private void attributes(
            Draft draft,
            String type,
            boolean mayDefer,
            boolean mayBeInvalid,
            boolean mayNoInherit) {
        var read = attributes();
        if ((read.deferrable() || read.deferred()) && !mayDefer) {
            throw notMarked(type, "DEFERRABLE");
        }
        if (read.notValid() && !mayBeInvalid) {
            throw notMarked(type, "NOT VALID");
        }
        if (read.noInherit() && !mayNoInherit) {
            throw notMarked(type, "NO INHERIT");
        }
        draft.deferrable = read.deferrable() || read.deferred();
        draft.initiallyDeferred = read.deferred();
        draft.notValid = read.notValid();
        draft.noInherit = read.noInherit();
    }

    static SqlException notMarked(String type, String attribute) {
        return new SqlException(
                SqlState.FEATURE_NOT_SUPPORTED,
                type + " constraints cannot be marked " + attribute);
    }

    /** What a constraint's attributes say. */
    record Attributes(boolean deferrable, boolean deferred, boolean notValid, boolean noInherit) {}

    /** {@code ConstraintAttributeSpec}. */
    final Attributes attributes() {
        var deferrable = false;
        var notDeferrable = false;
        var deferred = false;
        var immediate = false;
        var notValid = false;
        var noInherit = false;
        while (true) {
            var start = offset();
            switch (kind()) {
                case NOT -> {
                    at++;
                    if (accept(Token.VALID)) {
                        notValid = true;
                    } else {
                        expect(Token.DEFERRABLE);
                        notDeferrable = true;
                    }
                }
                case DEFERRABLE -> {
                    at++;
                    deferrable = true;
                }
                case INITIALLY -> {
                    at++;
                    if (accept(Token.DEFERRED)) {
                        deferred = true;
                    } else {
                        expect(Token.IMMEDIATE);
                        immediate = true;
                    }
                }
                case NO -> {
                    at++;
                    expect(Token.INHERIT);
                    noInherit = true;
                }
                default -> {
                    return new Attributes(deferrable, deferred, notValid, noInherit);
                }
            }
            if (notDeferrable && deferred) {
                throw syntax("constraint declared INITIALLY DEFERRED must be DEFERRABLE", start);
            }
            if ((notDeferrable && deferrable) || (deferred && immediate)) {
                throw syntax("conflicting constraint properties", start);
            }
        }
    }

    /** {@code SeqOptList}, possibly empty. */
    final List<Clause.Option> sequenceOptions() {
        var options = new ArrayList<Clause.Option>();
        while (true) {
            var option = sequenceOption();
            if (option == null) {
                return options;
            }
            options.add(option);
        }
    }

    /** {@code SeqOptElem}, or null. */
    final Clause.@Nullable Option sequenceOption() {
        var start = offset();
        return switch (kind()) {
            case AS -> {
                at++;
                yield option(start, "as", simpleType());
            }
            case CYCLE -> {
                at++;
                yield option(start, "cycle", bool(true));
            }
            case CACHE, MAXVALUE, MINVALUE -> {
                var name = value(at++);
                yield option(start, name, number());
            }
            case INCREMENT -> {
                at++;
                accept(Token.BY);
                yield option(start, "increment", number());
            }
            case NO -> {
                at++;
                if (accept(Token.CYCLE)) {
                    yield option(start, "cycle", bool(false));
                }
                if (!isAny(Token.MAXVALUE, Token.MINVALUE)) {
                    throw fail();
                }
                yield option(start, value(at++), null);
            }
            case OWNED -> {
                at++;
                expect(Token.BY);
                var nameStart = offset();
                var name = anyName();
                yield option(start, "owned_by", new Clause.NameRef(span(nameStart), name));
            }
            case SEQUENCE -> {
                at++;
                expect(Token.NAME);
                var nameStart = offset();
                var name = anyName();
                yield option(start, "sequence_name", new Clause.NameRef(span(nameStart), name));
            }
            case START -> {
                at++;
                optionalWith();
                yield option(start, "start", number());
            }
            case RESTART -> {
                at++;
                var with = isAny(Token.WITH, Token.WITH_LA);
                optionalWith();
                yield option(start, "restart", with || isNumber() ? number() : null);
            }
            case LOGGED, UNLOGGED -> option(start, value(at++), null);
            default -> null;
        };
    }

    /** {@code PartitionBoundSpec}. */
    final TableElement.PartitionBound partitionBound() {
        var start = offset();
        if (accept(Token.DEFAULT)) {
            return bound(start, true, List.of(), List.of(), List.of(), -1, -1);
        }
        expect(Token.FOR, Token.VALUES);
        if (accept(Token.IN)) {
            var in = parenthesized(this::expression);
            return bound(start, false, in, List.of(), List.of(), -1, -1);
        }
        if (accept(Token.FROM)) {
            var from = parenthesized(this::expression);
            expect(Token.TO);
            var to = parenthesized(this::expression);
            return bound(start, false, List.of(), from, to, -1, -1);
        }
        expect(Token.WITH);
        var elements = parenthesized(this::hashElement);
        return hashBound(start, elements);
    }

    private record HashElement(String name, int value, int offset) {}

    private HashElement hashElement() {
        var start = offset();
        var name = nonReservedWord();
        return new HashElement(name, integer(), start);
    }

    private TableElement.PartitionBound hashBound(int start, List<HashElement> elements) {
        var modulus = -1;
        var remainder = -1;
        for (var element : elements) {
            switch (element.name()) {
                case "modulus" -> {
                    if (modulus != -1) {
                        throw twice("modulus", element);
                    }
                    modulus = element.value();
                }
                case "remainder" -> {
                    if (remainder != -1) {
                        throw twice("remainder", element);
                    }
                    remainder = element.value();
                }
                default ->
                        throw syntax(
                                "unrecognized hash partition bound specification \""
                                        + element.name()
                                        + "\"",
                                element.offset());
            }
        }
        if (modulus == -1) {
            throw withoutPosition("modulus for hash partition must be specified");
        }
        if (remainder == -1) {
            throw withoutPosition("remainder for hash partition must be specified");
        }
        return bound(start, false, List.of(), List.of(), List.of(), modulus, remainder);
    }

    private RuntimeException twice(String name, HashElement element) {
        return error(
                SqlState.DUPLICATE_OBJECT,
                name + " for hash partition provided more than once",
                element.offset());
    }

    private TableElement.PartitionBound bound(
            int start,
            boolean isDefault,
            List<Expr> in,
            List<Expr> from,
            List<Expr> to,
            int modulus,
            int remainder) {
        return new TableElement.PartitionBound(
                span(start), isDefault, in, from, to, modulus, remainder);
    }
}
