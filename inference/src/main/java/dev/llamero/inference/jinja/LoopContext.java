package dev.llamero.inference.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** The {@code loop} variable of one running loop; it looks one item ahead only when asked. */
final class LoopContext implements Callable {
    private static final Object NONE = new Object();

    /** Renders the body over a nested list; null for a loop that is not recursive. */
    interface Recursion {
        Object render(Object iterable, int depth);
    }

    private final Recursion recursion;
    private final int depth0;
    private Iterator<Object> iterator;
    private int length;
    private int index0 = -1;
    private Object after = NONE;
    private Object current = NONE;
    private Object before = NONE;
    private Object[] lastChanged;

    LoopContext(Iterator<Object> iterator, int lengthOrMinusOne, Recursion recursion, int depth0) {
        this.iterator = iterator;
        this.length = lengthOrMinusOne;
        this.recursion = recursion;
        this.depth0 = depth0;
    }

    boolean hasNext() {
        return after != NONE || iterator.hasNext();
    }

    Object next() {
        Object item = after == NONE ? iterator.next() : after;
        after = NONE;
        index0++;
        before = current;
        current = item;
        return item;
    }

    /** The loop as an iterator over what is left of itself, each item with the loop beside it. */
    Iterator<Object> rest() {
        LoopContext self = this;
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return self.hasNext();
            }

            @Override
            public Object next() {
                return Tuple.of(self.next(), self);
            }
        };
    }

    /** The attribute's value, or {@link Signature#ABSENT} if there is none of that name. */
    Object attribute(String name) {
        return switch (name) {
            case "index" -> (long) index0 + 1;
            case "index0" -> (long) index0;
            case "revindex" -> (long) length() - index0;
            case "revindex0" -> (long) length() - index0 - 1;
            case "first" -> index0 == 0;
            case "last" -> !hasNext();
            case "length" -> (long) length();
            case "depth" -> (long) depth0 + 1;
            case "depth0" -> (long) depth0;
            case "previtem" -> index0 == 0 ? Undefined.hint("there is no previous item") : before;
            case "nextitem" -> nextItem();
            case "cycle", "changed" -> new BoundMethod(this, name);
            default -> Signature.ABSENT;
        };
    }

    int length() {
        if (length < 0) {
            List<Object> rest = new ArrayList<>();
            iterator.forEachRemaining(rest::add);
            iterator = rest.iterator();
            length = rest.size() + index0 + 1 + (after == NONE ? 0 : 1);
        }
        return length;
    }

    private Object nextItem() {
        if (after == NONE) {
            if (!iterator.hasNext()) {
                return Undefined.hint("there is no next item");
            }
            after = iterator.next();
        }
        return after;
    }

    Object cycle(Object[] items) {
        if (items.length == 0) {
            throw TemplateException.type("no items for cycling given");
        }
        return items[index0 % items.length];
    }

    boolean changed(Render render, Object[] values) {
        if (lastChanged != null && Comparison.equal(render, Arrays.asList(lastChanged), Arrays.asList(values))) {
            return false;
        }
        lastChanged = values;
        return true;
    }

    @Override
    public Object call(Render render, Args args) {
        if (recursion == null) {
            throw TemplateException.type("The loop must have the 'recursive' marker to be called recursively.");
        }
        if (args.positional().length != 1) {
            throw TemplateException.type("LoopContext.__call__() missing 1 required positional argument: 'iterable'");
        }
        return recursion.render(args.positional()[0], depth0 + 1);
    }

    @Override
    public String repr() {
        return "<LoopContext " + (index0 + 1) + "/" + length() + ">";
    }

    @Override
    public String typeName() {
        return "LoopContext";
    }
}
