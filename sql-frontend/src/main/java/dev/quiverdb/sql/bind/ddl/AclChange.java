package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.parse.Clause;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An access control list while privileges are granted and revoked, after acl.c's aclupdate: entries
 * of different grantors stand side by side, and what somebody passed on goes with the grant option.
 */
final class AclChange {
    private static final char GRANT_OPTION = '*';

    private record Pair(int grantee, int grantor) {}

    private final int owner;
    private final Map<Pair, Held> entries = new LinkedHashMap<>();

    AclChange(List<AccessControl.Entry> list, int owner) {
        this.owner = owner;
        for (var entry : list) {
            entries.put(new Pair(entry.grantee(), entry.grantor()), new Held(entry.privileges()));
        }
    }

    /** The list as it is by now. */
    String text() {
        var made = new ArrayList<AccessControl.Entry>();
        entries.forEach((pair, held) ->
                made.add(new AccessControl.Entry(pair.grantee, held.text(), pair.grantor)));
        return AccessControl.format(made);
    }

    void grant(int grantee, int grantor, String letters, boolean option) {
        if (option && grantee != AccessControl.PUBLIC && grantee != owner) {
            checkCircularity(grantee, grantor, letters);
        }
        var held = entries.computeIfAbsent(new Pair(grantee, grantor), _ -> new Held(""));
        for (char letter : each(letters)) {
            held.add(letter, option);
        }
    }

    private static List<Character> each(String letters) {
        return letters.chars().mapToObj(letter -> (char) letter).toList();
    }

    /** A grant option may not come back to whom it came from. */
    private void checkCircularity(int grantee, int grantor, String letters) {
        if (grantor == owner) {
            return;
        }
        var without = new AclChange(List.of(), owner);
        entries.forEach((pair, held) -> without.entries.put(pair, new Held(held.text())));
        boolean changed = true;
        while (changed) {
            changed = false;
            for (var entry : List.copyOf(without.entries.entrySet())) {
                if (entry.getKey().grantee == grantee && entry.getValue().anyGrantable(letters)) {
                    without.entries.remove(entry.getKey());
                    for (char letter : each(letters)) {
                        without.revokeDependents(grantee, letter, Clause.Behavior.CASCADE);
                    }
                    changed = true;
                    break;
                }
            }
        }
        for (char letter : each(letters)) {
            if (!without.mayGrant(grantor, letter)) {
                throw new SqlException(
                        SqlState.INVALID_GRANT_OPERATION,
                        "grant options cannot be granted back to your own grantor");
            }
        }
    }

    /**
     * Revokes privileges, or the option to grant them alone.
     *
     * @throws SqlException 2BP01 where they were passed on and {@code behavior} is RESTRICT
     */
    void revoke(
            int grantee,
            int grantor,
            String letters,
            boolean optionOnly,
            Clause.Behavior behavior) {
        var held = entries.get(new Pair(grantee, grantor));
        if (held == null) {
            return;
        }
        for (char letter : each(letters)) {
            held.remove(letter, optionOnly);
        }
        for (char letter : each(letters)) {
            revokeDependents(grantee, letter, behavior);
        }
    }

    private void revokeDependents(int grantee, char letter, Clause.Behavior behavior) {
        if (grantee == AccessControl.PUBLIC || mayGrant(grantee, letter)) {
            return;
        }
        for (var entry : List.copyOf(entries.entrySet())) {
            var dependent = entry.getKey();
            boolean passedOn =
                    dependent.grantor == grantee
                            && dependent.grantee != grantee
                            && entry.getValue().has(letter);
            if (!passedOn) {
                continue;
            }
            if (behavior != Clause.Behavior.CASCADE) {
                throw new SqlException(
                                SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                                "dependent privileges exist")
                        .withHint("Use CASCADE to revoke them too.");
            }
            entry.getValue().remove(letter, false);
            revokeDependents(dependent.grantee, letter, behavior);
        }
    }

    /** Takes a role out of the list, as grantee and with all that it granted. */
    void forget(int role) {
        for (var pair : List.copyOf(entries.keySet())) {
            var held = entries.get(pair);
            if (pair.grantee == role && held != null) {
                revoke(role, pair.grantor, held.letters(), false, Clause.Behavior.CASCADE);
            }
        }
    }

    /** Whether a role itself may grant a privilege: as owner or by a grant option. */
    boolean mayGrant(int role, char letter) {
        return role == owner
                || entries.entrySet().stream()
                        .anyMatch(
                                e -> e.getKey().grantee == role && e.getValue().grantable(letter));
    }

    /** The privileges of one entry, each with or without grant option. */
    private static final class Held {
        private final Map<Character, Boolean> options = new LinkedHashMap<>();

        Held(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) != GRANT_OPTION) {
                    boolean option = i + 1 < text.length() && text.charAt(i + 1) == GRANT_OPTION;
                    options.put(text.charAt(i), option);
                }
            }
        }

        void add(char letter, boolean option) {
            options.merge(letter, option, Boolean::logicalOr);
        }

        void remove(char letter, boolean optionOnly) {
            if (optionOnly) {
                options.replace(letter, false);
            } else {
                options.remove(letter);
            }
        }

        boolean has(char letter) {
            return options.containsKey(letter);
        }

        boolean grantable(char letter) {
            return options.getOrDefault(letter, false);
        }

        boolean anyGrantable(String letters) {
            return letters.chars().anyMatch(letter -> grantable((char) letter));
        }

        String letters() {
            return text().replace("*", "");
        }

        String text() {
            var text = new StringBuilder();
            for (int i = 0; i < AccessControl.LETTERS.length(); i++) {
                char letter = AccessControl.LETTERS.charAt(i);
                var option = options.get(letter);
                if (option != null) {
                    text.append(letter);
                    if (option) {
                        text.append(GRANT_OPTION);
                    }
                }
            }
            return text.toString();
        }
    }
}
