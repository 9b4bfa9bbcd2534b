package dev.llamero.inference.jinja;

import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** C's {@code strftime} in the C locale, with the {@code -}, {@code _}, {@code 0} and {@code ^} flags of glibc. */
final class Strftime {
    private Strftime() {}

    static String format(LocalDateTime time, String format) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            char flag =
                    "-_0^#".indexOf(format.charAt(i + 1)) >= 0 && i + 2 < format.length() ? format.charAt(++i) : ' ';
            out.append(field(time, format.charAt(++i), flag));
        }
        return out.toString();
    }

    private static String number(long value, int width, char pad, char flag) {
        char padding = flag == '_' ? ' ' : flag == '0' ? '0' : pad;
        String digits = Long.toString(value);
        return flag == '-' ? digits : String.valueOf(padding).repeat(Math.max(0, width - digits.length())) + digits;
    }

    private static String field(LocalDateTime time, char field, char flag) {
        int hour12 = time.getHour() % 12 == 0 ? 12 : time.getHour() % 12;
        int weekday = time.getDayOfWeek().getValue();
        int yearDay = time.getDayOfYear();
        return switch (field) {
            case 'Y' -> Integer.toString(time.getYear());
            case 'C' -> number(time.getYear() / 100, 2, '0', flag);
            case 'y' -> number(time.getYear() % 100, 2, '0', flag);
            case 'm' -> number(time.getMonthValue(), 2, '0', flag);
            case 'd' -> number(time.getDayOfMonth(), 2, '0', flag);
            case 'e' -> number(time.getDayOfMonth(), 2, ' ', flag);
            case 'H' -> number(time.getHour(), 2, '0', flag);
            case 'k' -> number(time.getHour(), 2, ' ', flag);
            case 'I' -> number(hour12, 2, '0', flag);
            case 'l' -> number(hour12, 2, ' ', flag);
            case 'M' -> number(time.getMinute(), 2, '0', flag);
            case 'S' -> number(time.getSecond(), 2, '0', flag);
            case 'f' -> number(time.getNano() / 1000, 6, '0', ' ');
            case 'j' -> number(yearDay, 3, '0', flag);
            case 'u' -> Integer.toString(weekday);
            case 'w' -> Integer.toString(weekday % 7);
            case 'U' -> number((yearDay + 6 - weekday % 7) / 7, 2, '0', flag);
            case 'W' -> number((yearDay + 6 - (weekday + 6) % 7) / 7, 2, '0', flag);
            case 'V' -> number(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0', flag);
            case 'G' -> Integer.toString(time.get(IsoFields.WEEK_BASED_YEAR));
            case 'g' -> number(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2, '0', flag);
            case 's' -> Long.toString(ChronoUnit.SECONDS.between(LocalDateTime.of(1970, 1, 1, 0, 0), time));
            case 'Z', 'z' -> "";
            case '%' -> "%";
            case 'n' -> "\n";
            case 't' -> "\t";
            default -> named(time, field, flag);
        };
    }

    private static String named(LocalDateTime time, char field, char flag) {
        String text = switch (field) {
            case 'B' -> time.getMonth().name();
            case 'b', 'h' -> time.getMonth().name().substring(0, 3);
            case 'A' -> time.getDayOfWeek().name();
            case 'a' -> time.getDayOfWeek().name().substring(0, 3);
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'P' -> time.getHour() < 12 ? "am" : "pm";
            case 'D', 'x' -> format(time, "%m/%d/%y");
            case 'F' -> format(time, "%Y-%m-%d");
            case 'T', 'X' -> format(time, "%H:%M:%S");
            case 'R' -> format(time, "%H:%M");
            case 'r' -> format(time, "%I:%M:%S %p");
            case 'c' -> format(time, "%a %b %e %H:%M:%S %Y");
            default -> "%" + (flag == ' ' ? "" : flag) + field;
        };
        if ("BbhAa".indexOf(field) >= 0) {
            text = text.charAt(0) + text.substring(1).toLowerCase(Locale.ROOT);
        }
        return flag == '^' ? text.toUpperCase(Locale.ROOT) : text;
    }
}
