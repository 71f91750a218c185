import type { Thing } from './ask.js';
import { boxesOf } from './boxes.js';
import { element } from './element.js';
import type { Picture } from './picture.js';
import { Result } from './result.js';
import { Refusal, size } from './words.js';

let cards = 0;

/** A photograph and its results. */
export class Card {
  readonly root = element('li');
  readonly remove: HTMLButtonElement;
  readonly #abort = new AbortController();
  readonly #url: string;
  readonly #facts = element('p', { className: 'facts' });
  readonly #photo = element('div', { className: 'photo' });
  readonly #results = element('div', { className: 'results' });
  readonly #byIsolation = new Map<string, Result>();
  /** Whether the file itself was rejected: there is nothing to send. */
  isRefused = false;
  /** What is sent, once the file was examined; undefined if it was rejected. */
  readonly picture: Promise<Picture | undefined>;

  constructor(
    readonly file: File,
    picture: Promise<Picture>,
  ) {
    const id = `picture-${++cards}`;
    this.#url = URL.createObjectURL(file);
    const image = element('img', { src: this.#url, alt: '', decoding: 'async' });
    this.#photo.append(image);
    const frame = element('div', { className: 'frame' }, this.#photo);
    image.addEventListener('error', () => {
      this.#photo.remove();
      frame.append(element('span', { textContent: 'No preview' }));
    });
    const heading = element('h2', { id, textContent: file.name });
    this.#facts.textContent = size(file.size);
    this.remove = element('button', { type: 'button', className: 'remove', textContent: 'Remove' });
    this.remove.setAttribute('aria-label', `Remove ${file.name}`);
    const article = element(
      'article',
      {},
      frame,
      element('div', { className: 'what' }, element('div', {}, heading, this.#facts), this.remove),
      this.#results,
    );
    article.setAttribute('aria-labelledby', id);
    this.root.append(article);
    this.picture = picture.then(
      (ready) => {
        this.#facts.textContent = [size(ready.file.size), ready.note].filter(Boolean).join(' · ');
        return ready;
      },
      (error: unknown) => {
        this.#refuse(error);
        return undefined;
      },
    );
  }

  /** Aborted when the card is discarded. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  isDiscarded(): boolean {
    return this.#abort.signal.aborted;
  }

  find(isolation: string): Result | undefined {
    return this.#byIsolation.get(isolation);
  }

  /** Adds the result of an isolation, in the order of `isolations`. */
  add(isolation: string, isolations: readonly string[]): Result {
    const result = new Result(isolation);
    this.#byIsolation.set(isolation, result);
    const roots = isolations.flatMap((each) => this.#byIsolation.get(each)?.root ?? []);
    this.#results.append(...roots);
    return result;
  }

  /** Draws a frame around each thing with a known place, replacing earlier frames. */
  mark(things: readonly Thing[]): void {
    for (const box of this.#photo.querySelectorAll('.box')) box.remove();
    this.#photo.append(...boxesOf(things));
  }

  drop(isolation: string): void {
    this.#byIsolation.get(isolation)?.root.remove();
    this.#byIsolation.delete(isolation);
    this.rescale();
  }

  /** Shows adjacent times on the same scale. */
  rescale(): void {
    const results = [...this.#byIsolation.values()];
    const slowest = Math.max(...results.map(({ totalMs }) => totalMs ?? 0));
    for (const result of results) result.scale(slowest);
  }

  discard(): void {
    this.#abort.abort();
    URL.revokeObjectURL(this.#url);
    this.root.remove();
  }

  #refuse(error: unknown): void {
    const words = error instanceof Refusal ? error.message : 'The file cannot be read.';
    this.isRefused = true;
    this.#byIsolation.clear();
    this.#results.replaceChildren(element('p', { className: 'refusal', textContent: words }));
  }
}
