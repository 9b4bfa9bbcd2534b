/** Makes the GGUF of the built-in model {@code tiny-qwen3} from what its training wrote; a maintainers' program. */
package dev.llamero.models.tiny;
