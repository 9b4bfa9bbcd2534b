// The text of an attachment that was sent.
import { html } from 'lit';
import { Panel } from './part.js';
import { copy } from './clipboard.js';
import { t } from './texts.js';
import * as icons from './icons.js';

class AttachmentView extends Panel {
  static properties = { store: { attribute: false }, file: { state: true } };

  async show({ messageId, index }) {
    this.file = await this.store.wish('chat.attachment', { sessionKey: this.store.sessionKey, messageId, index });
    if (this.file) this.open();
  }

  render() {
    return html`<dialog aria-labelledby="file-title" @click=${this.clickedBeside}><div class="panel">
      <header><h2 id="file-title">${icons.file}${this.file?.name}</h2>
        <button class="icon" aria-label=${t('copy')} title=${t('copy')} @click=${() => copy(this.file.text)}>${icons.clipboard}</button>
        <button class="icon" aria-label=${t('close')} title=${t('close')} @click=${this.close}>${icons.close}</button></header>
      <pre class="file-text" tabindex="0">${this.file?.text}</pre></div></dialog>`;
  }
}
customElements.define('llamero-attachment', AttachmentView);
