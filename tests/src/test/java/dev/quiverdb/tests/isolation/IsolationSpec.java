package dev.quiverdb.tests.isolation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A script for several sessions.
 *
 * @param setup run once before each permutation, on a connection of its own
 * @param permutations orders of steps; a session's own steps come in any order
 */
record IsolationSpec(
        List<String> setup,
        List<String> teardown,
        List<Session> sessions,
        List<List<String>> permutations) {

    record Session(String name, List<String> setup, List<String> teardown, List<Step> steps) {}

    record Step(String name, String sql) {}

    private static final Pattern TOKEN =
            Pattern.compile("\\s+|#[^\n]*|\\{([^}]*)\\}|([A-Za-z0-9_]+)");

    Step step(String name) {
        for (var session : sessions) {
            for (var step : session.steps()) {
                if (step.name().equals(name)) {
                    return step;
                }
            }
        }
        throw new IllegalArgumentException("no step " + name);
    }

    /** The number of the session that has a step. */
    int sessionOf(String name) {
        for (int i = 0; i < sessions.size(); i++) {
            if (sessions.get(i).steps().contains(step(name))) {
                return i;
            }
        }
        throw new IllegalArgumentException("no step " + name);
    }

    /** Words, and blocks with a brace before them. */
    private static List<String> tokens(String text) {
        var tokens = new ArrayList<String>();
        var matcher = TOKEN.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw new IllegalArgumentException("cannot read: " + text.substring(at));
            }
            at = matcher.end();
            if (matcher.group(1) != null) {
                tokens.add("{" + matcher.group(1).strip());
            } else if (matcher.group(2) != null) {
                tokens.add(matcher.group(2));
            }
        }
        return tokens;
    }

    static IsolationSpec parse(String text) {
        var setup = new ArrayList<String>();
        var teardown = new ArrayList<String>();
        var sessions = new ArrayList<Session>();
        var permutations = new ArrayList<List<String>>();
        var tokens = tokens(text);
        for (int i = 0; i < tokens.size(); ) {
            switch (tokens.get(i++)) {
                case "setup" ->
                        (sessions.isEmpty() ? setup : sessions.getLast().setup())
                                .add(tokens.get(i++).substring(1));
                case "teardown" ->
                        (sessions.isEmpty() ? teardown : sessions.getLast().teardown())
                                .add(tokens.get(i++).substring(1));
                case "session" ->
                        sessions.add(
                                new Session(
                                        tokens.get(i++),
                                        new ArrayList<>(),
                                        new ArrayList<>(),
                                        new ArrayList<>()));
                case "step" -> {
                    var name = tokens.get(i++);
                    sessions.getLast().steps().add(new Step(name, tokens.get(i++).substring(1)));
                }
                case "permutation" -> {
                    var order = new ArrayList<String>();
                    while (i < tokens.size() && !tokens.get(i).equals("permutation")) {
                        order.add(tokens.get(i++));
                    }
                    permutations.add(order);
                }
                default -> throw new IllegalArgumentException("unexpected " + tokens.get(i - 1));
            }
        }
        return new IsolationSpec(setup, teardown, sessions, permutations);
    }
}
