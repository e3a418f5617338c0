package dev.quiverdb.sql.parse;

/**
 * One statement of a text.
 *
 * @param node its tree
 * @param start first character of its first token, from 0, within the whole text
 * @param end one past its last token, the semicolon not included
 * @param parameterCount the highest {@code $n} in it, 0 if none
 */
public record Statement(Command node, int start, int end, int parameterCount) {}
