package dev.llamero.proxy.pool;

import dev.llamero.dialects.ModelList;
import java.util.List;

/**
 * What a model server said it serves.
 *
 * @param complete whether that is all it serves; false as long as it has not said, or cannot
 */
record Listing(boolean complete, ModelList models) {
    static final Listing UNKNOWN = new Listing(false, ModelList.of(List.of()));
}
