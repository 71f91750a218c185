import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Command, Option } from 'commander';

import { FITS, fittingOf } from '../models/fit.js';
import { MODEL_ARCHIVE, fetchModel } from '../models/model-fetch.js';
import { MOBILENET, fetchedModelDirectory } from '../models/model-lookup.js';
import { loadModels, modelSources, readModels } from '../models/models.js';
import type { Fit } from '../options/types.js';
import { writeAtomically } from '../support/atomic-file.js';

import { integerIn, share } from './parse.js';
import type * as ProgressBar from './progress-bar.js';

export function modelCommand(): Command {
  return new Command('model')
    .description('Download models, and describe them to guests.')
    .addCommand(
      new Command('fetch')
        .description(
          'Download MobileNet v1 (1.0, 224 × 224, 1,001 labels) from the TensorFlow site into the cache.',
        )
        .option('--url <url>', 'download the same archive from another address', MODEL_ARCHIVE.url)
        .option(
          '--timeout <seconds>',
          'longest time without receiving anything',
          integerIn(1, 3600),
          30,
        )
        .option('--force', 'download it again')
        .action(fetchCommand),
    )
    .addCommand(
      new Command('describe')
        .description(
          'Write the files that describe a model to a guest, NAME.json and NAME.labels.txt, for ' +
            "'wasmedge --dir /models:FOLDER:readonly'. loadModule and classify do this by themselves.",
        )
        .argument('<file>', 'the .tflite')
        .option('--name <name>', 'the name under which the guest asks for it', 'default')
        .option('--labels <file>', 'its labels, one per line (default: found as by classify)')
        .addOption(
          new Option('--fit <name>', 'how pictures are fitted (default: stretch)').choices(FITS),
        )
        .option(
          '--crop <share>',
          'with --fit cover: the share of the middle to show (default: 1)',
          share,
        )
        .requiredOption('-o, --output <folder>', 'the folder to write to; created if necessary')
        .action(describeCommand),
    );
}

async function describeCommand(
  file: string,
  options: { name: string; labels?: string; fit?: Fit; crop?: number; output: string },
): Promise<void> {
  const { name, labels, fit, crop, output } = options;
  const { files } = await loadModels(
    await readModels(
      modelSources({
        [name]: {
          file,
          ...(labels !== undefined && { labels }),
          ...fittingOf((option) => `--${option}`, { fit, crop }),
        },
      }),
    ),
  );
  for (const [guestPath, content] of Object.entries(files)) {
    const target = path.join(output, path.posix.basename(guestPath));
    await writeAtomically(target, (temporary) => writeFile(temporary, content));
    console.log(target);
  }
}

async function fetchCommand(options: {
  url: string;
  timeout: number;
  force?: true;
}): Promise<void> {
  const folder = fetchedModelDirectory();
  if (!options.force && folder && existsSync(path.join(folder, MOBILENET))) {
    console.log(`${folder} already has it (--force downloads it again).`);
    return;
  }
  let bar = undefined as ProgressBar.SingleBar | undefined;
  try {
    const done = await fetchModel({
      url: options.url,
      idleTimeoutMs: options.timeout * 1000,
      onProgress: (received, total) => {
        if (!process.stderr.isTTY) return;
        bar ??= startedBar(total ?? received);
        bar.setTotal(Math.max(total ?? received, received));
        bar.update(received);
      },
    });
    bar?.stop();
    bar = undefined;
    console.log(`Model and labels are in ${done}.`);
  } finally {
    bar?.stop();
  }
}

function startedBar(total: number): ProgressBar.SingleBar {
  const { SingleBar } = require('./progress-bar.js') as typeof ProgressBar;
  const bar = new SingleBar({
    format: '{bar} {percentage} % of {total} bytes',
    stream: process.stderr,
    noTTYOutput: false,
  });
  bar.start(total, 0);
  return bar;
}
