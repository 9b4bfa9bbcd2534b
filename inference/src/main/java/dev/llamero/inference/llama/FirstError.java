package dev.llamero.inference.llama;

import java.util.function.BiConsumer;

/** Keeps the first error that llama.cpp logs, which is its reason. Used by one thread. */
final class FirstError implements BiConsumer<Integer, String> {
    private String text = "";

    @Override
    public void accept(Integer level, String line) {
        if (level == NativeLog.ERROR && text.isEmpty()) {
            text = line;
        }
    }

    String text() {
        return text.isEmpty() ? "llama.cpp gives no reason" : text;
    }
}
