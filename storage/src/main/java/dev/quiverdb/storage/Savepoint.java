package dev.quiverdb.storage;

/** A point in a transaction to which it can go back. Made by {@link Transaction#savepoint}. */
public interface Savepoint {}
