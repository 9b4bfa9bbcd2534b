package dev.llamero.proxy.upstream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Status line and headers of an answer (RFC 9112, sections 4 and 5).
 *
 * @param headers names in lower case; of a repeated one the last
 */
record AnswerHead(int status, boolean http11, Map<String, String> headers) {
    private static final int HEAD_BYTES_MAX = 64 << 10;
    private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] [1-5]\\d\\d( .*)?");

    /** Reads to the blank line, past interim answers. */
    static AnswerHead read(ByteSource source) throws IOException {
        AnswerHead head;
        int budget = HEAD_BYTES_MAX;
        do {
            String statusLine = line(source, budget);
            budget -= statusLine.length();
            var headers = new HashMap<String, String>();
            for (String line = line(source, budget); !line.isEmpty(); line = line(source, budget)) {
                budget -= line.length();
                int colon = line.indexOf(':');
                if (colon < 1) {
                    throw garbled("a header line without a colon");
                }
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            head = new AnswerHead(status(statusLine), statusLine.startsWith("HTTP/1.1 "), headers);
        } while (head.status() < 200);
        return head;
    }

    /** One line without its end; a bare newline ends it too. */
    static String line(ByteSource source, int bytesMax) throws IOException {
        var line = new ByteArrayOutputStream(64);
        for (int next = source.read(); next != '\n'; next = source.read()) {
            if (next < 0) {
                throw new java.io.EOFException("the connection ended within a line");
            }
            if (line.size() >= bytesMax) {
                throw garbled("a head of more than " + HEAD_BYTES_MAX + " bytes");
            }
            line.write(next);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    boolean isChunked() {
        return header("transfer-encoding").toLowerCase(Locale.ROOT).contains("chunked");
    }

    /** Length of the body by header; -1 if the header is not there. */
    long contentLength() throws NotHttpException {
        String value = header("content-length");
        if (value.isEmpty()) {
            return -1;
        }
        if (!LENGTH.matcher(value).matches()) {
            throw garbled("content-length \"" + value + "\"");
        }
        return Long.parseLong(value);
    }

    /** Whether the connection may carry another call after the body. */
    boolean keepsConnection() {
        return http11 && !header("connection").toLowerCase(Locale.ROOT).contains("close");
    }

    static NotHttpException garbled(String what) {
        return new NotHttpException("an answer that is not HTTP: it has " + what);
    }

    private static int status(String line) throws NotHttpException {
        if (!STATUS_LINE.matcher(line).matches()) {
            throw garbled("the status line \"" + line.substring(0, Math.min(line.length(), 60)) + "\"");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    /** The bytes are no HTTP answer; the message ends the sentence "the model server sent ...". */
    static final class NotHttpException extends IOException {
        private static final long serialVersionUID = 1L;

        NotHttpException(String message) {
            super(message);
        }
    }

    /** Gives byte after byte, -1 at the end. */
    interface ByteSource {
        int read() throws IOException;
    }
}
