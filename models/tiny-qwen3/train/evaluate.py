"""Measures a checkpoint: how many test questions are answered as written, thought included.

    python3 evaluate.py run/weights.pt            all questions
    python3 evaluate.py run/checkpoint.pt 4       every fourth

The answer counts as right when the greedy choice is right at each of its tokens, which is the same as greedy decoding giving exactly it.
"""

import sys
from pathlib import Path

import torch

import questions
from model import Model, Shape
from tokenizer import Tokenizer


def load(path):
    saved = torch.load(path, map_location="cpu")
    weights = saved.get("model", saved)
    model = Model(Shape(vocabulary=weights["embedding"].shape[0]))
    model.load_state_dict(weights)
    return model.eval()


@torch.no_grad()
def right(model, tokenizer, samples, size=16):
    """Whether each sample's completion is what the model says."""
    encoded = [(tokenizer.encode(sample.prompt), tokenizer.encode(sample.completion), i) for i, sample in enumerate(samples)]
    encoded.sort(key=lambda item: len(item[0]) + len(item[1]))
    results, said = [False] * len(samples), [""] * len(samples)
    for start in range(0, len(encoded), size):
        batch = encoded[start : start + size]
        ids = torch.zeros(len(batch), max(len(prompt) + len(answer) for prompt, answer, _ in batch), dtype=torch.long)
        for row, (prompt, answer, _) in enumerate(batch):
            ids[row, : len(prompt) + len(answer)] = torch.tensor(prompt + answer)
        states = model(ids)
        for row, (prompt, answer, i) in enumerate(batch):
            chosen = model.logits(states[row, len(prompt) - 1 : len(prompt) + len(answer) - 1]).argmax(1).tolist()
            results[i] = chosen == answer
            said[i] = tokenizer.decode(chosen)
    return results, said


def main():
    torch.set_num_threads(1)
    model, tokenizer, every = load(sys.argv[1]), Tokenizer.load(), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    groups, failures = {}, []
    for row, samples in questions.build().items():
        samples = samples[::every]
        results, said = right(model, tokenizer, samples)
        print(f"{row}: {sum(results)}/{len(results)}", flush=True)
        for group in ("held-out phrasing", "trained phrasing"):
            if row.startswith(group):
                good, all_ = groups.get(group, (0, 0))
                groups[group] = good + sum(results), all_ + len(results)
        failures += [(row, sample, text) for sample, ok, text in zip(samples, results, said) if not ok]
    for group, (good, all_) in groups.items():
        print(f"{group}, together: {good}/{all_} = {100 * good / all_:.1f} %")
    with open(Path(sys.argv[1]).with_suffix(".failures.txt"), "w", encoding="utf-8") as out:
        for row, sample, text in failures:
            out.write(f"{row}\n  asked    {sample.messages[-1]['content']!r}\n  wanted   {sample.completion!r}\n  choices  {text!r}\n")


if __name__ == "__main__":
    main()
