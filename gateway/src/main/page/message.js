// One message: the question in a bubble, the answer on the page, its thinking folded, its errors with what to do.
import { html, nothing } from 'lit';
import { Part } from './part.js';
import { copy } from './clipboard.js';
import { statistics } from './statistics.js';
import { duration, errorRemedy, errorTitle, number, t } from './texts.js';
import * as icons from './icons.js';
import './markdown/view.js';

/** A guess of the height until the message is drawn, so that the scroll bar tells the truth: pixels of a line, its characters. */
const LINE_PIXELS = 26;
const LINE_CHARS = 85;

class Message extends Part {
  static properties = {
    store: { attribute: false }, message: { attribute: false }, state: { attribute: false }, last: { attribute: false },
    idle: { attribute: false }, near: { state: true }, copied: { state: true }, editing: { state: true },
  };

  get #answer() {
    return this.message.role !== 'user';
  }

  /** Text that is read as it comes is drawn at once; the rest when it comes near the view. */
  get #drawn() {
    return this.near || this.state === 'RUNNING';
  }

  edit() {
    if (!this.store.running && this.message.siblings.length) this.editing = true;
  }

  firstUpdated() {
    const { content } = this.message;
    const lines = content.split('\n').reduce((sum, line) => sum + 1 + Math.floor(line.length / LINE_CHARS), 0);
    this.style.containIntrinsicSize = `auto ${40 + Math.min(lines, 2000) * LINE_PIXELS}px`;
  }

  render() {
    this.classList.add('message');
    return this.#answer
      ? html`<h3 class="visually-hidden">${t('assistant')}</h3>
        ${this.#thinking()}${this.#toolCalls()}
        <llamero-markdown class="content" lang=""></llamero-markdown>
        ${this.#waiting()}${this.#end()}${this.#tools()}`
      : html`<h3 class="visually-hidden">${t('you')}</h3>
        ${this.editing ? this.#editor() : html`${this.#attachments()}<div class="bubble">${this.message.content}</div>${this.#tools()}`}`;
  }

  updated(changed) {
    if (changed.has('editing') && this.editing) this.#focusEditor();
    if (!this.#answer) return;
    const streaming = this.message.turn.state === 'RUNNING';
    const view = this.querySelector('.content');
    if (!this.#drawn) {
      // Not yet drawn, but there: the browser's search and a screen reader find it.
      if (!view.firstChild) view.textContent = this.message.content;
      return;
    }
    if (view.firstChild?.nodeType === Node.TEXT_NODE && !view.classList.contains('plain')) view.textContent = '';
    view.show(this.message.content, streaming);
    const details = this.querySelector('details.thinking');
    if (details?.open) details.querySelector('llamero-markdown').show(this.message.reasoning, streaming && !this.message.content);
  }

  #thinking() {
    const { reasoning, content, turn } = this.message;
    if (!reasoning) return nothing;
    const millis = turn.statistics.reasoningMillis;
    const active = turn.state === 'RUNNING' && !content && millis < 0;
    const label = active ? `${t('thinking')}…` : millis >= 0 ? t('thought', { time: duration(millis) }) : t('thoughtShort');
    return html`<details class="thinking" @toggle=${() => this.requestUpdate()}>
      <summary class=${active ? 'shimmer' : ''}>${label}</summary><llamero-markdown></llamero-markdown></details>`;
  }

  #toolCalls() {
    return this.message.toolCalls.map(call => html`<details class="tool">
      <summary>${icons.wrench}${t('toolCall')} <code>${call.name}</code></summary><pre tabindex="0"><code>${pretty(call.arguments)}</code></pre></details>`);
  }

  #attachments() {
    const { attachments, id } = this.message;
    if (!attachments.length) return nothing;
    return html`<ul class="files">${attachments.map((file, index) => html`<li>
      <button class="file" title=${t('showAttachment')} @click=${() => this.#tell('attachment', { messageId: id, index })}>
        ${icons.file}<span>${file.name}</span><small>${t('chars', { count: number(file.chars) })}</small></button></li>`)}</ul>`;
  }

  #waiting() {
    const { turn, content, reasoning, waitedMillis, resuming } = this.message;
    if (turn.state !== 'RUNNING') return nothing;
    if (resuming) {
      return html`<section class="resuming" role="status">${icons.again}<p><strong>${errorTitle(resuming.errorCode)}.</strong>
        ${t('resuming', { attempt: resuming.attempt })} ${errorRemedy(resuming.errorCode, resuming.errorRemedy)}</p></section>`;
    }
    if (content || reasoning || this.message.toolCalls.length) return nothing;
    const label = waitedMillis > 4000 ? t('waitingLong', { time: duration(waitedMillis) }) : t('waiting');
    return html`<p class="waiting"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${label}</p>`;
  }

  #end() {
    const { turn } = this.message;
    if (turn.state === 'STOPPED') return html`<p class="ended">${t('stopped')}${this.#continue()}</p>`;
    if (turn.state === 'INTERRUPTED') return this.#error(t('interrupted'), t('interruptedText'), '');
    if (turn.state === 'FAILED') return this.#error(errorTitle(turn.errorCode), turn.errorMessage, errorRemedy(turn.errorCode, turn.errorRemedy));
    if (turn.finishReason === 'length') return html`<p class="ended">${t('cut')}${this.#continue()}</p>`;
    return nothing;
  }

  #continue() {
    const { turn, content, siblings } = this.message;
    if (!this.last || !content || !siblings.length) return nothing;
    return html` <button class="link" @click=${() => this.store.goOn(turn.id)}>${t('continue')}</button>`;
  }

  #error(title, text, remedy) {
    return html`<section class="error" role="alert">
      <h4>${icons.warning}${title}</h4>
      <p>${text}</p>
      ${remedy ? html`<p class="remedy">${remedy}</p>` : nothing}
      <div class="row">
        ${this.last ? html`<button class="primary" @click=${this.#retry}>${icons.again}${t('retry')}</button>${this.#continue()}` : nothing}
        <small>${t('requestId')} <code>${this.message.turn.requestId}</code></small>
      </div></section>`;
  }

  #tools() {
    const { turn, content, siblings } = this.message;
    if (turn?.state === 'RUNNING') return nothing;
    const again = this.#answer && this.last && (turn.state === 'DONE' || turn.state === 'STOPPED');
    const edit = !this.#answer && siblings.length > 0 && this.idle;
    return html`<div class="tools">
      ${this.#switcher()}
      ${content ? this.#tool(this.copied ? icons.check : icons.clipboard, t('copy'), this.#copy) : nothing}
      ${again ? this.#tool(icons.again, t('regenerate'), this.#retry) : nothing}
      ${edit ? this.#tool(icons.pencil, t('edit'), () => this.edit()) : nothing}
      ${this.#answer ? html`<small>${statistics(turn)}</small>` : nothing}</div>`;
  }

  #tool(icon, label, action) {
    return html`<button class="icon" aria-label=${label} title=${label} @click=${action}>${icon}</button>`;
  }

  #switcher() {
    const { siblings, id } = this.message;
    if (siblings.length < 2) return nothing;
    const index = siblings.indexOf(id);
    const turnTo = (other, icon, label) => html`<button class="icon" aria-label=${label} title=${label}
      ?disabled=${other === undefined || !this.idle} @click=${() => this.store.branch(other)}>${icon}</button>`;
    return html`<span class="switcher" role="group" aria-label=${t('versions')}>
      ${turnTo(siblings[index - 1], icons.left, t('previousVersion'))}<span>${index + 1}/${siblings.length}</span>
      ${turnTo(siblings[index + 1], icons.right, t('nextVersion'))}</span>`;
  }

  #editor() {
    const submit = () => {
      const text = this.querySelector('.editor textarea').value.trim();
      this.editing = false;
      if (text && text !== this.message.content) this.store.edit(this.message.id, text);
    };
    return html`<div class="editor"><textarea rows="1" aria-label=${t('editQuestion')} .value=${this.message.content}
        @keydown=${event => {
          if (event.key === 'Escape') { event.stopPropagation(); this.editing = false; }
          if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
        }}></textarea>
      <div class="row"><button @click=${() => (this.editing = false)}>${t('cancel')}</button>
        <button class="primary" @click=${submit}>${t('sendEdited')}</button></div></div>`;
  }

  #focusEditor() {
    const area = this.querySelector('.editor textarea');
    area.style.height = `${area.scrollHeight}px`;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }

  #retry() {
    this.store.retry(this.message.turn.id);
  }

  async #copy() {
    await copy(this.message.content);
    this.copied = true;
    setTimeout(() => (this.copied = false), 1500);
  }
}
customElements.define('llamero-message', Message);

function pretty(json) {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json; // It is still coming, or is no JSON.
  }
}
