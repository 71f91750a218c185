import type { Part } from './contenders/workload.js';
import { number } from './format.js';
import type { BenchSummary, ContenderSummary } from './summary.js';

/** Names of the parts of an invocation for readers without further context. */
const PART_NAMES: Record<Part, string> = {
  hop: 'to the thread and back',
  instance: 'making the instance',
  decode: 'guest: decoding, resizing, ranking',
  inference: 'inference',
  process: 'process',
};

/** Charts of how this package spends its time, in the language of Mermaid, which GitHub renders. */
export function mermaidCharts({ contenders }: BenchSummary): string[] {
  const ours = contenders.find(({ name }) => name === 'in-process');
  return ours ? [...invocation(ours), ...coldStart(ours)] : [];
}

function invocation({ latency }: ContenderSummary): string[] {
  if (!latency) return [];
  const parts = Object.entries(latency.partsMs) as [Part, number][];
  return [
    [
      'pie showData',
      `  title An invocation, in-process: ${number(latency.meanMs)} ms in the mean`,
      ...parts
        .sort(([, a], [, b]) => b - a)
        .map(([part, milliseconds]) => `  "${PART_NAMES[part]}" : ${milliseconds.toFixed(3)}`),
    ].join('\n'),
  ];
}

function coldStart({ coldStart: start }: ContenderSummary): string[] {
  if (!start) return [];
  const lane = (section: string, parts: readonly { part: string; milliseconds: number }[]) => {
    let end = 0;
    return [
      `  section ${section}`,
      ...parts.map(({ part, milliseconds }) => {
        const begin = end;
        end += milliseconds;
        return `  ${part} (${number(milliseconds)}) :${Math.round(begin)}, ${Math.round(end)}`;
      }),
    ];
  };
  return [
    [
      'gantt',
      '  title From the start of the process to the first answer, milliseconds',
      '  dateFormat x',
      '  axisFormat %Q',
      ...lane('as it is', start.parts),
      ...(start.apart ? lane('one part after the other', start.apart) : []),
    ].join('\n'),
  ];
}
