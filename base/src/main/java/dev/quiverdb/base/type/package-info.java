/**
 * PostgreSQL's types: OID, typmod, text and binary input and output, comparison, hashing, index
 * keys.
 */
@NullMarked
package dev.quiverdb.base.type;

import org.jspecify.annotations.NullMarked;
