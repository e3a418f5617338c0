/** Native memory by the page size that the system can give. */
@NullMarked
package dev.quiverdb.base.memory;

import org.jspecify.annotations.NullMarked;
