"""Holds chat_template.jinja and prompt.py against the reference renderings of Qwen3's own template.

    python3 check_template.py Qwen-Qwen3-0.6B.json

The file has the template of Qwen3 and conversations with the text that Jinja2 renders for them; generated conversations are rendered with
both templates besides.
"""

import json
import random
import sys
from pathlib import Path

import jinja2

import dialogues
from prompt import render, to_json

OURS = Path(__file__).resolve().parent.parent / "chat_template.jinja"


def template(text):
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = lambda value, **_: to_json(value)
    return environment.from_string(text)


def main():
    reference = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    ours, theirs = template(OURS.read_text(encoding="utf-8")), template(reference["template"])
    wrong = 0
    for case in reference["cases"]:
        if ours.render(**case["variables"]) != case["rendered"]:
            wrong += 1
            print("case", case["id"], "differs")
    rng, number = random.Random(3), 3000
    for _ in range(number):
        drawn = dialogues.sample(rng)
        variables = dict(messages=drawn.messages, add_generation_prompt=True)
        if drawn.tools:
            variables["tools"] = drawn.tools
        if not drawn.thinking:
            variables["enable_thinking"] = False
        texts = {
            theirs.render(**variables),
            ours.render(**variables),
            render(drawn.messages, drawn.tools, drawn.thinking),
        }
        if len(texts) > 1:
            wrong += 1
            print("a", drawn.kind, "sample differs", variables)
    print(len(reference["cases"]), "reference cases and", number, "generated conversations,", wrong, "wrong")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
