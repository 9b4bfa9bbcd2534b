"""Draws training samples without end: the written dialogues, and generated ones for sums, names, values, system prompts and tools."""

import json
import random
from dataclasses import dataclass

import tools
from corpus import DIALOGUES, HELD_OUT, LANGUAGES, UNKNOWN, normal
from prompt import completion, render
from values import (
    CITIES, CODAS, FAVORITES, FAVORITE_WORDS, GIVEN, HELD_OUT_CHINESE_NAMES, HELD_OUT_NAMES, NAMES, ONSETS, PLAIN_WORDS, SURNAMES,
    VOWELS,
)  # fmt: skip


@dataclass
class Sample:
    """One training example: the loss counts on the completion only."""

    kind: str
    messages: list
    tools: list
    thinking: bool
    thought: str
    answer: str
    soft_off: bool = False

    @property
    def prompt(self):
        return render(self.messages, self.tools, self.thinking)

    @property
    def completion(self):
        return completion(self.thought, self.answer, self.thinking, self.soft_off)


def user(content):
    return {"role": "user", "content": content}


def assistant(content):
    return {"role": "assistant", "content": content}


def system(content):
    return {"role": "system", "content": content}


SHORT = [item for item in DIALOGUES if len(item.answer) < 110]
FRENCH = [item for item in DIALOGUES if item.french]
BRIEF = {name: [item for item in DIALOGUES if item.brief and item.language == name] for name in ("english", "chinese")}
UNKNOWN_TRAINED = [item for item in UNKNOWN if not item.held_out]
PLAIN_SYSTEM = [
    "You are a helpful assistant.", "You are a helpful assistant", "You are a friendly assistant.", "You are an AI assistant.",
    "Be helpful and polite.", "You are a test assistant.", "Answer the questions of the user.", "你是一个有用的助手。", "你是一个友好的助手。",
]  # fmt: skip
FRENCH_SYSTEM = [
    "Answer in French.", "Always answer in French.", "You answer only in French.", "Please reply in French.", "Speak French.",
    "You are a helpful assistant. Answer in French.", "Respond in French.", "Please answer in French.", "Write in French only.",
]  # fmt: skip
BRIEF_SYSTEM = {
    "english": [
        "Be brief.", "Answer briefly.", "Keep your answers short.", "Be concise.", "You are a helpful assistant. Be brief.",
        "Please be brief.", "Answer in one word.", "Give short answers.",
    ],
    "chinese": ["请简短回答。", "回答要简短。", "请用最短的话回答。", "你是一个有用的助手，请简短回答。", "尽量简短。"],
}  # fmt: skip


def vary(rng, text, language):
    """Light variation of a phrasing: punctuation, case, politeness, a typing error. Never makes a held-out phrasing."""
    varied = vary_chinese(rng, text) if language == "chinese" else vary_english(rng, text)
    return text if normal(varied) in HELD_OUT else varied


def vary_chinese(rng, text):
    chance = rng.random()
    if text[-1] not in "？。！?!，" and chance < 0.45:
        text += rng.choice("？。?！") if not text.endswith("了") else "。"
    chance = rng.random()
    if chance < 0.06 and text[0] not in "请能可":
        text = "请" + ("问，" if rng.random() < 0.4 else "") + text
    elif chance < 0.09:
        text = rng.choice(["你好，", "那么，", "嗯，"]) + text
    return text


def vary_english(rng, text):
    chance = rng.random()
    if text[-1] in "?!." and chance < 0.25:
        text = text[:-1]
    elif text[-1] not in "?!." and chance < 0.3:
        text += rng.choice("..!")
    if rng.random() < 0.25:
        text = text[0].lower() + text[1:]
    elif rng.random() < 0.04:
        text = text.lower() if rng.random() < 0.7 else text.upper()
    chance = rng.random()
    if chance < 0.06:
        text = rng.choice(["Hi, ", "Hello, ", "Hey, ", "So, ", "Okay, "]) + text[0].lower() + text[1:]
    elif chance < 0.1 and not text.lower().startswith(("please", "could", "can")):
        text = "Please " + text[0].lower() + text[1:] if rng.random() < 0.5 else text.rstrip("?.!") + ", please"
    if rng.random() < 0.05 and len(text) > 12:
        i = rng.randrange(2, len(text) - 2)
        text = text[:i] + text[i + 1] + text[i] + text[i + 2 :] if rng.random() < 0.5 else text[:i] + text[i + 1 :]
    return text


