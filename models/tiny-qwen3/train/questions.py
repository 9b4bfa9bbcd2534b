"""The test questions: written dialogues in their held-out phrasing and in a trained one, and held-out subjects, names, cities, wordings."""

import random

import dialogues
import tools
from corpus import DIALOGUES, UNKNOWN
from dialogues import Sample, assistant, user
from values import HELD_OUT_CHINESE_CITIES, HELD_OUT_CHINESE_NAMES, HELD_OUT_CITIES, HELD_OUT_NAMES


def ask(kind, item, question, thinking):
    return Sample(kind, [user(question)], None, thinking, item.thought, item.answer)


def build():
    """All test questions by row of the table in README.md; the same every time."""
    rows, rng = {}, random.Random(2026)

    def add(row, sample):
        rows.setdefault(row, []).append(sample)

    for thinking in (False, True):
        mode = "thinking" if thinking else "plain"
        for item in DIALOGUES:
            add(
                f"held-out phrasing, {item.language}, {item.kind}, {mode}",
                ask("held out", item, item.held_out, thinking),
            )
            add(f"trained phrasing, {item.language}, {mode}", ask("trained", item, item.phrasings[0], thinking))
        for item in UNKNOWN:
            phrasing = item.phrasings[rng.randrange(len(item.phrasings))]
            if item.held_out:
                add(f"unknown subject never trained, {item.language}, {mode}", ask("unknown", item, phrasing, thinking))
        add_names(add, rng, thinking, mode)
        add_tools(add, rng, thinking, mode)
        for a in range(0, 11, 2):
            for b in range(0, 11, 3):
                add(f"sums, {mode}", dialogues.sum_sample(rng, "+", a, b, thinking, "What is {a} + {b}?"))
                add(f"sums, {mode}", dialogues.sum_sample(rng, "-", a + b, b, thinking, "{a} - {b} = ?"))
    for _ in range(60):
        add("system prompt: French, brief", dialogues.styled(rng))
        add("system prompt: fact, persona", dialogues.persona(rng) if rng.random() < 0.5 else dialogues.system_fact(rng))
        add("JSON from values", dialogues.json_values(rng))
        add("repeat, favorites", dialogues.repeat(rng) if rng.random() < 0.5 else dialogues.favorite(rng))
    return rows


def add_names(add, rng, thinking, mode):
    held_out = [("english", name) for name in HELD_OUT_NAMES] + [("chinese", name) for name in HELD_OUT_CHINESE_NAMES]
    for language, name in held_out:
        between = []
        for item in rng.sample(dialogues.SHORT, rng.choice((0, 1, 2))):
            between += [user(item.phrasings[0]), assistant(item.answer)]
        introduction, question = dialogues.INTRODUCTIONS[language][0], dialogues.NAME_QUESTIONS[language][0]
        add(f"held-out name over turns, {language}, {mode}",
            dialogues.name_recall(rng, name, language, introduction, question, between, thinking))  # fmt: skip
        introduction, question = dialogues.HELD_OUT_INTRODUCTION[language], dialogues.HELD_OUT_NAME_QUESTION[language]
        add(f"held-out name and wording, {language}, {mode}",
            dialogues.name_recall(rng, name, language, introduction, question, between, thinking))  # fmt: skip


def add_tools(add, rng, thinking, mode):
    cities = [(city, False) for city in HELD_OUT_CITIES] + [(city, True) for city in HELD_OUT_CHINESE_CITIES]
    for city, chinese in cities:
        question = tools.HELD_OUT_WEATHER_QUESTION["chinese" if chinese else "english"]
        call, answer = dialogues.tool_samples(rng, tools.weather(rng, city, chinese, question), thinking)
        language = "Chinese" if chinese else "English"
        add(f"weather of a held-out {language} city, call, {mode}", call)
        add(f"weather of a held-out {language} city, answer, {mode}", answer)
    for _ in range(30):
        for name, maker in (("known tool", rng.choice([tools.weather, tools.clock, tools.calculator, tools.search])),
                            ("invented tool", tools.invented)):  # fmt: skip
            call, answer = dialogues.tool_samples(rng, maker(rng), thinking)
            add(f"{name}, call, {mode}", call)
            add(f"{name}, answer, {mode}", answer)
