package dev.quiverdb.storage;

/**
 * What is asked of an index that is not ordered by key. Each access method has its own kind (a
 * vector search carries the query vector, how many rows are wanted, the filter and the search
 * settings) and the executor hands it through.
 */
public interface AccessRequest {}