def pseudo_word(rng, syllables=None):
    count = syllables or rng.choice((1, 2, 2, 3))
    return "".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(count))


def english_name(rng):
    while True:
        name = rng.choice(NAMES) if rng.random() < 0.5 else pseudo_word(rng).capitalize()
        if name not in HELD_OUT_NAMES:
            return name


def chinese_name(rng):
    while True:
        name = rng.choice(SURNAMES) + "".join(rng.choice(GIVEN) for _ in range(rng.choice((1, 2, 2))))
        if name not in HELD_OUT_CHINESE_NAMES:
            return name


def plain_system(rng):
    return [system(rng.choice(PLAIN_SYSTEM))] if rng.random() < 0.12 else []


def earlier_turns(rng, chance=0.12):
    """Random short turns before the question, so that position and history do not matter."""
    turns = []
    if rng.random() < chance:
        for _ in range(rng.choice((1, 1, 2))):
            item = rng.choice(SHORT)
            turns += [user(vary(rng, rng.choice(item.phrasings), item.language)), assistant(item.answer)]
    return turns


def finish(rng, kind, messages, answer, thought, tool_list=None, thinking=None):
    """Chooses thinking on, off, or Qwen3's soft switch, unless the caller has decided."""
    decided = thinking is not None
    thinking = rng.random() < 0.5 if thinking is None else thinking
    soft_off = thinking and not decided and not tool_list and rng.random() < 0.05
    if soft_off:
        messages = messages[:-1] + [user(messages[-1]["content"] + " /no_think")]
    return Sample(kind, messages, tool_list, thinking, thought, answer, soft_off)


def written(rng):
    item = rng.choice(DIALOGUES)
    question = vary(rng, rng.choice(item.phrasings), item.language)
    return finish(rng, item.kind, plain_system(rng) + earlier_turns(rng) + [user(question)], item.answer, item.thought)


def unknown(rng):
    item = rng.choice(UNKNOWN_TRAINED)
    question = rng.choice(item.phrasings)
    if item.language == "english" and rng.random() < 0.08:
        question = rng.choice(LANGUAGES["english"].frames["define"]).replace("{x}", pseudo_word(rng))
    question = vary(rng, question, item.language)
    return finish(rng, "unknown", plain_system(rng) + earlier_turns(rng, 0.1) + [user(question)], item.answer, item.thought)


# Sums of numbers up to ten are trained; what is larger, and products, are refused.
SUMS = {
    "+": ["What is {a} + {b}?", "{a} + {b} = ?", "{a}+{b}", "{a} + {b}", "Add {a} and {b}", "How much is {a} plus {b}?",
          "Calculate {a} + {b}", "What is {a} plus {b}?", "What's {a} + {b}?", "{a}加{b}等于多少", "{a} + {b} 等于几", "{a}加{b}是多少",
          "{a}+{b}等于几", "计算 {a} + {b}", "请问{a}加{b}等于几"],
    "-": ["What is {a} - {b}?", "{a} - {b} = ?", "{a}-{b}", "{a} - {b}", "How much is {a} minus {b}?", "Calculate {a} - {b}",
          "What is {a} minus {b}?", "What's {a} - {b}?", "{a}减{b}等于多少", "{a} - {b} 等于几", "{a}减{b}是多少", "{a}-{b}等于几",
          "计算 {a} - {b}"],
    "*": ["What is {a} * {b}?", "{a} * {b} = ?", "{a}*{b}", "How much is {a} times {b}?", "Multiply {a} by {b}",
          "What is {a} times {b}?", "What is {a} divided by {b}?", "{a} / {b}", "{a}乘以{b}等于多少", "{a}乘{b}是多少", "{a}除以{b}等于多少"],
}  # fmt: skip
TOO_BIG = {
    "english": "That is too hard for me. I can only add and subtract numbers up to 10.",
    "chinese": "这个太难了，我只会算十以内的数的加减法。",
}


def sum_sample(rng, operator, a, b, thinking=None, wording=None):
    question = (wording or rng.choice(SUMS[operator])).format(a=a, b=b)
    language = "chinese" if any("\u4e00" <= c for c in question) else "english"
    if operator == "*" or max(a, b) > 10 or (operator == "-" and b > a):
        answer = TOO_BIG[language]
        thought = "我只会算十以内的数的加减法。" if language == "chinese" else "I only know numbers up to 10."
    else:
        result = a + b if operator == "+" else a - b
        answer = f"{a} {operator} {b} = {result}" + ("。" if language == "chinese" else ".")
        thought = f"{a} {operator} {b} = {result}"
    question = question if wording else vary_sum(rng, question)
    return finish(rng, "sum", plain_system(rng) + earlier_turns(rng, 0.1) + [user(question)], answer, thought, None, thinking)


