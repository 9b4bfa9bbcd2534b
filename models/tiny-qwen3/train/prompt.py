"""Renders a conversation as Qwen3 does, in Python for speed; check_template.py holds it against chat_template.jinja."""

import json

TOOLS_HEAD = (
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
    "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n"
)
TOOLS_FOOT = (
    "</tools>\n\nFor each function call, return a json object with function name and arguments "
    "within <tool_call></tool_call> XML tags:\n<tool_call>\n"
    '{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>'
)
NO_THOUGHT = "<think>\n\n</think>\n\n"


def turn(role, content):
    return f"<|im_start|>{role}\n{content}<|im_end|>\n"


def to_json(value):
    return json.dumps(value, ensure_ascii=False)


def call_text(name, arguments):
    """A tool call; `arguments` is JSON text or a dictionary."""
    text = arguments if isinstance(arguments, str) else to_json(arguments)
    return f'<tool_call>\n{{"name": "{name}", "arguments": {text}}}\n</tool_call>'


def assistant(message, after_question, last):
    thought, answer = message.get("reasoning_content"), message["content"]
    text = answer
    if after_question and (last or thought):
        text = "<think>\n" + (thought or "").strip("\n") + "\n</think>\n\n" + answer.lstrip("\n")
    calls = [call_text(call["function"]["name"], call["function"]["arguments"]) for call in message.get("tool_calls", [])]
    return turn("assistant", text + ("\n" if answer and calls else "") + "\n".join(calls))


def render(messages, tools=None, thinking=True):
    """The text before the model's next answer. Thoughts in `reasoning_content` survive only after the last question."""
    out = []
    system = messages[0]["content"] if messages[0]["role"] == "system" else None
    if tools:
        listed = "".join(to_json(tool) + "\n" for tool in tools)
        out.append(turn("system", (system + "\n\n" if system is not None else "") + TOOLS_HEAD + listed + TOOLS_FOOT))
    elif system is not None:
        out.append(turn("system", system))
    question = max(i for i, message in enumerate(messages) if message["role"] == "user")
    for i, message in enumerate(messages):
        role = message["role"]
        if role == "user" or (role == "system" and i > 0):
            out.append(turn(role, message["content"]))
        elif role == "assistant":
            out.append(assistant(message, i > question, i == len(messages) - 1))
        elif role == "tool":
            first = i == 0 or messages[i - 1]["role"] != "tool"
            last = i == len(messages) - 1 or messages[i + 1]["role"] != "tool"
            out.append("<|im_start|>user" if first else "")
            out.append(f"\n<tool_response>\n{message['content']}\n</tool_response>")
            out.append("<|im_end|>\n" if last else "")
    out.append("<|im_start|>assistant\n" + ("" if thinking else NO_THOUGHT))
    return "".join(out)


def completion(thought, answer, thinking, soft_off=False):
    """What the model must write after the prompt; `soft_off` is Qwen3's /no_think: an empty thought of its own."""
    if not thinking:
        return answer + "<|im_end|>"
    if soft_off:
        return NO_THOUGHT + answer + "<|im_end|>"
    return f"<think>\n{thought}\n</think>\n\n{answer}<|im_end|>"
