// The messages of the open conversation, and what each event of a turn does to them. No I/O.

/** What every message has, also one of a gateway that does not tell all of it. */
const NONE = { siblings: [], attachments: [], toolCalls: [] };

export class Transcript {
  messages = [];
  /** Number of the last event of the running turn that is in the text. */
  seq = 0;

  clear() {
    this.messages = [];
    this.seq = 0;
  }

  load(messages, seq) {
    this.messages = messages.map(whole);
    this.seq = seq;
  }

  prepend(messages) {
    this.messages = [...messages.map(whole), ...this.messages];
  }

  get running() {
    const last = this.messages.at(-1);
    return last?.turn?.state === 'RUNNING' ? last : null;
  }

  /** Takes up what was missed; false if it does not fit and the history is needed. */
  resume({ turnId, seq, reset, state, answer, content, reasoning, toolCalls }) {
    const message = this.#of(turnId);
    if (!message) return false;
    if (reset) {
      this.#replace(answer);
    } else if (state !== 'RUNNING') {
      return false;
    } else {
      message.content += content;
      message.reasoning += reasoning;
      message.toolCalls = toolCalls ?? [];
    }
    this.seq = seq;
    return true;
  }

  /** Gives changed (the list), touched (one message), or missed (an event is missing: load again). */
  apply(name, payload) {
    if (name === 'turn.started') return this.#started(payload);
    const message = this.#of(payload.turnId);
    if (!message) return {};
    switch (name) {
      case 'turn.delta':
      case 'turn.tool':
        if (payload.seq <= this.seq) return {};
        if (payload.seq > this.seq + 1) return { missed: true };
        this.seq = payload.seq;
        message.resuming = null;
        if (name === 'turn.tool') addCall(message, payload);
        else if (payload.kind === 'reasoning') message.reasoning += payload.text;
        else message.content += payload.text;
        return { touched: message };
      case 'turn.thought':
        message.turn.statistics.reasoningMillis = payload.millis;
        return { touched: message };
      case 'turn.waiting':
        message.waitedMillis = payload.elapsedMillis;
        return { touched: message };
      case 'turn.resuming':
        message.resuming = payload;
        return { touched: message };
      case 'turn.reset':
        this.seq = payload.seq;
        this.#replace(payload.answer);
        return { changed: true };
      case 'turn.ended':
        this.#replace(payload.answer);
        return { changed: true };
      default:
        return {};
    }
  }

  /** The new question, or the new answer to an old one, takes the place of what followed the same parent. */
  #started({ question, answer }) {
    const parent = this.messages.findIndex(message => message.id === question.parent);
    const same = this.messages.findIndex(message => message.id === question.id);
    const kept = same >= 0 ? this.messages.slice(0, same) : this.messages.slice(0, parent + 1);
    this.messages = [...kept, whole(question), whole(answer)];
    this.seq = 0;
    return { changed: true };
  }

  #of(turnId) {
    const last = this.messages.at(-1);
    return last?.turn?.id === turnId ? last : null;
  }

  #replace(answer) {
    this.messages = [...this.messages.slice(0, -1), whole(answer)];
  }
}

function whole(message) {
  return { ...NONE, ...message };
}

function addCall(message, { index, id, name, arguments: piece }) {
  const calls = [...message.toolCalls];
  const call = calls[index] ?? { id, name, arguments: '' };
  calls[index] = { ...call, arguments: call.arguments + piece };
  message.toolCalls = calls;
}
