// Which model is asked: all of them with size and what is loaded, and pulling a new one.
import { html, nothing } from 'lit';
import { Part } from './part.js';
import { bytes, number, t } from './texts.js';
import * as icons from './icons.js';

class ModelPicker extends Part {
  static properties = { store: { attribute: false } };

  firstUpdated() {
    this.store.addEventListener('change', () => this.requestUpdate());
    this.querySelector('[popover]').addEventListener('toggle', event => {
      if (event.newState !== 'open') return;
      this.store.models.refresh();
      this.querySelector('.models [aria-checked=true]')?.focus();
    });
  }

  open() {
    this.querySelector('[popover]').showPopover();
  }

  #choose(name) {
    this.store.models.choose(name);
    this.querySelector('[popover]').hidePopover();
  }

  #pull(event) {
    event.preventDefault();
    const input = this.querySelector('form input');
    const model = input.value.trim();
    if (!model) return;
    input.value = '';
    this.store.wish('models.pull', { model }).then(pull => pull && this.store.models.pulled(pull));
  }

  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.querySelectorAll('.models button')];
    buttons[buttons.indexOf(document.activeElement) + step]?.focus();
  }

  render() {
    const { models, online } = this.store;
    const broken = Boolean(models.failure) || !models.model || !online;
    return html`<button class="model ${broken ? 'broken' : ''}" popovertarget="models" title=${models.failure || t('modelLabel')}
        aria-label="${t('modelLabel')}: ${models.model || t('modelUnknown')}"><i></i><span>${models.model || t('modelUnknown')}</span>${icons.chevron}</button>
      <div popover id="models" class="popover" role="dialog" aria-label=${t('modelLabel')}>
        ${models.failure ? html`<p class="failure">${models.failure}</p>` : nothing}
        ${!models.failure && !models.names.length ? html`<p class="empty">${t('noModels')}</p>` : nothing}
        <div class="models" role="radiogroup" aria-label=${t('modelLabel')} @keydown=${this.#move}>
          ${models.names.map(name => this.#model(name, models))}</div>
        ${[...models.pulls.values()].map(pull => this.#progress(pull))}
        <form @submit=${this.#pull}><input placeholder=${t('pullName')} aria-label=${t('pullName')} maxlength="200" spellcheck="false" autocapitalize="off">
          <button class="primary">${icons.download}${t('pull')}</button></form>
      </div>`;
  }

  #model(name, models) {
    const detail = models.details.get(name);
    const facts = detail
      ? [detail.sizeBytes >= 0 ? bytes(detail.sizeBytes) : '', detail.parameterSize, detail.quantization].filter(Boolean).join(' · ')
      : '';
    return html`<button role="radio" aria-checked=${name === models.model} @click=${() => this.#choose(name)}>
      <span class="name">${name}</span><small>${facts}</small>
      ${detail?.loaded ? html`<span class="loaded" title=${detail.contextTokens > 0 ? t('contextOf', { count: number(detail.contextTokens) }) : nothing}>${t('loaded')}</span>` : nothing}
      ${name === models.model ? icons.check : nothing}</button>`;
  }

  #progress(pull) {
    const { model, state, status, completedBytes, totalBytes, errorMessage } = pull;
    const running = state === 'RUNNING';
    const known = totalBytes > 0;
    return html`<div class="pull ${state}" role="status"><div class="row"><strong>${model}</strong>
        <small>${running ? (known ? `${bytes(completedBytes)} / ${bytes(totalBytes)}` : status) : t(`pull_${state}`)}</small>
        ${running
          ? html`<button class="icon" aria-label="${t('stop')}: ${model}" title=${t('stop')} @click=${() => this.store.wish('models.pullStop', { model })}>${icons.close}</button>`
          : state === 'DONE' ? nothing : html`<button class="icon" aria-label="${t('retry')}: ${model}" title=${t('retry')}
            @click=${() => this.store.wish('models.pull', { model })}>${icons.again}</button>`}</div>
      ${running ? html`<progress aria-label="${t('pulling')}: ${model}" max="1" .value=${known ? completedBytes / totalBytes : 0}></progress>` : nothing}
      ${errorMessage ? html`<p class="failure">${errorMessage}</p>` : nothing}</div>`;
  }
}
customElements.define('llamero-model-picker', ModelPicker);
