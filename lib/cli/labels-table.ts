import path from 'node:path';

import Table from 'cli-table3';

/** A label of a picture. */
export interface Label {
  index: number;
  label: string;
  score: number;
}

/** A picture and its best labels, best first; none if it was not classified. */
export interface Labelled {
  image: string;
  topK?: readonly Label[];
  /** Whether the best label is likely at all; absent if the guest does not say. */
  known?: boolean;
  error?: string;
}

/** The table of pictures and labels. */
export function labelsTable(results: readonly Labelled[]): string {
  const table = new Table({
    head: ['picture', 'label', 'score of 255'],
    style: { head: [], border: [], compact: true },
  });
  for (const { image, topK, known, error } of results) {
    const rows = error === undefined ? (topK ?? []) : [{ label: '(not classified)', score: '' }];
    rows.forEach(({ label, score }, index) => {
      const isDoubtful = index === 0 && known === false;
      const shown = isDoubtful ? `nothing known, perhaps ${label}` : label;
      table.push([index === 0 ? path.basename(image) : '', shown, score]);
    });
  }
  return table.toString();
}
