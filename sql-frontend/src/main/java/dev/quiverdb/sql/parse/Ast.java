package dev.quiverdb.sql.parse;

/**
 * Any node of the parse tree. All offsets count characters of the whole text given to {@link
 * Parser#parse}, from 0; PostgreSQL's error position of a node is {@code offset() + 1}.
 */
public interface Ast {

    /** Where PostgreSQL's error cursor points for this node. */
    int offset();

    /** The first character of the node's text. */
    int start();

    /** One past the last character of the node's text. */
    int end();

    /** The node's position, to be handed on to nodes made from this one. */
    Span span();
}
