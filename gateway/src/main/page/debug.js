// What happens underneath: the layers, and the trace of the last question.
import { html, nothing } from 'lit';
import { Panel } from './part.js';
import { rate } from './statistics.js';
import { pageFacts, traceBars, traceFacts } from './trace-view.js';
import { duration, errorRemedy, layerFailure, layerRemedy, t } from './texts.js';
import * as icons from './icons.js';

class Debug extends Panel {
  static properties = {
    store: { attribute: false }, report: { state: true }, roundTrip: { state: true },
    failure: { state: true }, busy: { state: true },
  };

  /** Opened by its own address before the connection stands, it asks when that does. */
  async open() {
    // What an earlier look found says nothing of now.
    this.report = null;
    await super.open();
    if (this.store.online) this.#ask();
    else this.store.connection.addEventListener('open', () => this.dialog.open && this.#ask(), { once: true });
  }

  async #ask() {
    if (this.busy) return;
    this.busy = true;
    this.failure = '';
    try {
      const { connection } = this.store;
      await this.store.measured;
      const start = performance.now();
      await connection.request('ping');
      this.roundTrip = performance.now() - start;
      this.report = await connection.request('debug');
    } catch (error) {
      this.report = null;
      this.failure = `${t('debugFailed')} ${error.message}`;
    }
    this.busy = false;
  }

  /** At its own address, leaving it leads to the chat. */
  #closed() {
    if (location.pathname === '/debug') history.replaceState(null, '', '/');
  }

  render() {
    return html`<dialog aria-labelledby="debug-title" @click=${this.clickedBeside} @close=${this.#closed}>
      <div class="panel">
        <header><h2 id="debug-title">${icons.pulse}${t('debugTitle')}</h2>
          <button class="icon" aria-label=${t('refresh')} title=${t('refresh')} aria-disabled=${Boolean(this.busy)} @click=${this.#ask}>${icons.again}</button>
          <button class="icon" aria-label=${t('close')} title=${t('close')} @click=${this.close}>${icons.close}</button></header>
        ${this.failure ? html`<p class="failure">${this.failure}</p>` : nothing}
        ${this.report ? this.#body() : this.failure ? nothing : html`<p class="asking">${t('asking')}</p>`}
      </div></dialog>`;
  }

  #body() {
    return html`<h3>${t('debugLayers')}</h3>
      <ol class="layers">${this.report.layers.map(layer => this.#layer(layer))}</ol>
      <h3>${t('debugTrace')}</h3>
      ${this.report.lastTurn ? this.#trace(this.report.lastTurn) : html`<p class="asking">${t('noQuestion')}</p>`}`;
  }

  #layer(layer) {
    // The gateway cannot measure the way to itself; the page can.
    const millis = layer.name === 'gateway' ? this.roundTrip : layer.latencyMillis;
    const facts = Object.entries(layer.facts).map(([name, value]) => t(`fact_${name}`, { value })).join(t('comma'));
    return html`<li class=${layer.status} data-layer=${layer.name}>
      <div class="line"><i></i><strong>${t(layer.name)}</strong><span class="state">${t(layer.status)}</span>
        <span class="latency">${millis >= 0 ? `${millis < 10 ? millis.toFixed(1) : Math.round(millis)} ${t('ms')}` : '–'}</span></div>
      <div class="facts">${layer.address ? html`<code>${layer.address}</code>` : nothing}${layer.version ? html`<span>${t('version')} ${layer.version}</span>` : nothing}
        ${facts ? html`<span>${facts}</span>` : nothing}${layer.code ? html`<span>${layerFailure(layer)}</span>` : nothing}</div>
      ${layer.remedy ? html`<p class="remedy">${layerRemedy(layer)}</p>` : nothing}</li>`;
  }

  #trace(turn) {
    const { firstTokenMillis, totalMillis, promptTokens, completionTokens } = turn.statistics;
    const speed = rate(turn.statistics);
    const { trace } = this.report;
    const page = trace?.page;
    const rows = [
      [t('requestId'), html`<code>${turn.requestId}</code>`],
      [t('modelLabel'), turn.model || '–'],
      [t('state'), t(turn.state) + (turn.errorCode ? ` (${turn.errorCode})` : '')],
      [t('firstToken'), firstTokenMillis >= 0 ? duration(firstTokenMillis) : '–'],
      [t('total'), totalMillis >= 0 ? duration(totalMillis) : '–'],
      [t('tokens'), completionTokens >= 0 ? t('tokensValue', { prompt: promptTokens, completion: completionTokens }) : '–'],
      ...(trace ? traceFacts(trace) : []),
      [t('rate'), speed ? t('statsRate', { rate: speed.toFixed(1) }) : '–'],
      ...(page ? pageFacts(page) : []),
    ];
    return html`
      ${turn.errorCode ? html`<p class="failure">${turn.errorMessage}</p>
        <p class="remedy">${errorRemedy(turn.errorCode, turn.errorRemedy)}</p>` : nothing}
      ${trace ? traceBars(trace) : nothing}
      <dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  }
}
customElements.define('llamero-debug', Debug);
