package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttachedFilesTest {
    private static final String PNG = "\u0089PNG\r\n\u001a\n";

    @TempDir
    Path folder;

    private final StringWriter told = new StringWriter();

    private Path file(String name, String content) throws IOException {
        return Files.write(folder.resolve(name), content.getBytes(StandardCharsets.ISO_8859_1));
    }

    private AttachedFiles of(String message) {
        return AttachedFiles.of(message, new PrintWriter(told, true));
    }

    private static String base64(String content) {
        return Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void picturesAndRecordingsLeaveTheTextAndAreNamed() throws IOException {
        Path picture = file("a.PNG", PNG);
        Path sound = file("b.wav", "RIFF....WAVEfmt ");
        AttachedFiles files = of("compare '" + picture + "' with " + sound);
        assertThat(files.text()).isEqualTo("compare  with");
        assertThat(files.contents()).isEqualTo(List.of(base64(PNG), base64("RIFF....WAVEfmt ")));
        assertThat(told.toString()).isEqualTo("Added image '%s'%nAdded audio '%s'%n".formatted(picture, sound));
    }

    @Test
    void pathsWithoutAFileStayText() {
        String message = "draw /no/such/file.png and ./neither.jpeg, not word.png";
        assertThat(of(message)).isEqualTo(new AttachedFiles(message, List.of()));
        assertThat(told.toString()).isEmpty();
    }

    @Test
    void shellsEscapesAreTakenOff() throws IOException {
        Path picture = file("my cat (1) & dog's.png", PNG);
        String typed = folder + "/my\\ cat\\ \\(1\\)\\ \\&\\ dog\\'s.png";
        assertThat(of("see " + typed)).isEqualTo(new AttachedFiles("see", List.of(base64(PNG))));
        assertThat(told.toString()).contains(picture.toString());
    }

    @Test
    void aFileThatIsNotWhatItsNameSaysIsRefused() throws IOException {
        Path text = file("notes.png", "only text");
        assertThatThrownBy(() -> of("see " + text))
                .isInstanceOf(UsageException.class)
                .hasMessage("Couldn't process file: " + text + " is no JPEG, PNG, WebP or WAV file");
    }

    @Test
    void aLineMayBeginWithAPathAndIsNoCommandThen() {
        assertThat(AttachedFiles.isNamedFirst("/tmp/cat.png what is it")).isTrue();
        assertThat(AttachedFiles.isNamedFirst("/show info")).isFalse();
        // Paths may hold blanks, so a command with a path behind it looks like one.
        assertThat(ChatCommands.isKnown("/set system look at ./cat.png")).isTrue();
        assertThat(ChatCommands.isKnown("/tmp/cat.png what is it")).isFalse();
    }
}
