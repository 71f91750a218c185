import { SetupFailure } from '../failure.mjs';
import { ask } from '../processes.mjs';
import { removedForGood } from './apt.mjs';
import { readSources } from './apt-sources.mjs';
import { debian13Files } from './debian13-source.mjs';

/** From this priority on, apt installs a version without being told to. */
const ordinaryPriority = 500;

/**
 * Changes to be made to a machine.
 *
 * @typedef {object} Plan
 * @property {{ file: string, content: string }[]} files to be written first
 * @property {{ suite?: string, packages: string[] }[]} groups to be installed one after the other
 * @property {import('./apt.mjs').Installation[]} added
 * @property {import('./apt.mjs').Installation[]} upgraded
 * @property {string[]} replaced libraries whose successors take their place
 * @property {number} downloadBytes
 */

/**
 * Determines where packages come from and what installing them changes, without changing anything.
 *
 * @param {import('./apt.mjs').AptRehearsal} rehearsal
 * @param {import('./requirements.mjs').Package[]} packages
 * @returns {Promise<Plan>}
 */
export async function planInstallation(rehearsal, packages) {
  await rehearsal.update();
  let files = [];
  let choice = await choose(rehearsal, packages);
  if (choice.nowhere.length > 0) {
    files = debian13Files(readSources()) ?? [];
    if (files.length > 0) {
      for (const { file, content } of files) rehearsal.add(file, content);
      await rehearsal.update();
      choice = await choose(rehearsal, packages);
    }
  }
  if (choice.nowhere.length > 0) {
    const names = choice.nowhere.map(({ name, minimum }) =>
      minimum ? `${name} (${minimum} or newer)` : name,
    );
    throw new SetupFailure(`The package sources of this machine do not offer ${names.join(', ')}.`);
  }

  const groups = await arrange(rehearsal, choice.groups);
  const changes = new Map();
  const replaced = new Set();
  let downloadBytes = 0;
  for (const group of groups) {
    const outcome = await rehearsal.simulate(group);
    if (!outcome) {
      throw new SetupFailure(
        `apt-get cannot install ${group.packages.join(', ')} on this machine.`,
        {
          seeLog: true,
          advice: 'Fix the problem in the log (often a held package), then run this command again.',
        },
      );
    }
    refuseRemovals(outcome);
    // Of a requirement, one package may be too old and the others in order.
    if (outcome.installed.length === 0) continue;
    for (const { name, from, to } of outcome.installed) {
      // What an earlier group installs and a later one upgrades is new to this machine.
      changes.set(name, { name, from: changes.has(name) ? changes.get(name).from : from, to });
    }
    for (const name of outcome.removed) {
      if (changes.has(name) && changes.get(name).from === undefined) changes.delete(name);
      else replaced.add(name);
    }
    downloadBytes += await rehearsal.assume(outcome);
  }
  return {
    files,
    groups,
    added: [...changes.values()].filter(({ from }) => from === undefined),
    upgraded: [...changes.values()].filter(({ from }) => from !== undefined),
    replaced: [...replaced],
    downloadBytes,
  };
}

/** The suite that each package should come from. */
async function choose(rehearsal, packages) {
  const offers = await rehearsal.policy(packages.map(({ name }) => name));
  const groups = new Map();
  const nowhere = [];
  for (const wanted of packages) {
    const fitting = [];
    for (const offer of offers.get(wanted.name)?.offers ?? []) {
      if (await isAtLeast(offer.version, wanted.minimum)) fitting.push(offer);
    }
    const available = fitting.filter(({ suites }) => suites.length > 0);
    if (available.length === 0) {
      if (!wanted.optional) nowhere.push(wanted);
      continue;
    }
    const ordinary = available.some(({ priority }) => priority >= ordinaryPriority);
    const suite = ordinary ? undefined : nearest(available).suites[0];
    groups.set(suite, [...(groups.get(suite) ?? []), wanted.name]);
  }
  return { nowhere, groups };
}

/**
 * The version that apt prefers and, among equals, the oldest: it requires the fewest other
 * packages.
 */
function nearest(offers) {
  const highest = Math.max(...offers.map(({ priority }) => priority));
  return offers.findLast(({ priority }) => priority === highest);
}

/**
 * The system's own packages come first: after C libraries from a newer suite, its compiler no
 * longer fits. On a machine where that has already happened, packages that no longer fit come from
 * the newer suite too.
 */
async function arrange(rehearsal, groups) {
  const own = groups.get(undefined) ?? [];
  const newer = new Map([...groups].filter(([suite]) => suite !== undefined));
  if (own.length === 0) return [...newer].map(toGroup);
  if (await rehearsal.simulate({ packages: own }))
    return [{ packages: own }, ...[...newer].map(toGroup)];

  const [suite] = newer.size > 0 ? newer.keys() : await suitesOfLibc(rehearsal);
  if (suite === undefined) return [{ packages: own }];
  const fitting = [];
  for (const name of own) {
    if (await rehearsal.simulate({ packages: [...fitting, name] })) fitting.push(name);
    else newer.set(suite, [...(newer.get(suite) ?? []), name]);
  }
  return [...(fitting.length > 0 ? [{ packages: fitting }] : []), ...[...newer].map(toGroup)];
}

function toGroup([suite, packages]) {
  return { suite, packages };
}

/** The suites that offer a C library, apart from the system's own. */
async function suitesOfLibc(rehearsal) {
  const { offers } = (await rehearsal.policy(['libc6'])).get('libc6') ?? { offers: [] };
  return offers
    .filter(({ priority }) => priority < ordinaryPriority)
    .flatMap(({ suites }) => suites);
}

async function isAtLeast(version, minimum) {
  if (minimum === undefined) return true;
  return (await ask('dpkg', ['--compare-versions', version, 'ge', minimum])) !== undefined;
}

/**
 * @param {ReturnType<typeof import('./apt.mjs').parseSimulation>} outcome
 * @throws {SetupFailure} if the installation would remove something from this machine
 */
export function refuseRemovals(outcome) {
  const lost = removedForGood(outcome);
  if (lost.length === 0) return;
  throw new SetupFailure(
    `Installing the packages would remove ${lost.join(', ')} from this machine. Nothing was changed.`,
    {
      advice:
        'Decide whether you can do without, install the packages yourself, then run this command again;\n' +
        'or use another machine, such as a container of Debian 13.',
    },
  );
}
