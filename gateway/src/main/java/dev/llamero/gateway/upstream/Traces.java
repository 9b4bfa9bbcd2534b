package dev.llamero.gateway.upstream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The newest calls by their request id, for {@code /debug}. Any thread. */
public final class Traces {
    static final int TRACES_MAX = 256;

    private final Map<String, CallTrace> traces = new LinkedHashMap<>();

    synchronized void add(String requestId, CallTrace trace) {
        // Put anew, so that the one that was added last goes last.
        CallTrace before = traces.remove(requestId);
        traces.put(requestId, before == null ? trace : trace.after(before));
        if (traces.size() > TRACES_MAX) {
            traces.remove(traces.keySet().iterator().next());
        }
    }

    /** The last call under this id, if it has ended and is not too long ago. */
    public synchronized Optional<CallTrace> of(String requestId) {
        return Optional.ofNullable(traces.get(requestId));
    }
}
