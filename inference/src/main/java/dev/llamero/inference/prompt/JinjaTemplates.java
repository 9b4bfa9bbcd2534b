package dev.llamero.inference.prompt;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.jinja.Template;
import dev.llamero.inference.jinja.TemplateException;

/** Puts the Jinja interpreter behind the seam that prompts are rendered through. */
public final class JinjaTemplates {
    private JinjaTemplates() {}

    /** @throws ApiException if the template cannot be parsed */
    public static ChatTemplate.Renderer parse(String source) {
        Template template = parsed(source);
        return variables -> {
            try {
                return template.render(variables);
            } catch (TemplateException e) {
                throw new ApiException(500, "the model's chat template refuses these messages: " + e.getMessage());
            }
        };
    }

    private static Template parsed(String source) {
        try {
            return Template.parse(source);
        } catch (TemplateException e) {
            throw new ApiException(500, "the model's chat template is not valid: " + e.getMessage());
        }
    }
}
