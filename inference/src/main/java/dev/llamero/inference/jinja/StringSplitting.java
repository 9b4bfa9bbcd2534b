package dev.llamero.inference.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** String methods that cut a string: split, strip, partition, lines. */
final class StringSplitting {
    private StringSplitting() {}

    static List<Object> split(Render render, String self, Object[] args, boolean fromRight) {
        int count = args[1] == Signature.ABSENT ? -1 : Numbers.index(args[1]);
        int left = count < 0 ? Integer.MAX_VALUE : count;
        List<Object> parts;
        if (args[0] == Signature.ABSENT || args[0] == null) {
            parts = fromRight ? wordsFromRight(self, left) : words(self, left);
        } else {
            String separator = StringMethods.text(args[0], "must be str or None, not ");
            if (separator.isEmpty()) {
                throw TemplateException.value("empty separator");
            }
            parts = fromRight ? partsFromRight(self, separator, left) : parts(self, separator, left);
        }
        render.charge(parts.size());
        return parts;
    }

    static List<Object> words(String self, int splitsMax) {
        List<Object> words = new ArrayList<>();
        int left = splitsMax;
        int i = 0;
        while (true) {
            while (i < self.length() && PythonSpace.isSpace(self.charAt(i))) {
                i++;
            }
            if (i == self.length()) {
                return words;
            }
            if (left-- == 0) {
                words.add(self.substring(i));
                return words;
            }
            int start = i;
            while (i < self.length() && !PythonSpace.isSpace(self.charAt(i))) {
                i++;
            }
            words.add(self.substring(start, i));
        }
    }

    private static List<Object> wordsFromRight(String self, int splitsMax) {
        List<Object> words = new ArrayList<>();
        int left = splitsMax;
        int i = self.length();
        while (true) {
            while (i > 0 && PythonSpace.isSpace(self.charAt(i - 1))) {
                i--;
            }
            if (i == 0) {
                break;
            }
            if (left-- == 0) {
                words.add(self.substring(0, i));
                break;
            }
            int end = i;
            while (i > 0 && !PythonSpace.isSpace(self.charAt(i - 1))) {
                i--;
            }
            words.add(self.substring(i, end));
        }
        Collections.reverse(words);
        return words;
    }

    private static List<Object> parts(String self, String separator, int splitsMax) {
        List<Object> parts = new ArrayList<>();
        int position = 0;
        int left = splitsMax;
        for (int at = self.indexOf(separator); at >= 0 && left > 0; at = self.indexOf(separator, position), left--) {
            parts.add(self.substring(position, at));
            position = at + separator.length();
        }
        parts.add(self.substring(position));
        return parts;
    }

    private static List<Object> partsFromRight(String self, String separator, int splitsMax) {
        List<Object> parts = new ArrayList<>();
        int end = self.length();
        int left = splitsMax;
        while (left-- > 0) {
            int at = self.lastIndexOf(separator, end - separator.length());
            if (at < 0 || end < separator.length()) {
                break;
            }
            parts.add(self.substring(at + separator.length(), end));
            end = at;
        }
        parts.add(self.substring(0, end));
        Collections.reverse(parts);
        return parts;
    }

    static List<Object> lines(String self, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        int start = 0;
        int i = 0;
        while (i < self.length()) {
            if (!PythonSpace.isLineEnd(self.charAt(i))) {
                i++;
                continue;
            }
            int end = self.startsWith("\r\n", i) ? i + 2 : i + 1;
            lines.add(self.substring(start, keepEnds ? end : i));
            start = end;
            i = end;
        }
        if (start < self.length()) {
            lines.add(self.substring(start));
        }
        return lines;
    }

    static Tuple partition(String self, String separator, boolean last) {
        if (separator.isEmpty()) {
            throw TemplateException.value("empty separator");
        }
        int at = last ? self.lastIndexOf(separator) : self.indexOf(separator);
        if (at < 0) {
            return last ? Tuple.of("", "", self) : Tuple.of(self, "", "");
        }
        return Tuple.of(self.substring(0, at), separator, self.substring(at + separator.length()));
    }

    /** Without the given characters (white space where there are none) at the wanted ends. */
    static String strip(String self, Object chars, boolean left, boolean right) {
        boolean spaces = chars == Signature.ABSENT || chars == null;
        if (!spaces && !Comparison.isText(chars)) {
            throw TemplateException.type("strip arg must be None or str");
        }
        String set = spaces ? "" : Comparison.text(chars);
        int start = 0;
        int end = self.length();
        while (left && start < end) {
            int c = self.codePointAt(start);
            if (!(spaces ? PythonSpace.isSpace(c) : set.indexOf(c) >= 0)) {
                break;
            }
            start += Character.charCount(c);
        }
        while (right && end > start) {
            int c = self.codePointBefore(end);
            if (!(spaces ? PythonSpace.isSpace(c) : set.indexOf(c) >= 0)) {
                break;
            }
            end -= Character.charCount(c);
        }
        return self.substring(start, end);
    }
}
