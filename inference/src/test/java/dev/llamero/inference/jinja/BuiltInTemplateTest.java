package dev.llamero.inference.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The built-in model's template gives the prompts that the model was trained on; they were rendered in Python. */
class BuiltInTemplateTest {
    private static final Path TEMPLATE = Path.of("../models/tiny-qwen3/chat_template.jinja");

    private record Conversation(Map<String, Object> fields) {
        boolean hasTools() {
            return !((List<?>) fields.get("tools")).isEmpty();
        }

        Map<String, Object> variables() {
            var variables = new LinkedHashMap<String, Object>();
            variables.put("messages", fields.get("messages"));
            variables.put("enable_thinking", fields.get("thinking"));
            variables.put("add_generation_prompt", true);
            if (hasTools()) {
                variables.put("tools", fields.get("tools"));
            }
            return variables;
        }
    }

    @Test
    void rendersThePromptsOfTheTraining() throws IOException {
        Template template = Template.parse(Files.readString(TEMPLATE));
        List<Conversation> conversations = conversations();
        for (Conversation conversation : conversations) {
            assertThat(template.render(conversation.variables()))
                    .isEqualTo(conversation.fields().get("prompt"));
        }
        assertThat(conversations).hasSize(50);
        assertThat(conversations).filteredOn(Conversation::hasTools).hasSize(8);
    }

    private static List<Conversation> conversations() throws IOException {
        try (InputStream in = BuiltInTemplateTest.class.getResourceAsStream("/tiny-qwen3/greedy.json")) {
            List<Map<String, Object>> recorded = new ObjectMapper().readValue(in, new TypeReference<>() {});
            return recorded.stream().map(Conversation::new).toList();
        }
    }
}
