"""Reads the written dialogues: corpus/english.txt, corpus/chinese.txt and corpus/unknown.txt.

A dialogue (an intent) has many phrasings and one answer. One phrasing of each is held out: it is chosen by a checksum, never trained,
and only asked by evaluate.py. What counts as the same phrasing is decided by `normal`: case, spaces and punctuation do not matter.
"""

import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "corpus"


@dataclass
class Dialogue:
    """One intent. `phrasings` are trained, `held_out` is not; `brief` and `french` are the answers under such a system prompt."""

    language: str
    section: str
    phrasings: list
    held_out: str
    answer: str
    thought: str
    brief: str = None
    french: str = None
    kind: str = "written"  # or "framed" (the held-out phrasing came from a frame) or "table"


@dataclass
class Unknown:
    """A question outside of the model's knowledge: the same subject in every frame."""

    language: str
    phrasings: list
    held_out: bool
    answer: str
    thought: str


@dataclass
class Language:
    name: str
    frames: dict = field(default_factory=dict)
    tables: dict = field(default_factory=dict)
    dialogues: list = field(default_factory=list)


def checksum(text):
    return zlib.crc32(text.encode("utf-8"))


def normal(text):
    """The text without case, spaces, and punctuation; equal for two phrasings that differ in nothing else."""
    return re.sub(r"[\s.,;:?!'\"`。，；：？！、]", "", text.lower())


def unescape(text):
    return text.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")


def expand(phrasing, frames):
    """`name(x ; y)` becomes the frame's wordings with each of the fillers; everything else is itself."""
    match = re.fullmatch(r"([a-z]+)\((.*)\)", phrasing)
    if not match or match[1] not in frames:
        return [phrasing]
    fillers = [filler.strip() for filler in match[2].split(" ; ")]
    return [tidy(frame.replace("{x}", filler)) for filler in fillers for frame in frames[match[1]]]


def tidy(text):
    """Frames may begin with their filler, so the first letter is made a capital."""
    return text[0].upper() + text[1:]


def dialogue(language, section, phrasings, parts, kind=None):
    """Makes a dialogue and chooses the phrasing to hold out among those that are not marked with `*` as always trained."""
    pinned = {normal(text[1:]) for text in phrasings if text.startswith("*")}
    unique = {}
    framed = set()
    for text in phrasings:
        wordings = expand(text.lstrip("*"), language.frames)
        for wording in wordings:
            unique.setdefault(normal(wording), []).append(wording)
            if len(wordings) > 1:
                framed.add(normal(wording))
    candidates = [key for key in unique if key not in pinned]
    held = min(candidates, key=lambda key: checksum("held out " + parts["A"] + key))
    trained = [text for key, texts in unique.items() if key != held for text in texts]
    return Dialogue(
        language.name,
        section,
        trained,
        unique[held][0],
        unescape(parts["A"]),
        unescape(parts["T"]),
        parts.get("B"),
        parts.get("F"),
        kind or ("framed" if held in framed else "written"),
    )


def lines(name):
    for number, line in enumerate((FOLDER / name).read_text(encoding="utf-8").splitlines(), 1):
        if line and not line.startswith("# "):
            yield f"{name}:{number}", line


def read_language(name):
    """Reads the file of one language."""
    language = Language(name)
    section, phrasings, table, parts = None, None, None, {}

    def finish():
        nonlocal phrasings, table
        if table:
            wordings, rows = table
            for row in rows:
                cells = [cell.strip() for cell in row.split(", ")]
                filled = {key: text.format(*cells) for key, text in parts.items()}
                language.dialogues.append(dialogue(language, section, [wording.format(*cells) for wording in wordings], filled, "table"))
        elif phrasings:
            language.dialogues.append(dialogue(language, section, phrasings, parts))
        phrasings, table = None, None
        parts.clear()

    for place, line in lines(name + ".txt"):
        head, _, rest = line.partition(" ")
        if head == "##":
            finish()
            section = rest
        elif head == "frames":
            frame, _, wordings = rest.partition(": ")
            language.frames[frame] = [wording.strip() for wording in wordings.split(" | ")]
        elif head == "table":
            finish()
            table_name, _, wordings = rest.partition(": ")
            table = ([wording.strip() for wording in wordings.split(" | ")], [])
            language.tables[table_name] = table[0]
            section = table_name
        elif head == "rows:":
            table[1].extend(row.strip() for row in rest.split(" | "))
        elif head == "Q:":
            finish()
            phrasings = [text.strip() for text in rest.split(" | ")]
        elif head in ("A:", "T:", "B:", "F:"):
            parts[head[0]] = rest
        else:
            raise ValueError(f"{place}: what is {line!r}?")
    finish()
    return language


def read_unknown(languages):
    """Reads the subjects that the model does not know; a sixth of them is held out as a whole."""
    subjects, language, parts = [], None, {}
    for place, line in lines("unknown.txt"):
        head, _, rest = line.partition(" ")
        if head == "##":
            language = languages[rest]
        elif head in ("A:", "T:"):
            parts[head[0]] = rest
        else:
            frame = head.rstrip(":")
            if frame == "plain":
                wordings = ["{x}"]
            elif frame in language.frames:
                wordings = language.frames[frame]
            else:
                wordings = [wording.replace("{0}", "{x}") for wording in language.tables[frame]]
            for filler in rest.split(" | "):
                filler = filler.strip()
                phrasings = [tidy(wording.replace("{x}", filler)) for wording in wordings]
                held = checksum("unknown " + filler) % 6 == 0
                subjects.append(Unknown(language.name, phrasings, held, parts["A"], parts["T"]))
    return subjects


LANGUAGES = {name: read_language(name) for name in ("english", "chinese")}
DIALOGUES = [item for language in LANGUAGES.values() for item in language.dialogues]
UNKNOWN = read_unknown(LANGUAGES)
HELD_OUT = {normal(item.held_out) for item in DIALOGUES}


def check():
    """Fails when a phrasing belongs to two dialogues or a held-out one is trained anywhere."""
    owner = {}
    problems = []
    for item in DIALOGUES:
        for text in item.phrasings + [item.held_out]:
            other = owner.setdefault(normal(text), item)
            if other is not item and other.answer != item.answer:
                problems.append(f"{text!r} asks for {item.answer[:40]!r} and for {other.answer[:40]!r}")
            elif other is not item:
                problems.append(f"{text!r} stands in two dialogues")
    for item in UNKNOWN:
        for text in item.phrasings:
            if normal(text) in owner:
                problems.append(f"{text!r} is both known ({owner[normal(text)].answer[:40]!r}) and unknown")
    trained = {normal(text) for item in DIALOGUES for text in item.phrasings}
    problems += [f"{text!r} is held out and trained" for text in HELD_OUT & trained]
    return problems


if __name__ == "__main__":
    from collections import Counter

    found = check()
    for problem in found:
        print("problem:", problem)
    print(len(DIALOGUES), "dialogues", Counter((d.language, d.kind) for d in DIALOGUES))
    print(sum(len(d.phrasings) for d in DIALOGUES), "trained phrasings,", len(DIALOGUES), "held out")
    few = [d.phrasings[0] for d in DIALOGUES if len(d.phrasings) < 7]
    print("fewer than 8 phrasings:", few)
    print(
        len(UNKNOWN),
        "unknown subjects,",
        sum(u.held_out for u in UNKNOWN),
        "held out,",
        sum(len(u.phrasings) for u in UNKNOWN),
        "questions",
    )
    raise SystemExit(1 if found else 0)
