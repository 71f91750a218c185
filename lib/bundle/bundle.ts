import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { addonFile } from '../addon/addon-file.js';
import { addon } from '../addon/native.js';
import type { Task } from '../guest/task.js';
import type { Fitting } from '../models/fit.js';
import { loadModels, modelSources, readModels } from '../models/models.js';
import { bytesOf } from '../support/disk-usage.js';
import { WasmEdgeError, nativeCall } from '../support/errors.js';
import { packageRoot } from '../support/package-root.js';

import { placeModule } from './guest.js';
import { placeHandler } from './handler.js';
import { isOfNode, mappedFiles, nameOf, withLibraries } from './libraries.js';
import type { Library } from './libraries.js';
import { copyPackages } from './packages.js';
import { requirePatchelf, setRunPathToOrigin } from './run-path.js';
import { checkBundle } from './self-check.js';
import { makeFolder, requireVacant } from './staging.js';
import { newestVersions } from './symbol-versions.js';
import type { NeededVersions } from './symbol-versions.js';
import { LAMBDA_BYTES, TARGETS, missingVersions, suitableTargets } from './targets.js';
import type { TargetName } from './targets.js';

const LITERT = 'libLiteRt.so';

export interface BundleOptions {
  out: string;
  /** What the handler does with pictures. */
  task: Task;
  /** Plain, or compiled ahead of time for any processor. */
  module: string;
  model: { file: string; labels?: string } & Partial<Fitting>;
  /** A single-file JavaScript handler to use instead of the one for classification. */
  handler: string | undefined;
  /** The system that must be able to load it; null for none in particular. */
  target: TargetName | null;
  /** Only warn of obstacles. */
  force: boolean;
  onStep: (text: string) => void;
  onWarning: (text: string) => void;
}

/** The sizes of the parts of a bundle, in bytes. */
export interface BundleSizes {
  addon: number;
  libraries: Record<string, number>;
  javascript: number;
  module: number;
  model: number;
  total: number;
}

export interface BundleReport {
  folder: string;
  /** As in `process.arch`. */
  arch: string;
  wasmedge: string;
  /** For Lambda's setting with this name. */
  handler: string;
  sizes: BundleSizes;
  lambdaBytes: number;
  needs: NeededVersions;
  /** The systems that can load it. */
  suitable: TargetName[];
}

/**
 * Collects everything that an invocation needs, except Node.js and glibc, in a folder that works
 * wherever it is moved. The folder appears completely or not at all.
 *
 * @throws {WasmEdgeError} ERR_BUNDLE if it cannot be created, or the target could not load it;
 *   ERR_NATIVE_LOAD, ERR_MODULE_LOAD, ERR_MODULE_INVALID, ERR_MODEL for its parts.
 */
export async function makeBundle(options: BundleOptions): Promise<BundleReport> {
  const { module, handler, onStep } = options;
  const out = path.resolve(options.out);
  const target = options.target && TARGETS[options.target];
  const doubt = doubtsOf(options);
  await requireVacant(out);
  await requirePatchelf();

  onStep('Looking for the libraries');
  const { version: wasmedge, path: wasmedgeFile } = await nativeCall(() => addon().runtime());
  const { model, labels, fitting } = await readModel(options.model);
  const all = withLibraries([addonFile(), wasmedgeFile, liteRtFile()]);
  const needs = newestVersions(all.filter(({ name }) => !isOfNode(name)));
  const missing = target ? missingVersions(target, needs) : [];
  if (missing.length > 0) doubt(`${missing.join('; ')}. ${remedyFor(needs)}`);
  // Such a library would at best not be loaded: the target's own is used instead.
  const libraries = all.filter(
    (each) =>
      !(
        target &&
        isOfNode(each.name) &&
        missingVersions(target, newestVersions([each])).length > 0
      ),
  );

  const sizes = await makeFolder(out, async (staging) => {
    onStep('Copying the JavaScript');
    const copy = await copyPackages(packageRoot(), staging);
    const javascript = bytesOf(staging);
    onStep(`Copying ${libraries.length - 1} libraries and the addon`);
    const native = await placeLibraries(libraries, copy);
    onStep('Placing the module, compiled for any processor');
    const placed = await placeModule(module, staging, doubt);
    await writeFile(path.join(staging, 'model.tflite'), model);
    if (labels) await writeFile(path.join(staging, 'labels.txt'), labels);
    // For handlers that are not written for one model.
    await writeFile(path.join(staging, 'model.json'), `${JSON.stringify(fitting ?? {})}\n`);
    const parts = {
      ...{ task: options.task, module: placed, hasLabels: labels !== undefined, fitting },
    };
    const entry = await placeHandler(handler, staging, parts);
    const sizes = measure(staging, { ...native, javascript, module: placed });
    if (target?.lambda && sizes.total > LAMBDA_BYTES) {
      doubt(`it has ${sizes.total} bytes, and Lambda allows at most ${LAMBDA_BYTES}`);
    }
    onStep('Testing it in a separate process');
    await checkBundle(staging, {
      module: placed,
      labels: labels && 'labels.txt',
      handler: handler === undefined ? entry : undefined,
    });
    return sizes;
  });
  return {
    folder: out,
    arch: process.arch,
    wasmedge,
    handler: 'index.handler',
    sizes,
    lambdaBytes: LAMBDA_BYTES,
    needs,
    suitable: suitableTargets(needs),
  };
}