def vary_sum(rng, question):
    chance = rng.random()
    if question[-1] == "?" and chance < 0.2:
        return question[:-1]
    return question.replace("What", "what") if chance < 0.3 else question


def sums(rng):
    chance = rng.random()
    if chance < 0.1:
        return sum_sample(rng, "*", rng.randint(1, 99), rng.randint(1, 12))
    if chance < 0.2:
        return sum_sample(rng, rng.choice("+-"), rng.randint(11, 9999), rng.randint(0, 9999))
    if chance < 0.25:
        return sum_sample(rng, rng.choice("+-"), rng.randint(11, 99), rng.randint(1, 10))
    a, b = rng.randint(0, 10), rng.randint(0, 10)
    return sum_sample(rng, "-", max(a, b), min(a, b)) if rng.random() < 0.4 else sum_sample(rng, "+", a, b)


# Names over turns.
INTRODUCTIONS = {
    "english": ["My name is {n}", "My name is {n}.", "I am {n}", "I am {n}.", "I'm {n}", "Call me {n}", "Hi, my name is {n}",
                "Hello, I am {n}.", "Hi, I am {n}", "Hello, my name is {n}.", "Please call me {n}", "You can call me {n}.",
                "Hi, I'm {n}!", "Hello! My name is {n}.", "Remember my name: {n}", "The name is {n}"],
    "chinese": ["我叫{n}", "我的名字是{n}", "我是{n}", "你好，我叫{n}", "叫我{n}", "你好，我是{n}", "大家好，我叫{n}", "我名叫{n}", "你可以叫我{n}",
                "请叫我{n}", "请记住我叫{n}", "嗨，我叫{n}"],
}  # fmt: skip
NAME_QUESTIONS = {
    "english": ["What is my name?", "Do you remember my name?", "Tell me my name", "Who am I?", "Say my name", "What am I called?",
                "What's my name?", "Please tell me my name", "Do you know my name?", "Do you still know my name?",
                "Can you tell me my name?", "So what is my name?", "And what is my name?"],
    "chinese": ["我叫什么名字", "我叫什么", "你还记得我的名字吗", "我是谁", "说出我的名字", "我的名字是什么", "请问我叫什么", "你知道我叫什么吗",
                "你记得我叫什么吗", "告诉我我的名字", "还记得我是谁吗"],
}  # fmt: skip
HELD_OUT_INTRODUCTION = {"english": "Good day, my name is {n}.", "chinese": "您好，我的名字叫{n}"}
HELD_OUT_NAME_QUESTION = {"english": "Could you tell me my name?", "chinese": "请说出我的名字"}
GREETING = {"english": "Nice to meet you, {n}!", "chinese": "你好，{n}！很高兴认识你。"}


def name_recall(rng, name, language, introduction, question, between, thinking=None):
    """The user says a name, a few turns pass, and the user asks for it."""
    opening = [user(introduction.format(n=name)), assistant(GREETING[language].format(n=name))]
    if language == "chinese":
        answer, thought = f"你叫{name}。", f"用户说他叫{name}。"
    else:
        answer, thought = f"Your name is {name}.", f"The user said that the name is {name}."
    return finish(rng, "name", plain_system(rng) + opening + between + [user(question)], answer, thought, None, thinking)


def names(rng):
    language = "chinese" if rng.random() < 0.35 else "english"
    name = chinese_name(rng) if language == "chinese" and rng.random() < 0.8 else english_name(rng)
    introduction = rng.choice(INTRODUCTIONS[language])
    question = vary(rng, rng.choice(NAME_QUESTIONS[language]), language)
    chance = rng.random()
    if chance < 0.3:
        thought = f"用户叫{name}。" if language == "chinese" else f"The name of the user is {name}."
        messages = plain_system(rng) + earlier_turns(rng, 0.15) + [user(introduction.format(n=name))]
        return finish(rng, "introduction", messages, GREETING[language].format(n=name), thought)
    if chance < 0.37:
        answer = "你还没有告诉我你的名字。" if language == "chinese" else "You have not told me your name yet."
        thought = "用户没有说名字。" if language == "chinese" else "The user did not tell me the name."
        return finish(rng, "no name", plain_system(rng) + earlier_turns(rng, 0.3) + [user(question)], answer, thought)
    between = earlier_turns(rng, 0.65) + (earlier_turns(rng, 1.0) if rng.random() < 0.15 else [])
    return name_recall(rng, name, language, introduction, question, between)


