import { Command } from 'commander';

import { find } from '../doctor/finding.js';
import type { Finding } from '../doctor/finding.js';
import { PARTS } from '../doctor/parts.js';
import { RUNS } from '../doctor/runs.js';
import { printable } from '../support/printable.js';

const MARKS = { ok: '  ok     ', warning: '  warning', failed: '  FAILED ' } as const;

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Check what the package needs, classify a picture in each isolation, and explain how to fix ' +
        'what does not work. The exit code is 0 only if everything works.',
    )
    .option('--json', 'print JSON')
    .action(doctor);
}

async function doctor({ json }: { json?: true }): Promise<void> {
  const findings: Finding[] = [];
  // One after another: a failure in one must not disturb the next.
  for (const check of [...PARTS, ...RUNS]) {
    const finding = onlyOnce(await find(check), findings);
    findings.push(finding);
    if (!json) print(finding);
  }
  const bad = findings.filter(({ status }) => status === 'failed').length;
  if (json) console.log(JSON.stringify({ ok: bad === 0, findings }, null, 2));
  else
    console.log(
      bad === 0 ? '\nEverything works.' : `\n${bad} of ${findings.length} checks failed.`,
    );
  if (bad > 0) process.exitCode = 1;
}

/** Replaces the text of a failure whose reason was already reported with a reference to it. */
function onlyOnce(finding: Finding, before: readonly Finding[]): Finding {
  const same = before.find(({ status, text }) => status === 'failed' && text === finding.text);
  return same ? { ...finding, text: `as ${same.name}` } : finding;
}

function print({ status, name, text, code, remedy }: Finding): void {
  const [first = '', ...more] = text.split('\n');
  console.log(
    `${MARKS[status]} ${name.padEnd(22)} ${code === undefined ? '' : `${code}: `}${printable(first, 1000)}`,
  );
  for (const line of [...more, ...(remedy === undefined ? [] : [remedy])]) {
    console.log(`${' '.repeat(33)}${printable(line, 1000)}`);
  }
}