/** What to do if this WasmEdge, or the addon, comes from a newer system than the bundle's target. */
function remedyFor(needs: NeededVersions): string {
  const addonName = path.basename(addonFile());
  const isAddon = Object.values(needs).some(({ file }) => file === addonName);
  return (
    "WasmEdge's official release requires less than a distribution's package: install it and set " +
    'WASMEDGE_DIR to its folder, as docs/bundle.md shows' +
    (isAddon
      ? '. An addon that was built on this system requires this system as well: use the package ' +
        "from npm, whose prebuild does not ('npm run prebuild' builds it in a clone)"
      : '')
  );
}

/** Handles an obstacle: an error or, with `force`, a warning. */
function doubtsOf({ target, force, onWarning }: BundleOptions): (reason: string) => void {
  return (reason) => {
    if (force) {
      onWarning(`${reason}.`);
      return;
    }
    throw new WasmEdgeError(
      'ERR_BUNDLE',
      `No bundle was created${target ? ` for ${target}` : ''}: ${reason}. --force creates it ` +
        'anyway, --target selects another system.',
    );
  };
}

async function readModel(source: BundleOptions['model']): Promise<{
  model: Uint8Array;
  labels: Uint8Array | undefined;
  fitting: Fitting | undefined;
}> {
  const read = await readModels(modelSources({ default: source }));
  // Checks the model, and loads LiteRT for it.
  await loadModels(read);
  const [model] = read;
  if (!model) throw new WasmEdgeError('ERR_MODEL', 'The model was not read.');
  const { content, labels, fitting } = model;
  return { model: content, labels: labels ?? undefined, fitting };
}

/** The LiteRT library that the addon has loaded for the model. */
function liteRtFile(): string {
  const file = mappedFiles().find((each) => nameOf(each) === LITERT);
  if (file === undefined) {
    throw new WasmEdgeError(
      'ERR_BUNDLE',
      `${LITERT} was not loaded from a file that can be copied.`,
    );
  }
  return file;
}

/** Copies the libraries to where the addon looks for them: beside itself. */
async function placeLibraries(
  libraries: readonly Library[],
  copy: string,
): Promise<Pick<BundleSizes, 'addon' | 'libraries'>> {
  const folder = path.join(copy, 'prebuilds', `${process.platform}-${process.arch}`);
  await mkdir(folder, { recursive: true });
  const sizes: Pick<BundleSizes, 'addon' | 'libraries'> = { addon: 0, libraries: {} };
  const addon = addonFile();
  for (const { name, file } of libraries) {
    const target = path.join(folder, file === addon ? 'wasmedge-embed.node' : name);
    await copyFile(file, target);
    // The original may be read-only.
    await chmod(target, 0o644);
    await setRunPathToOrigin(target);
    if (file === addon) sizes.addon = bytesOf(target);
    else sizes.libraries[name] = bytesOf(target);
  }
  return sizes;
}

function measure(
  folder: string,
  parts: Pick<BundleSizes, 'addon' | 'libraries' | 'javascript'> & { module: string },
): BundleSizes {
  const at = (name: string): string => path.join(folder, name);
  return {
    ...parts,
    module: bytesOf(at(parts.module)),
    model: bytesOf(at('model.tflite'), at('labels.txt')),
    total: bytesOf(folder),
  };
}
