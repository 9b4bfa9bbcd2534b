// What holds for one conversation: system prompt, sampling, thinking; and its export.
import { html, nothing } from 'lit';
import { Panel } from './part.js';
import { exportSession } from './transfer.js';
import { t } from './texts.js';
import * as icons from './icons.js';

export const NO_SETTINGS = {
  model: '', systemPrompt: '', temperature: null, topP: null, topK: null, seed: null, contextTokens: null,
  answerTokensMax: null, thinking: 'default',
};
const NUMBERS = [
  ['temperature', 0, 2, 0.01], ['topP', 0, 1, 0.01], ['topK', 0, 1000, 1], ['seed', 0, 2147483647, 1],
  ['contextTokens', 256, 1048576, 256], ['answerTokensMax', 1, 1048576, 1],
];
const THINKING = ['default', 'on', 'off', 'low', 'medium', 'high'];

class ChatSettings extends Panel {
  static properties = { store: { attribute: false } };

  get #settings() {
    return { ...NO_SETTINGS, ...this.store.settings };
  }

  #change(event, name) {
    const { target } = event;
    if (!target.reportValidity()) return;
    const value = target.type === 'number' ? (target.value === '' ? null : Number(target.value)) : target.value;
    this.store.configure({ ...this.#settings, [name]: value });
    this.requestUpdate();
  }

  #reset() {
    this.store.configure(NO_SETTINGS);
    this.requestUpdate();
  }

  render() {
    const settings = this.#settings;
    const systemMax = this.store.welcome?.limits.systemPromptCharsMax;
    return html`<dialog aria-labelledby="settings-title" @click=${this.clickedBeside}><div class="panel settings">
      <header><h2 id="settings-title">${icons.sliders}${t('chatSettings')}</h2>
        <button class="icon" aria-label=${t('close')} title=${t('close')} @click=${this.close}>${icons.close}</button></header>
      <label class="wide"><span>${t('systemPrompt')}</span>
        <textarea rows="4" maxlength=${systemMax ?? 100000} placeholder=${t('systemPromptHint')} .value=${settings.systemPrompt}
          @change=${event => this.#change(event, 'systemPrompt')}></textarea></label>
      <fieldset><legend>${t('thinkingMode')}</legend><div class="choice">${THINKING.map(mode => html`
        <label><input type="radio" name="thinking" value=${mode} .checked=${settings.thinking === mode}
          @change=${event => this.#change(event, 'thinking')}><span>${t(`thinking_${mode}`)}</span></label>`)}</div></fieldset>
      <div class="numbers">${NUMBERS.map(([name, min, max, step]) => html`<label title=${t(`${name}Hint`)}><span>${t(name)}</span>
        <input type="number" min=${min} max=${max} step=${step === 256 ? 1 : step} placeholder=${t('modelsOwn')} .value=${settings[name] ?? ''}
          @change=${event => this.#change(event, name)}></label>`)}</div>
      <div class="row"><button class="plain" @click=${this.#reset}>${t('resetSettings')}</button></div>
      ${this.store.messages.length ? html`<h3>${t('export')}</h3><div class="row">
        <button class="plain" @click=${() => exportSession(this.store, this.store.sessionKey, 'markdown')}>${icons.download}Markdown</button>
        <button class="plain" @click=${() => exportSession(this.store, this.store.sessionKey, 'json')}>${icons.download}JSON</button></div>` : nothing}
      </div></dialog>`;
  }
}
customElements.define('llamero-chat-settings', ChatSettings);
