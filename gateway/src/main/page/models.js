// The models that can be asked, which one is, and what is being pulled.
import { remember, remembered } from './storage.js';

const AGAIN_MILLIS = 5000;

export class Models {
  /** The model that is asked. */
  model = '';
  /** The model that a person chose here; empty for the gateway's choice. */
  chosen = remembered('model');
  names = [];
  /** Sizes and what is loaded, by name; empty where the inference server does not tell. */
  details = new Map();
  pulls = new Map();
  failure = '';
  #connection;
  #changed;
  #timer = 0;

  constructor(connection, changed) {
    this.#connection = connection;
    this.#changed = changed;
  }

  welcome(model) {
    this.model = this.chosen || model || this.model;
  }

  choose(model) {
    this.chosen = model;
    this.model = model || this.model;
    remember('model', model);
    this.#changed();
  }

  async refresh() {
    clearTimeout(this.#timer);
    try {
      const { model, models, details = [], pulls = [] } = await this.#connection.request('models.list');
      this.names = models;
      this.details = new Map(details.map(one => [one.name, one]));
      this.pulls = new Map(pulls.map(pull => [pull.model, pull]));
      // A model that was chosen and is gone must not be asked for.
      if (this.chosen && !models.includes(this.chosen)) this.choose('');
      this.model = this.chosen || model;
      this.failure = '';
    } catch (error) {
      if (error.code === 'OFFLINE') return;
      this.failure = error.message;
    }
    if (!this.model || this.failure) this.#timer = setTimeout(() => this.refresh(), AGAIN_MILLIS);
    this.#changed();
  }

  rest() {
    clearTimeout(this.#timer);
  }

  /** After a turn: its model is known now, or may be gone. */
  used(turn) {
    if (turn.model && !this.model) this.model = turn.model;
    if (turn.state === 'FAILED') this.refresh();
  }

  pulled(pull) {
    this.pulls = new Map(this.pulls).set(pull.model, pull);
    if (pull.state === 'DONE') this.refresh();
  }
}