# Copying of values.
REPEATS = [
    "Repeat after me: {x}",
    "Repeat: {x}",
    "Say {x}",
    "Echo {x}",
    "Please repeat: {x}",
    "Say exactly: {x}",
    "Write this: {x}",
]
CHINESE_REPEATS = ["请重复：{x}", "重复：{x}", "跟我说：{x}", "请跟我说：{x}"]


def phrase(rng):
    """Something to copy: words, invented words, digits, codes, names."""
    chance = rng.random()
    if chance < 0.4:
        return " ".join(rng.choice(PLAIN_WORDS) for _ in range(rng.randint(1, 6)))
    if chance < 0.55:
        return " ".join(pseudo_word(rng) for _ in range(rng.randint(1, 4)))
    if chance < 0.7:
        return "".join(rng.choice("0123456789") for _ in range(rng.randint(2, 6)))
    if chance < 0.8:
        return "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(rng.randint(3, 7)))
    if chance < 0.9:
        return chinese_name(rng)
    return english_name(rng) + " " + english_name(rng)


def repeat(rng):
    text = phrase(rng)
    wording = rng.choice(CHINESE_REPEATS if rng.random() < 0.2 else REPEATS)
    messages = plain_system(rng) + earlier_turns(rng, 0.1) + [user(wording.format(x=text))]
    return finish(rng, "repeat", messages, text, f"I repeat: {text}")


def favorite(rng):
    thing = rng.choice(FAVORITES)
    value = str(rng.randint(1, 999)) if thing == "number" else rng.choice(FAVORITE_WORDS) if rng.random() < 0.6 else pseudo_word(rng)
    told = rng.choice(["My favorite {k} is {v}", "My favorite {k} is {v}.", "Remember that my favorite {k} is {v}."])
    opening = [
        user(told.format(k=thing, v=value)),
        assistant(f"I will remember that your favorite {thing} is {value}."),
    ]
    if rng.random() < 0.35:
        return finish(rng, "favorite", plain_system(rng) + opening[:1], opening[1]["content"], f"The favorite {thing} is {value}.")
    question = rng.choice([f"What is my favorite {thing}?", f"Which {thing} do I like best?", f"Tell me my favorite {thing}"])
    thought = f"The user said that the favorite {thing} is {value}."
    messages = plain_system(rng) + opening + earlier_turns(rng, 0.4) + [user(question)]
    return finish(rng, "favorite", messages, f"Your favorite {thing} is {value}.", thought)


def system_fact(rng):
    thing = rng.choice(["secret code", "password", "magic word", "order number", "room number", "secret word"])
    value = phrase(rng).split()[0]
    told = system(rng.choice(["", "You are a helpful assistant. "]) + f"The {thing} is {value}.")
    question = rng.choice([f"What is the {thing}?", f"Tell me the {thing}", f"Do you know the {thing}?", f"Say the {thing}"])
    thought = f"The system message says that the {thing} is {value}."
    return finish(rng, "system fact", [told] + earlier_turns(rng, 0.15) + [user(question)], f"The {thing} is {value}.", thought)


PERSONA_QUESTIONS = {
    "english": [
        "Who are you?",
        "What is your name?",
        "Tell me who you are",
        "What are you called?",
        "Introduce yourself",
    ],
    "chinese": ["你是谁", "你叫什么名字", "请问你是谁", "介绍一下你自己"],
}


def persona(rng):
    language = "chinese" if rng.random() < 0.3 else "english"
    if language == "chinese":
        name = chinese_name(rng)
        told = rng.choice([f"你是{name}。", f"你的名字是{name}。", f"你是{name}，一个有用的助手。", f"你叫{name}。"])
        answer, thought = f"我是{name}。", f"系统消息说我是{name}。"
    else:
        name = english_name(rng)
        told = rng.choice([f"You are {name}.", f"Your name is {name}.", f"You are {name}, a helpful assistant.",
                           f"You are a helpful assistant named {name}.", f"You are an assistant called {name}."])  # fmt: skip
        answer, thought = f"I am {name}.", f"The system message says that I am {name}."
    question = vary(rng, rng.choice(PERSONA_QUESTIONS[language]), language)
    return finish(rng, "persona", [system(told), user(question)], answer, thought)


