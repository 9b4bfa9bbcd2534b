package dev.llamero.inference.jinja;

/** Rendered text as it grows, bounded. */
final class Output {
    private final StringBuilder text = new StringBuilder();
    private final Render render;

    Output(Render render) {
        this.render = render;
    }

    void append(String part) {
        if ((long) text.length() + part.length() > render.limits().textCharsMax()) {
            render.chargeText((long) text.length() + part.length());
        }
        render.charge(1 + (part.length() >> 4));
        text.append(part);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
