// A piece of the page: drawn into the document itself, and drawn anew when the language changes.
import { LitElement } from 'lit';

export class Part extends LitElement {
  #speak = () => this.requestUpdate();

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('language', this.#speak);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('language', this.#speak);
  }
}

/** A dialog over the page: open() and close(), Escape and a click beside it close it too. */
export class Panel extends Part {
  get dialog() {
    return this.querySelector('dialog');
  }

  async open() {
    // It may be asked for before it was drawn for the first time.
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
    this.requestUpdate();
  }

  close() {
    this.dialog.close();
  }

  /** For the dialog's click: one beside its content lands on the dialog itself. */
  clickedBeside(event) {
    if (event.target === this.dialog) this.close();
  }
}
