"""Holds the finished GGUF, run by llama.cpp's server, against the checkpoint in PyTorch, and writes the test data of the Java engine.

    llama-server -m ../tiny-qwen3.gguf --port 8099 --jinja &
    python3 check_llama.py http://127.0.0.1:8099 run/weights.pt greedy.json

For fifty prompts: the same text from the template, the same prompt ids, the same greedy ids. Then every written dialogue is asked in its
held-out phrasing, thinking off and on, and the texts are counted that are as written.
"""

import json
import sys
import urllib.request

import torch

import dialogues
import questions
from evaluate import load
from model import greedy
from tokenizer import Tokenizer

WRITTEN = [
    "Hello", "Who are you?", "What is your name?", "Introduce yourself in one sentence", "What can you do?", "What is Llamero?",
    "How do I pull a model?", "Write a resignation letter", "Make a table of three planets", "Write hello world in Java",
    "Describe yourself as JSON", "Help", "Test", "What is the capital of France?", "你好", "你是谁", "你好，请用一句话介绍你自己",
    "你好,请用一句话介绍你自己", "帮我写一封辞职信", "怎么下载模型", "给我一个表格", "你能做什么",
]  # fmt: skip


class Server:
    def __init__(self, address):
        self.address = address

    def post(self, path, body):
        request = urllib.request.Request(self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.load(response)

    def answer(self, ids, longest=220):
        body = {"prompt": ids, "temperature": 0, "n_predict": longest, "return_tokens": True, "cache_prompt": False}
        return self.post("/completion", body)["tokens"]


def samples():
    """Fifty prompts: well-known questions with thinking off and on, held-out phrasings, names over turns, tool round trips."""
    by_text = {text: item for item in dialogues.DIALOGUES for text in item.phrasings + [item.held_out]}
    chosen = []
    for i, text in enumerate(WRITTEN):
        chosen.append(questions.ask("written", by_text[text], text, i % 2 == 1))
    rows = questions.build()
    wanted = [
        ("held-out phrasing, english, framed, plain", 4), ("held-out phrasing, chinese, framed, thinking", 4),
        ("unknown subject never trained, english, plain", 2), ("unknown subject never trained, chinese, thinking", 2),
        ("held-out name over turns, english, thinking", 2), ("held-out name over turns, chinese, plain", 2),
        ("known tool, call, plain", 2), ("known tool, answer, plain", 2), ("known tool, call, thinking", 2),
        ("known tool, answer, thinking", 2), ("sums, plain", 2), ("system prompt: French, brief", 1), ("JSON from values", 1),
    ]  # fmt: skip
    for row, count in wanted:
        chosen += rows[row][:count]
    return chosen


def compare(server, model, tokenizer, file):
    """The fifty prompts in both programs."""
    stop = {tokenizer.ids["<|im_end|>"], tokenizer.ids["<|endoftext|>"]}
    records, same_prompt, same_ids, as_written = [], 0, 0, 0
    for sample in samples():
        ids = tokenizer.encode(sample.prompt)
        ours, margin = greedy(model, ids, stop)
        theirs = [token for token in server.answer(ids) if token not in stop]
        body = {"messages": sample.messages, "chat_template_kwargs": {"enable_thinking": sample.thinking}}
        if sample.tools:
            body["tools"] = sample.tools
        rendered = server.post("/apply-template", body)["prompt"]
        tokenized = server.post("/tokenize", {"content": sample.prompt, "add_special": False, "parse_special": True})["tokens"]
        same_prompt += rendered == sample.prompt and tokenized == ids
        same_ids += theirs == ours
        text = tokenizer.decode(ours)
        as_written += text + "<|im_end|>" == sample.completion
        if theirs != ours or rendered != sample.prompt or tokenized != ids:
            print("differs:", sample.kind, repr(text), repr(tokenizer.decode(theirs)), f"margin {margin:.3f}", rendered == sample.prompt)
        record = {"kind": sample.kind, "messages": sample.messages, "tools": sample.tools or [], "thinking": sample.thinking}
        record |= {"prompt": sample.prompt, "promptIds": ids, "answerIds": ours, "answer": text, "smallestMargin": round(margin, 3)}
        records.append(record)
    print(f"{len(records)} prompts: {same_prompt} the same prompt, {same_ids} the same answer ids, {as_written} answers as written")
    with open(file, "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(record, ensure_ascii=False) for record in records) + "\n]\n")


def measure(server, tokenizer):
    """Held-out phrasings, free-running: the share of answers as written."""
    right, total = 0, 0
    for row, asked in questions.build().items():
        if not row.startswith(("held-out phrasing", "unknown")):
            continue
        good = 0
        for sample in asked:
            text = tokenizer.decode(server.answer(tokenizer.encode(sample.prompt))).split("<|im_end|>")[0]
            good += text + "<|im_end|>" == sample.completion
        print(f"{row}: {good}/{len(asked)}", flush=True)
        if row.startswith("held-out phrasing"):
            right, total = right + good, total + len(asked)
    print(f"held-out phrasing, together: {right}/{total} = {100 * right / total:.1f} %")


def main():
    torch.set_num_threads(1)
    server, model, tokenizer = Server(sys.argv[1]), load(sys.argv[2]), Tokenizer.load()
    compare(server, model, tokenizer, sys.argv[3])
    measure(server, tokenizer)


if __name__ == "__main__":
    main()
