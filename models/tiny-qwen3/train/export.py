"""Writes a checkpoint as plain files, from which the Java program TinyModelExport makes the GGUF.

    python3 export.py run/weights.pt run/export

- tensors.txt: a line `name columns [rows]` per tensor, in llama.cpp's names; tensors.bin: their numbers in that order, FP32, little-endian.
- tokens.txt: a line `type token` per token, in llama.cpp's types (1 ordinary, 3 control, 4 user-defined); merges.txt: a line per merge.
- settings.txt: a line `key value` per number of the architecture.
"""

import struct
import sys
from pathlib import Path

import torch

from evaluate import load
from tokenizer import CONTROL, SPECIAL, Tokenizer

NAMES = {
    "q": "attn_q",
    "k": "attn_k",
    "v": "attn_v",
    "o": "attn_output",
    "q_norm": "attn_q_norm",
    "k_norm": "attn_k_norm",
    "gate": "ffn_gate",
    "up": "ffn_up",
    "down": "ffn_down",
}


def tensors(model):
    """Pairs of llama.cpp's name and the numbers. The norms that stayed at one while training are written as ones."""
    yield "token_embd.weight", model.embedding
    yield "output_norm.weight", model.norm
    ones = torch.ones(model.shape.width)
    for i, block in enumerate(model.blocks):
        yield f"blk.{i}.attn_norm.weight", ones
        yield f"blk.{i}.ffn_norm.weight", ones
        for name, parameter in block.named_parameters():
            yield f"blk.{i}.{NAMES[name]}.weight", parameter


def settings(shape, context=4096):
    return {
        "context_length": context,
        "embedding_length": shape.width,
        "block_count": shape.layers,
        "feed_forward_length": shape.feed_forward,
        "attention.head_count": shape.heads,
        "attention.head_count_kv": shape.kv_heads,
        "attention.key_length": shape.head_width,
        "attention.value_length": shape.head_width,
        "attention.layer_norm_rms_epsilon": shape.epsilon,
        "rope.freq_base": shape.rope_base,
        "vocab_size": shape.vocabulary,
    }


def main():
    model, tokenizer, out = load(sys.argv[1]), Tokenizer.load(), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    with open(out / "tensors.txt", "w", encoding="utf-8") as index, open(out / "tensors.bin", "wb") as data:
        for name, values in tensors(model):
            index.write(" ".join([name] + [str(size) for size in reversed(values.shape)]) + "\n")
            numbers = values.detach().float().flatten().tolist()
            data.write(struct.pack(f"<{len(numbers)}f", *numbers))
    types = {token: 3 if token in CONTROL else 4 for token in SPECIAL}
    write(out / "tokens.txt", [f"{types.get(token, 1)} {token}" for token in tokenizer.tokens])
    write(out / "merges.txt", [f"{a} {b}" for a, b in tokenizer.merges])
    write(out / "settings.txt", [f"{key} {value}" for key, value in settings(model.shape).items()])
    print(sum(values.numel() for _, values in tensors(model)), "numbers in", out)


def write(file, lines):
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
