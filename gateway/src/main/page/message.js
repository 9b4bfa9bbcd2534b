// One message: the question in a bubble, the answer on the page, its thinking folded, its errors with what to do.
import { LitElement, html, nothing } from 'lit';
import { copy } from './markdown.js';
import { duration, errorTitle, t } from './texts.js';
import * as icons from './icons.js';

class Message extends LitElement {
  static properties = {
    message: { attribute: false }, state: { attribute: false }, last: { attribute: false }, language: { attribute: false },
    copied: { state: true },
  };

  createRenderRoot() {
    return this;
  }

  render() {
    const { message } = this;
    this.classList.add('message');
    return message.role === 'user'
      ? html`<h3 class="visually-hidden">${t('you')}</h3><div class="bubble">${message.content}</div>`
      : html`<h3 class="visually-hidden">${t('assistant')}</h3>
        ${this.#thinking()}
        <llamero-markdown class="content" lang=""></llamero-markdown>
        ${this.#waiting()}${this.#end()}${this.#tools()}`;
  }

  updated() {
    if (this.message.role === 'user') return;
    const streaming = this.message.turn.state === 'RUNNING';
    this.querySelector('.content').show(this.message.content, streaming);
    const details = this.querySelector('details');
    if (details?.open) details.querySelector('llamero-markdown').show(this.message.reasoning, streaming && !this.message.content);
  }

  #thinking() {
    const { reasoning, content, turn } = this.message;
    if (!reasoning) return nothing;
    const active = turn.state === 'RUNNING' && !content;
    const millis = turn.statistics.reasoningMillis;
    const label = active ? `${t('thinking')}…` : millis >= 0 ? t('thought', { time: duration(millis) }) : t('thoughtShort');
    return html`<details class="thinking" @toggle=${() => this.requestUpdate()}>
      <summary class=${active ? 'shimmer' : ''}>${label}</summary><llamero-markdown></llamero-markdown></details>`;
  }

  #waiting() {
    const { turn, content, reasoning, waitedMillis } = this.message;
    if (turn.state !== 'RUNNING' || content || reasoning) return nothing;
    const label = waitedMillis > 4000 ? t('waitingLong', { time: duration(waitedMillis) }) : t('waiting');
    return html`<p class="waiting"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${label}</p>`;
  }

  #end() {
    const { turn } = this.message;
    if (turn.state === 'STOPPED') return html`<p class="ended">${t('stopped')}</p>`;
    if (turn.state === 'INTERRUPTED') return this.#error(t('interrupted'), t('interruptedText'), '');
    if (turn.state === 'FAILED') return this.#error(errorTitle(turn.errorCode), turn.errorMessage, turn.errorRemedy);
    return nothing;
  }

  #error(title, text, remedy) {
    return html`<section class="error" role="alert">
      <h4>${icons.warning}${title}</h4>
      <p>${text}</p>
      ${remedy ? html`<p class="remedy">${remedy}</p>` : nothing}
      <div class="row">
        ${this.last ? html`<button class="primary" @click=${this.#retry}>${icons.again}${t('retry')}</button>` : nothing}
        <small>${t('requestId')} <code>${this.message.turn.requestId}</code></small>
      </div></section>`;
  }

  #tools() {
    const { turn, content } = this.message;
    if (turn.state === 'RUNNING') return nothing;
    const again = this.last && (turn.state === 'DONE' || turn.state === 'STOPPED');
    if (!content && !again) return nothing;
    return html`<div class="tools">
      ${content ? html`<button class="icon" aria-label=${t('copy')} title=${t('copy')} @click=${this.#copy}>${this.copied ? icons.check : icons.clipboard}</button>` : nothing}
      ${again ? html`<button class="icon" aria-label=${t('regenerate')} title=${t('regenerate')} @click=${this.#retry}>${icons.again}</button>` : nothing}
      <small>${statistics(turn)}</small></div>`;
  }

  #retry() {
    this.dispatchEvent(new Event('retry'));
  }

  async #copy() {
    await copy(this.message.content);
    this.copied = true;
    setTimeout(() => (this.copied = false), 1500);
  }
}
customElements.define('llamero-message', Message);

/** Tokens per second of decoding: the first token belongs to the wait before it. */
export function rate({ completionTokens, totalMillis, firstTokenMillis }) {
  const seconds = (totalMillis - firstTokenMillis) / 1000;
  return completionTokens > 1 && firstTokenMillis >= 0 && seconds > 0.01 ? (completionTokens - 1) / seconds : null;
}

function statistics(turn) {
  const { completionTokens, firstTokenMillis } = turn.statistics;
  const speed = rate(turn.statistics);
  return [
    turn.model,
    completionTokens > 0 ? t(completionTokens === 1 ? 'statsToken' : 'statsTokens', { tokens: completionTokens }) : '',
    speed ? t('statsRate', { rate: speed < 10 ? speed.toFixed(1) : Math.round(speed) }) : '',
    firstTokenMillis >= 0 ? t('statsFirst', { time: duration(firstTokenMillis) }) : '',
  ].filter(Boolean).join(' · ');
}
