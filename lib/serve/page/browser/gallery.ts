import { ask } from './ask.js';
import { Card } from './card.js';
import { Line } from './line.js';
import { pictureOf } from './picture.js';
import type { Result } from './result.js';
import { byId } from './service.js';
import type { Service } from './service.js';
import { Refusal, count, duration } from './words.js';

/** The chosen photographs, newest first. */
export class Gallery {
  readonly #service: Service;
  readonly #line = new Line();
  readonly #section = byId('pictures', HTMLElement);
  readonly #list = byId('list', HTMLOListElement);
  readonly #status = byId('status', HTMLElement);
  readonly #count = byId('count', HTMLElement);
  readonly #whereFocusGoes: HTMLElement;
  #cards: Card[] = [];
  #isolations: readonly string[];

  constructor(service: Service, whereFocusGoes: HTMLElement) {
    this.#service = service;
    this.#isolations = service.isolations.slice(0, 1);
    this.#whereFocusGoes = whereFocusGoes;
    byId('clear', HTMLButtonElement).addEventListener('click', () => {
      this.#discard(this.#cards);
      this.#whereFocusGoes.focus();
    });
  }

  /** Adds files and classifies them one after another. */
  add(files: readonly File[]): void {
    if (files.length === 0) return;
    const added = files.map((file) => this.#cardOf(file));
    this.#cards = [...added, ...this.#cards];
    this.#list.prepend(...added.map(({ root }) => root));
    this.#recount();
    this.#say(`Classifying ${count(added.length)}.`);
    for (const card of added) this.#classifyAll(card);
  }

  /** Selects the isolations for each photograph, in addition to the server's own. */
  compare(isolations: readonly string[]): void {
    const chosen = this.#service.isolations.filter(
      (each, index) => index === 0 || isolations.includes(each),
    );
    const gone = this.#isolations.filter((each) => !chosen.includes(each));
    this.#isolations = chosen;
    for (const card of this.#cards) {
      for (const isolation of gone) card.drop(isolation);
      this.#classifyAll(card);
    }
  }

  #cardOf(file: File): Card {
    const card = new Card(file, pictureOf(file, this.#service.maxBytes));
    card.remove.addEventListener('click', () => {
      const index = this.#cards.indexOf(card);
      this.#discard([card]);
      const next = this.#cards[index] ?? this.#cards.at(-1);
      (next?.remove ?? this.#whereFocusGoes).focus();
      this.#say(`${card.file.name} was removed.`);
    });
    return card;
  }

  #classifyAll(card: Card): void {
    for (const isolation of this.#isolations) {
      if (card.isRefused || card.find(isolation)) continue;
      const result = card.add(isolation, this.#isolations);
      this.#line.add(() => this.#classify(card, result));
    }
  }

  async #classify(card: Card, result: Result): Promise<void> {
    const picture = await card.picture;
    if (!picture) {
      this.#say(
        `${card.file.name} was rejected. ${card.root.querySelector('.refusal')?.textContent ?? ''}`,
      );
      return;
    }
    const { isolation } = result;
    // It may have been removed while it waited.
    if (card.isDiscarded() || card.find(isolation) !== result) return;
    result.wait('Classifying');
    try {
      const answer = await ask(this.#service.task, picture, isolation, card.signal);
      result.show(answer);
      card.mark(answer.things);
      const best = answer.things[0]?.label ?? 'nothing';
      const time = duration(answer.timings.totalMs);
      this.#say(`${card.file.name}: ${best}. ${isolation}, ${time}.`);
    } catch (error) {
      if (card.isDiscarded()) return;
      if (!(error instanceof Refusal)) throw error;
      result.refuse(error, () => {
        result.wait('Waiting');
        this.#line.add(() => this.#classify(card, result));
      });
      this.#say(`${card.file.name}: ${error.message}`);
    }
    card.rescale();
  }

  #discard(cards: readonly Card[]): void {
    for (const card of cards) card.discard();
    this.#cards = this.#cards.filter((card) => !cards.includes(card));
    this.#recount();
  }

  #recount(): void {
    this.#section.hidden = this.#cards.length === 0;
    this.#count.textContent = count(this.#cards.length);
  }

  /** For those who do not see the page. */
  #say(words: string): void {
    this.#status.textContent = words;
  }
}
