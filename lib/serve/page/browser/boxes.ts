import type { Thing } from './ask.js';
import { element } from './element.js';

/** The number of colours in the style sheet: `[data-colour]`. */
const COLOURS = 6;

/**
 * A frame with a name for each thing with a known place, the best on top. The list has the same in
 * words.
 */
export function boxesOf(things: readonly Thing[]): HTMLElement[] {
  return things
    .flatMap(({ index, label, box }) => {
      if (!box) return [];
      const name = element('span', { textContent: label });
      const frame = element('div', { className: 'box', ariaHidden: 'true' }, name);
      frame.dataset['colour'] = String(index % COLOURS);
      for (const side of ['left', 'top', 'width', 'height'] as const) {
        frame.style[side] = `${100 * box[side]}%`;
      }
      return [frame];
    })
    .reverse();
}
