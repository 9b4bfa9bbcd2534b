package dev.llamero.inference.jinja;

import java.util.AbstractCollection;
import java.util.Iterator;
import java.util.Map;

/** What {@code keys()}, {@code values()} and {@code items()} of a dict give: iterable and sized, without indexes. */
final class DictView extends AbstractCollection<Object> {
    enum Kind {
        KEYS("dict_keys"),
        VALUES("dict_values"),
        ITEMS("dict_items");

        private final String typeName;

        Kind(String typeName) {
            this.typeName = typeName;
        }
    }

    private final Kind kind;
    private final Map<?, ?> map;

    DictView(Kind kind, Map<?, ?> map) {
        this.kind = kind;
        this.map = map;
    }

    String typeName() {
        return kind.typeName;
    }

    Kind kind() {
        return kind;
    }

    @Override
    public int size() {
        return map.size();
    }

    @Override
    public Iterator<Object> iterator() {
        Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public Object next() {
                Map.Entry<?, ?> entry = entries.next();
                return switch (kind) {
                    case KEYS -> entry.getKey();
                    case VALUES -> entry.getValue();
                    case ITEMS -> Tuple.of(entry.getKey(), entry.getValue());
                };
            }
        };
    }
}
