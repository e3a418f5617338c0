/** Settings (GUCs): name, type, bounds, scope, SET LOCAL and SHOW. */
@NullMarked
package dev.quiverdb.base.setting;

import org.jspecify.annotations.NullMarked;
