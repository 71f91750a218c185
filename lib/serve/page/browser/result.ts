import type { Answer, Thing } from './ask.js';
import { element } from './element.js';
import { stagesOf } from './stages.js';
import type { Stage } from './stages.js';
import type { Refusal } from './words.js';
import { duration } from './words.js';

const SHOWN_LOAD_MS = 10;
const UNKNOWN = 'It does not appear to be any known item. Closest matches:';
const DAMAGED = 'The file is damaged: a part of the picture is missing.';
const COUNT = new Intl.NumberFormat('en');
const PERCENT = new Intl.NumberFormat('en', { style: 'percent' });

/** The result of one isolation for one picture. */
export class Result {
  readonly root: HTMLElement;
  /** Milliseconds in the server, once it has answered. */
  totalMs: number | undefined;
  readonly #content = element('div', { className: 'content' });
  readonly #total = element('span', { className: 'total' });
  #timeline: HTMLElement | undefined;

  constructor(readonly isolation: string) {
    const heading = element('h3', {}, element('span', { textContent: isolation }), this.#total);
    this.root = element('section', { className: 'result' }, heading, this.#content);
    this.root.dataset['isolation'] = isolation;
    this.wait('Waiting');
  }

  wait(words: string): void {
    this.totalMs = undefined;
    this.#total.textContent = '';
    this.root.ariaBusy = 'true';
    this.#content.replaceChildren(
      element('p', { className: 'waiting', textContent: `${words} …` }),
    );
  }

  show({ things, classes, isKnown, isDamaged, timings, roundTripMs, loadMs }: Answer): void {
    this.totalMs = timings.totalMs;
    this.#total.textContent = duration(timings.totalMs);
    this.root.ariaBusy = 'false';
    const stages = stagesOf(timings);
    this.#timeline = timelineOf(stages);
    this.#content.replaceChildren(
      ...(isDamaged ? [remark(DAMAGED)] : []),
      ...(isKnown ? [] : [remark(UNKNOWN)]),
      labelsOf(things),
      element('div', { className: 'scale', ariaHidden: 'true' }, this.#timeline),
      legendOf(stages),
      element('p', {
        className: 'round-trip',
        textContent:
          (classes === undefined ? '' : `Of ${COUNT.format(classes)} labels. `) +
          `${duration(roundTripMs)} measured in the browser` +
          (loadMs >= SHOWN_LOAD_MS ? `, including ${duration(loadMs)} to load it, once` : ''),
      }),
    );
  }

  /** @param retry Called when the user wants another attempt. */
  refuse(refusal: Refusal, retry: () => void): void {
    this.totalMs = undefined;
    this.#total.textContent = '';
    this.root.ariaBusy = 'false';
    this.#content.replaceChildren(
      element('p', { className: 'refusal', textContent: refusal.message }),
    );
    if (!refusal.isTemporary) return;
    const button = element('button', { type: 'button', textContent: 'Try again' });
    button.addEventListener('click', retry);
    this.#content.append(button);
  }

  /** Draws the time on the scale of the slowest adjacent one. */
  scale(slowestMs: number): void {
    if (this.totalMs === undefined || !this.#timeline) return;
    this.#timeline.style.width = `${Math.max(1, (100 * this.totalMs) / slowestMs)}%`;
  }
}

/** Shown above the labels. */
function remark(textContent: string): HTMLElement {
  return element('p', { className: 'waiting', textContent });
}

function labelsOf(things: readonly Thing[]): HTMLElement {
  if (things.length === 0) {
    return element('p', { className: 'waiting', textContent: 'The model recognizes nothing.' });
  }
  const items = things.map(({ label, share }) => {
    const bar = element('span', { className: 'share', ariaHidden: 'true' });
    bar.style.width = `${100 * share}%`;
    return element(
      'li',
      {},
      element('span', { className: 'label', textContent: label }),
      element('span', { className: 'score', textContent: PERCENT.format(share) }),
      bar,
    );
  });
  return element('ol', { className: 'labels' }, ...items);
}

/** A graphic of what the legend says in words. */
function timelineOf(stages: readonly Stage[]): HTMLElement {
  const timeline = element('div', { className: 'timeline' });
  for (const { kind, milliseconds } of stages) {
    const part = element('span', { className: kind });
    part.style.flexGrow = String(milliseconds);
    timeline.append(part);
  }
  return timeline;
}

function legendOf(stages: readonly Stage[]): HTMLElement {
  const entries = stages.map(({ kind, name, milliseconds }) =>
    element(
      'div',
      { className: kind },
      element('dt', { textContent: name }),
      element('dd', { textContent: duration(milliseconds) }),
    ),
  );
  return element('dl', { className: 'stages' }, ...entries);
}
