"""Tool round trips: what is offered, the question, the call, the results, and the answer that uses them."""

import json
from dataclasses import dataclass

import dialogues
from prompt import call_text
from values import CHINESE_CITIES, CITIES, PLAIN_WORDS

CONDITIONS = {
    "sunny": "晴",
    "cloudy": "多云",
    "rainy": "有雨",
    "windy": "有风",
    "snowy": "有雪",
    "foggy": "有雾",
    "clear": "晴朗",
}
VERBS = "open close start stop read write find make send lock move check print load save clean count".split()
THINGS = "door box file lamp song note page task light window book ticket robot image".split()
WEATHER_NAMES = ["get_weather", "get_weather", "get_weather", "get_current_weather", "get_temperature", "weather"]
PLACES = ["city", "city", "location", "place"]


@dataclass
class RoundTrip:
    offered: list
    question: str
    calls: list  # pairs of name and arguments
    results: list
    answer: str
    chinese: bool = False

    @property
    def call_thought(self):
        name = self.calls[0][0]
        return f"我应该调用 {name}。" if self.chinese else f"I should call {name}."

    @property
    def answer_thought(self):
        return "我得到了工具的结果。" if self.chinese else "I have the result of the tool."

    @property
    def call_text(self):
        return "\n".join(call_text(name, arguments) for name, arguments in self.calls)

    def call_message(self, rng):
        """The assistant's message in the history; clients send the arguments as text, spaced or compact."""
        separators = (",", ":") if rng.random() < 0.3 else None
        calls = [
            {"type": "function",
             "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False, separators=separators)}}
            for name, arguments in self.calls
        ]  # fmt: skip
        return {"role": "assistant", "content": "", "tool_calls": calls}


def function(name, description, properties, required=None):
    parameters = {"type": "object", "properties": properties, "required": list(required or properties)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def typed(rng, kind, *descriptions):
    """A parameter's schema, with a description or without."""
    description = rng.choice((None,) + descriptions)
    return {"type": kind, "description": description} if description else {"type": kind}


def to_json(rng, value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":") if rng.random() < 0.25 else None)


def weather_tool(rng):
    name = rng.choice(WEATHER_NAMES)
    properties = {rng.choice(PLACES): typed(rng, "string", "The city", "City name", "The name of the city", "The city, e.g. Paris")}
    place = list(properties)
    if rng.random() < 0.2:
        properties[rng.choice(["unit", "format"])] = {"type": "string", "enum": ["celsius", "fahrenheit"]}
    described = rng.choice(["Get the weather", "Get the current weather for a city", "Returns the weather in a city",
                            "Get current weather", "Get the current temperature for a city"])  # fmt: skip
    return function(name, described, properties, place)


def time_tool(rng):
    described = rng.choice(["Get the current time", "Get the current time in a city", "Returns the time"])
    return function(rng.choice(["get_time", "get_current_time"]), described, {"city": typed(rng, "string", "The city")})


def calculator_tool(rng):
    described = rng.choice(["Calculate an expression", "Evaluate an arithmetic expression", "A calculator"])
    return function(rng.choice(["calculate", "calculator"]), described, {"expression": typed(rng, "string", "The expression")})


def search_tool(rng):
    described = rng.choice(["Search the web", "Search for a text", "Web search"])
    return function(rng.choice(["search", "web_search"]), described, {"query": typed(rng, "string", "The search query")})


def invented_tool(rng):
    names = rng.sample(["id", "name", "value", "text", "key", "item", "level", "size", "target", "amount"], rng.choice((1, 1, 2)))
    properties = {name: {"type": rng.choice(("string", "integer"))} for name in names}
    if rng.random() < 0.7:
        name = rng.choice(VERBS) + "_" + rng.choice(THINGS)
    else:
        name = dialogues.pseudo_word(rng, 2) + rng.choice(["_", ""]) + dialogues.pseudo_word(rng, 1)
    described = rng.choice([name.replace("_", " ").capitalize(), "A tool", "Custom tool", "Runs " + name])
    return function(name, described, properties)


MAKERS = [weather_tool, weather_tool, time_tool, calculator_tool, search_tool]


def offer(rng, needed):
    """The needed tools and up to two others, in any order."""
    offered = list(needed)
    for _ in range(rng.choice((0, 0, 1, 1, 2)) if needed else rng.choice((1, 1, 2))):
        other = rng.choice(MAKERS)(rng) if rng.random() < 0.6 else invented_tool(rng)
        kinds = {purpose(tool) for tool in offered}
        if purpose(other) not in kinds:
            offered.append(other)
    rng.shuffle(offered)
    return offered


def purpose(tool):
    """What a tool is for, by its name: two tools for one purpose would make the right call a matter of taste."""
    name = tool["function"]["name"]
    for word in ("weather", "temperature", "time", "calculat", "search"):
        if word in name:
            return word.replace("temperature", "weather")
    return name


def would_call(offered, answer):
    """Whether one of the tools could answer what the model otherwise refuses (the time, the weather)."""
    kinds = {purpose(tool) for tool in offered}
    weather = "weather" in kinds and ("weather" in answer or "天气" in answer)
    return weather or ("time" in kinds and ("clock" in answer or "时钟" in answer))


def some_city(rng, chinese=False):
    if chinese:
        return rng.choice(CHINESE_CITIES) if rng.random() < 0.7 else dialogues.chinese_name(rng)
    if rng.random() < 0.5:
        return rng.choice(CITIES)
    name = dialogues.english_name(rng)
    return name + rng.choice(["", "", "ville", "ton", "burg", "stad"])


WEATHER_QUESTIONS = [
    "What is the weather in {c}?", "How is the weather in {c}?", "Tell me the weather in {c}", "Weather in {c}?",
    "What is the weather like in {c}?", "How is the weather in {c} today?", "What's the weather in {c}?",
    "What is the temperature in {c}?", "How warm is it in {c}?", "What is the current weather in {c}?", "Get the weather for {c}",
]  # fmt: skip
CHINESE_WEATHER_QUESTIONS = [
    "{c}的天气怎么样",
    "{c}天气如何",
    "查一下{c}的天气",
    "今天{c}天气怎么样",
    "{c}今天天气怎么样",
    "告诉我{c}的天气",
    "{c}的天气怎么样？",
]
HELD_OUT_WEATHER_QUESTION = {"english": "Please tell me the weather in {c}.", "chinese": "请查一下{c}的天气"}


def weather(rng, city=None, chinese=None, question=None):
    chinese = rng.random() < 0.3 if chinese is None else chinese
    tool = weather_tool(rng)
    name = tool["function"]["name"]
    place = tool["function"]["parameters"]["required"][0]
    city = city or some_city(rng, chinese)
    if not chinese and question is None and rng.random() < 0.15:
        return two_cities(rng, tool, place, city)
    wording = question or rng.choice(CHINESE_WEATHER_QUESTIONS if chinese else WEATHER_QUESTIONS)
    result, answer = weather_result(rng, city, place, chinese)
    return RoundTrip(offer(rng, [tool]), wording.format(c=city), [(name, {place: city})], [result], answer, chinese)


def weather_result(rng, city, place, chinese):
    """The result in one of the shapes that tools return, and the sentence that tells it."""
    degrees, condition = rng.randint(-9, 39), rng.choice(list(CONDITIONS))
    chance = rng.random()
    if chance < 0.5:
        value = {"temperature": degrees, "condition": condition}
        value = {place: city, **value} if rng.random() < 0.4 else value
        if chinese:
            return to_json(rng, value), f"{city}的天气{CONDITIONS[condition]}，气温{degrees}度。"
        return to_json(rng, value), f"It is {condition} in {city}, with {degrees} degrees."
    if chance < 0.7:
        value = {"temperature": degrees}
        return to_json(rng, value), f"{city}的气温是{degrees}度。" if chinese else f"It is {degrees} degrees in {city}."
    unit = rng.choice(["°C", " °C", " degrees", ""])
    text = rng.choice([f"{degrees}{unit}", f"{condition}, {degrees}{unit}", f"{degrees}{unit} and {condition}", condition])
    return text, f"{city}的天气：{text}" if chinese else f"The weather in {city}: {text}"


def two_cities(rng, tool, place, first):
    """Two parallel calls in one turn."""
    name, second = tool["function"]["name"], some_city(rng)
    calls = [(name, {place: first}), (name, {place: second})]
    facts = [(rng.randint(-9, 39), rng.choice(list(CONDITIONS))) for _ in calls]
    results = [json.dumps({"temperature": degrees, "condition": condition}) for degrees, condition in facts]
    answer = " ".join(f"It is {condition} in {city}, with {degrees} degrees." for city, (degrees, condition) in zip((first, second), facts))
    question = rng.choice(["What is the weather in {a} and {b}?", "How is the weather in {a} and {b}?"]).format(a=first, b=second)
    return RoundTrip(offer(rng, [tool]), question, calls, results, answer)


def clock(rng):
    tool, city = time_tool(rng), some_city(rng)
    time = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
    question = rng.choice(["What time is it in {c}?", "Tell me the time in {c}", "Current time in {c}?", "What is the time in {c}?"])
    result = to_json(rng, {"time": time}) if rng.random() < 0.6 else time
    name = tool["function"]["name"]
    return RoundTrip(offer(rng, [tool]), question.format(c=city), [(name, {"city": city})], [result], f"It is {time} in {city}.")


def calculator(rng):
    tool = calculator_tool(rng)
    a, b, operator = rng.randint(1, 999), rng.randint(1, 999), rng.choice("+-*")
    expression = f"{a} {operator} {b}"
    value = {"+": a + b, "-": a - b, "*": a * b}[operator]
    question = rng.choice(["Use the calculator: {e}", "Calculate {e} with the tool", "What is {e}? Use the tool.", "What is {e}?",
                           "Compute {e} with the calculator"]).format(e=expression)  # fmt: skip
    result = to_json(rng, {"result": value}) if rng.random() < 0.6 else str(value)
    name = tool["function"]["name"]
    return RoundTrip(offer(rng, [tool]), question, [(name, {"expression": expression})], [result], f"The result is {value}.")


def search(rng):
    tool = search_tool(rng)
    words = [rng.choice(PLAIN_WORDS) if rng.random() < 0.7 else dialogues.pseudo_word(rng) for _ in range(rng.randint(1, 3))]
    query, found = " ".join(words), " ".join(rng.choice(PLAIN_WORDS) for _ in range(rng.randint(1, 4)))
    question = rng.choice(["Search for {x}", "Search the web for {x}", "Find {x} on the web", "Look up {x}"]).format(x=query)
    result = to_json(rng, {"result": found}) if rng.random() < 0.6 else found
    return RoundTrip(offer(rng, [tool]), question, [(tool["function"]["name"], {"query": query})], [result], f"I found this: {found}")


def invented(rng):
    tool = invented_tool(rng)
    name, properties = tool["function"]["name"], tool["function"]["parameters"]["properties"]
    arguments = {key: argument(rng, schema["type"]) for key, schema in properties.items()}
    verb = rng.choice(["Call {} with ", "Use {} with ", "Run {} with ", "Please call {} with "]).format(name)
    question = verb + " and ".join(f"{key} {value}" for key, value in arguments.items()) + rng.choice(["", "."])
    value = rng.choice([rng.randint(0, 999), dialogues.pseudo_word(rng), dialogues.phrase(rng)])
    result = to_json(rng, {"result": value}) if rng.random() < 0.6 else str(value)
    return RoundTrip(offer(rng, [tool]), question, [(name, arguments)], [result], f"The result is {value}.")


def argument(rng, kind):
    if kind == "integer":
        return rng.randint(0, 99)
    return dialogues.pseudo_word(rng) if rng.random() < 0.6 else rng.choice(PLAIN_WORDS)


def round_trip(rng):
    return rng.choices([weather, clock, calculator, search, invented], [5, 1, 1, 1, 3])[0](rng)
