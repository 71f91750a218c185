import { installArguments, updateArguments } from './apt.mjs';

/** The plan as commands for a root shell. */
export function commandsOf(plan) {
  const writes = plan.files.map(
    ({ file, content }) => `cat > ${file} <<'END'\n${content.trimEnd()}\nEND`,
  );
  const installs = plan.groups.map((group) =>
    `DEBIAN_FRONTEND=noninteractive ${installArguments(group).join(' ')}`.replace(
      / -o (Dpkg\S+)/g,
      " -o '$1'",
    ),
  );
  return [...writes, updateArguments.join(' '), ...installs].join('\n');
}

/** The plan as sentences. */
export function describePlan(plan) {
  const lines = ['  To be installed with apt-get:'];
  for (const { suite, packages } of plan.groups) {
    lines.push(
      `    from ${suite ? `Debian's "${suite}"` : "the system's package sources"}: ${packages.join(' ')}`,
    );
  }
  if (plan.files.length > 0) {
    lines.push(
      '  This is Debian 12, which has neither WasmEdge nor Rust for WASI: they are installed from Debian 13.',
      '  Its package source is added at a priority that keeps everything else on Debian 12, in',
      ...plan.files.map(({ file }) => `    ${file}`),
    );
  }
  lines.push(`  ${[countsOf(plan), downloadOf(plan)].filter(Boolean).join('. ')}.`);
  const libc = plan.upgraded.find(({ name }) => name === 'libc6');
  if (libc) {
    lines.push(
      `  The C library is among the upgraded: libc6 ${libc.from} becomes ${libc.to}. Programs that are`,
      '  running keep the old one until they are restarted.',
    );
  }
  if (plan.replaced.length > 0) {
    lines.push(
      `  These libraries give way to their successors of Debian 13 ("t64"): ${plan.replaced.join(' ')}.`,
    );
  }
  return lines.join('\n');
}

function countsOf({ added, upgraded }) {
  const parts = [`${added.length} new packages`];
  if (upgraded.length > 0) parts.push(`${upgraded.length} that are installed are upgraded`);
  return parts.join(', ');
}

function downloadOf({ downloadBytes }) {
  return downloadBytes > 0 ? `About ${Math.ceil(downloadBytes / 1e6)} MB are downloaded` : '';
}