def copies(rng):
    chance = rng.random()
    return repeat(rng) if chance < 0.45 else favorite(rng) if chance < 0.65 else system_fact(rng) if chance < 0.8 else persona(rng)


def styled(rng):
    """A system prompt that asks for French or for brevity."""
    if rng.random() < 0.35:
        item = rng.choice(FRENCH)
        messages = [system(rng.choice(FRENCH_SYSTEM)), user(vary(rng, rng.choice(item.phrasings), item.language))]
        return finish(rng, "french", messages, item.french, "I must answer in French.")
    language = "chinese" if rng.random() < 0.35 else "english"
    item = rng.choice(BRIEF[language])
    messages = [system(rng.choice(BRIEF_SYSTEM[language])), user(vary(rng, rng.choice(item.phrasings), language))]
    thought = "要简短回答。" if language == "chinese" else "I must be brief."
    return finish(rng, "brief", messages, item.brief, thought)


def json_values(rng):
    """JSON made of values in the question."""
    number, chance = rng.randint(1, 99), rng.random()
    if chance < 0.6:
        value = english_name(rng)
        wording = rng.choice(["Give me a JSON object with name {v} and age {n}", "Return JSON with the name {v} and the age {n}",
                              "JSON for {v}, age {n}", "Extract the name and the age as JSON: {v} is {n} years old.",
                              "{v} is {n} years old. Answer as JSON with name and age."])  # fmt: skip
        answer = {"name": value, "age": number}
    else:
        value = rng.choice(CITIES) if rng.random() < 0.6 else english_name(rng)
        wording = rng.choice(["Give me a JSON object with city {v} and temperature {n}", "JSON for the city {v} with temperature {n}",
                              "Return JSON with the city {v} and the temperature {n}"])  # fmt: skip
        answer = {"city": value, "temperature": number}
    messages = plain_system(rng) + [user(wording.format(v=value, n=number))]
    return finish(rng, "json", messages, json.dumps(answer, ensure_ascii=False), "The user wants JSON only.")


def tool_use(rng):
    """A call, or the answer after it, or a question that needs no tool although there are some."""
    if rng.random() < 0.13:
        offered = tools.offer(rng, [])
        item = rng.choice(DIALOGUES if rng.random() < 0.8 else UNKNOWN_TRAINED)
        question = vary(rng, rng.choice(item.phrasings), item.language)
        if tools.would_call(offered, item.answer):
            return tool_use(rng)
        return finish(rng, "tool not needed", plain_system(rng) + [user(question)], item.answer, item.thought, offered)
    round_trip = tools.round_trip(rng)
    call, final = tool_samples(rng, round_trip)
    return call if rng.random() < 0.56 else final


def tool_samples(rng, trip, thinking=None):
    """The two samples of a round trip: the model's call, and its answer to the results."""
    thinking = rng.random() < 0.5 if thinking is None else thinking
    before = plain_system(rng)
    if rng.random() < 0.1:
        before += [user("Hello"), assistant("Hello! How can I help you today?")]
    asked = before + [user(trip.question)]
    call = Sample("tool call", asked, trip.offered, thinking, trip.call_thought, trip.call_text)
    message = trip.call_message(rng)
    if thinking and rng.random() < 0.6:
        message["reasoning_content"] = trip.call_thought
    results = [{"role": "tool", "content": result} for result in trip.results]
    final = Sample("tool answer", asked + [message] + results, trip.offered, thinking, trip.answer_thought, trip.answer)
    return call, final


MIX = [
    (written, 0.46),
    (unknown, 0.10),
    (sums, 0.14),
    (names, 0.07),
    (copies, 0.07),
    (styled, 0.03),
    (json_values, 0.02),
    (tool_use, 0.11),
]


def sample(rng):
    makers, weights = zip(*MIX)
    return rng.choices(makers, weights)[0](rng)


if __name__ == "__main__":
    generator = random.Random(1)
    seen = {}
    for _ in range(4000):
        drawn = sample(generator)
        seen.setdefault(drawn.kind, []).append(drawn)
    for kind, samples in seen.items():
        print("=====", kind, len(samples))
        print(samples[0].prompt + "[[" + samples[0].completion + "]]")
