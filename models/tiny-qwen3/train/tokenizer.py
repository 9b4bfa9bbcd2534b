"""Byte-level BPE with the pre-tokenizer of Qwen2: training, encoding, decoding.

Vocabulary: 256 bytes, the merges, and the nine special tokens at the end. `python3 tokenizer.py` trains it and writes tokenizer.json.
"""

import json
import random
from collections import Counter, defaultdict
from pathlib import Path

import regex

VOCABULARY = 4096
PRE_TOKEN = regex.compile(
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
USER_DEFINED = ["<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"]
SPECIAL = CONTROL + USER_DEFINED
SPLIT = regex.compile("(" + "|".join(regex.escape(token) for token in SPECIAL) + ")")
FILE = Path(__file__).resolve().parent / "tokenizer.json"


def byte_letters():
    """GPT-2's printable letter for each byte."""
    plain = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    letters = {byte: chr(byte) for byte in plain}
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(256 + len(letters) - len(plain))
    return letters


LETTER = byte_letters()
BYTE = {letter: byte for byte, letter in LETTER.items()}


def to_letters(text):
    return [LETTER[byte] for byte in text.encode("utf-8")]


class Tokenizer:
    """Encodes and decodes; immutable but for its cache of words."""

    def __init__(self, merges):
        self.merges = merges
        self.rank = {pair: i for i, pair in enumerate(merges)}
        self.tokens = [LETTER[byte] for byte in range(256)] + [a + b for a, b in merges]
        self.ordinary = len(self.tokens)
        self.tokens += SPECIAL
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.cache = {}
        if len(self.ids) != len(self.tokens):
            raise ValueError("two merges make the same token")

    @staticmethod
    def load(file=FILE):
        return Tokenizer([tuple(pair) for pair in json.loads(Path(file).read_text(encoding="utf-8"))["merges"]])

    def word(self, word):
        cached = self.cache.get(word)
        if cached is None:
            parts = to_letters(word)
            while len(parts) > 1:
                best = min(range(len(parts) - 1), key=lambda i: (self.rank.get((parts[i], parts[i + 1]), 1 << 30), i))
                if (parts[best], parts[best + 1]) not in self.rank:
                    break
                parts[best : best + 2] = [parts[best] + parts[best + 1]]
            cached = [self.ids[part] for part in parts]
            if len(self.cache) < 300_000:
                self.cache[word] = cached
        return cached

    def encode(self, text):
        out = []
        for i, part in enumerate(SPLIT.split(text)):
            if i % 2:
                out.append(self.ids[part])
            else:
                for word in PRE_TOKEN.findall(part):
                    out += self.word(word)
        return out

    def decode(self, ids):
        out = b""
        for i in ids:
            out += self.tokens[i].encode() if i >= self.ordinary else bytes(BYTE[letter] for letter in self.tokens[i])
        return out.decode("utf-8", "replace")


def learn_merges(counts, number):
    """Classic BPE: merge the most frequent pair, ties by the pair itself, until there are enough merges."""
    words = [(to_letters(word), count) for word, count in sorted(counts.items())]
    pairs, where = Counter(), defaultdict(set)
    for i, (parts, count) in enumerate(words):
        for pair in zip(parts, parts[1:]):
            pairs[pair] += count
            where[pair].add(i)
    merges, made = [], set(LETTER.values())
    while len(merges) < number:
        pair, count = max(pairs.items(), key=lambda item: (item[1], item[0]))
        if count < 1:
            raise ValueError(f"the corpus gives only {len(merges)} merges")
        joined = pair[0] + pair[1]
        if joined in made or joins_characters(joined):
            del pairs[pair]
            continue
        merges.append(pair)
        rarest = count
        made.add(joined)
        for i in sorted(where[pair]):
            words[i] = (merge(words[i], pair, i, pairs, where), words[i][1])
        pairs.pop(pair, None)
    print("the last merge was counted", rarest, "times")
    return merges


def joins_characters(joined):
    """Chinese stays one character per token: longer tokens would cut an unseen phrasing at other places than the trained ones."""
    return len(joined) > 3 and any(0xE3 <= BYTE[letter] <= 0xEF for letter in joined)


def merge(word, pair, index, pairs, where):
    """Applies one merge to one word and keeps the pair counts true."""
    parts, count = word
    for old in zip(parts, parts[1:]):
        pairs[old] -= count
        if pairs[old] <= 0:
            del pairs[old]
    joined, i = [], 0
    while i < len(parts):
        if i + 1 < len(parts) and (parts[i], parts[i + 1]) == pair:
            joined.append(parts[i] + parts[i + 1])
            i += 2
        else:
            joined.append(parts[i])
            i += 1
    for new in zip(joined, joined[1:]):
        pairs[new] += count
        where[new].add(index)
    return joined


def count_words():
    """Word counts of the corpus. Values to be copied are left out, or trained names would be one token and unseen ones several."""
    import dialogues
    from corpus import DIALOGUES, UNKNOWN
    from values import (
        CHINESE_CITIES, CITIES, FREQUENT_CHARACTERS, GIVEN, HELD_OUT_CHINESE_CITIES, HELD_OUT_CHINESE_NAMES, HELD_OUT_CITIES,
        HELD_OUT_NAMES, NAMES, SURNAMES,
    )  # fmt: skip

    counts = Counter()

    def add(text, weight):
        for part in SPLIT.split(text)[::2]:
            for word in PRE_TOKEN.findall(part):
                counts[word] += weight

    for item in DIALOGUES:
        for text in item.phrasings:
            add(text, 1)
            add(text[0].lower() + text[1:], 1)
        for text in (item.answer, item.thought, item.brief or "", item.french or ""):
            add(text, 12)
    for item in UNKNOWN:
        for text in item.phrasings[:2]:
            add(text, 1)
    characters = FREQUENT_CHARACTERS + SURNAMES + GIVEN + "".join(CHINESE_CITIES + HELD_OUT_CHINESE_CITIES + HELD_OUT_CHINESE_NAMES)
    characters += "".join(c for item in DIALOGUES + UNKNOWN for c in item.answer + "".join(item.phrasings) if "\u4e00" <= c <= "\u9fff")
    for character in set(characters):
        counts[character] += 30
    values = set(NAMES + HELD_OUT_NAMES + CITIES + HELD_OUT_CITIES)
    known = Counter()
    rng = random.Random(5)
    for _ in range(5000):
        drawn = dialogues.sample(rng)
        text = SPLIT.sub(" ", drawn.prompt + drawn.completion)
        known.update(set(PRE_TOKEN.findall(text)))
    for word, count in known.items():
        if count >= 6 and word.strip(' "') not in values:
            counts[word] += min(count, 400) // 4
    return counts


def main():
    counts = count_words()
    merges = learn_merges(counts, VOCABULARY - 256 - len(SPECIAL))
    FILE.write_text(json.dumps({"merges": merges}, ensure_ascii=False, indent=0), encoding="utf-8")
    import dialogues

    tokenizer, rng, tokens, size = Tokenizer.load(), random.Random(9), 0, 0
    for _ in range(1000):
        drawn = dialogues.sample(rng)
        text = drawn.prompt + drawn.completion
        ids = tokenizer.encode(text)
        assert tokenizer.decode(ids) == text
        tokens, size = tokens + len(ids), size + len(text.encode())
    print(f"{len(tokenizer.tokens)} tokens from {len(counts)} words, {size / tokens:.2f} bytes per token, {tokens / 1000:.0f} per sample")
    for text in [
        " Oliver",
        "谢小雨",
        "张伟",
        " Edinburgh",
        '{"city": "Edinburgh"}',
        "tiny-qwen3",
        "辞职信",
        "你好，请用一句话介绍你自己",
    ]:
        print(text, [tokenizer.decode([i]) for i in tokenizer.encode(text)])


if __name__ == "__main__":
    main()
