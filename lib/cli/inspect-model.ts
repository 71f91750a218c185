import Table from 'cli-table3';

import type { FileTensor } from '../models/tflite/graph.js';
import type { ModelDescription } from '../module/model-description.js';
import { printable } from '../support/printable.js';
import type { ModelCosts, RewriteDescription, TensorDescription } from '../support/shared-types.js';

/** The number of variable names shown; the JSON has all of them. */
const MOST_VARIABLES = 8;
const MOST_TEXT = 400;

/** The description of a model, for people. */
export function modelText(file: string, model: ModelDescription): string {
  const { refused, inputs, outputs, rewrite, takes, damage } = model;
  const lines = [`${printable(file, MOST_TEXT)}: TensorFlow Lite model`];
  if (refused === undefined) {
    lines.push(tensorTable('input', inputs), tensorTable('output', outputs));
    lines.push(rewriteText(rewrite));
  } else {
    lines.push(`Cannot be run: ${printable(refused, 2000)}`);
  }
  if (takes) lines.push(costText(takes));
  lines.push(...signatureLines(model), ...operatorLines(model), ...stateLines(model));
  lines.push(...metadataLines(model.metadata));
  if (damage !== undefined) lines.push(`Its tables are damaged: ${printable(damage, MOST_TEXT)}.`);
  return lines.join('\n');
}

function plainTable(head: string[]): InstanceType<typeof Table> {
  return new Table({ head, style: { head: [], border: [], compact: true } });
}

function tensorTable(title: string, tensors: readonly TensorDescription[]): string {
  const table = plainTable([title, 'type', 'shape', 'quantization']);
  for (const { name, type, shape, quantization } of tensors) {
    const scale =
      quantization && `scale ${quantization.scale}, zero point ${quantization.zeroPoint}`;
    table.push([printable(name), type, `[${shape.join(', ')}]`, scale ?? '']);
  }
  return table.toString();
}

function rewriteText(rewrite: RewriteDescription): string {
  if (!rewrite.applied) return `Runs unchanged. ${printable(rewrite.reason, MOST_TEXT)}`;
  const { channels, inexactChannels } = rewrite;
  return (
    `Runs as an int8 model (${channels} channels of weights, ` +
    `${inexactChannels === 0 ? 'all' : `all but ${inexactChannels}`} converted exactly).`
  );
}

function costText({
  multiplyAccumulates,
  otherElements,
  activationBytes,
  weightBytes,
}: ModelCosts): string {
  const millions = (count: number): string => `${(count / 1e6).toPrecision(3)} million`;
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toPrecision(3)} MiB`;
  return (
    `With the shapes in the file, a run takes ${millions(multiplyAccumulates)} multiply-accumulates, ` +
    `${millions(otherElements)} elements of other operators, ${mebibytes(activationBytes)} for intermediate results, ` +
    `and ${mebibytes(weightBytes)} for weights.`
  );
}

function signatureLines({ refused, signatures }: ModelDescription): string[] {
  const [first, ...others] = signatures;
  // Its content is already shown above.
  if (refused === undefined && others.length === 0 && first?.name === undefined) return [];
  const tensors = (list: readonly FileTensor[]): string =>
    list
      .map(({ name, type, shape }) => `${printable(name)} ${type} [${shape.join(', ')}]`)
      .join(', ');
  return signatures.map(({ name, inputs, outputs }) => {
    const title = name === undefined ? 'Takes' : `Signature '${printable(name)}':`;
    return `${title} ${tensors(inputs) || 'nothing'} -> ${tensors(outputs) || 'nothing'}`;
  });
}

function operatorLines({ operators, subgraphs }: ModelDescription): string[] {
  if (operators.length === 0) return [];
  const each = operators.map(
    ({ name, custom, count }) => `${count} × ${printable(name)}${custom ? ' (custom)' : ''}`,
  );
  const where = subgraphs > 1 ? ` in ${subgraphs} graphs` : '';
  return [`Operators${where}: ${each.join(', ')}`];
}

function stateLines({ state }: ModelDescription): string[] {
  if (state.length === 0) return [];
  const names = state.slice(0, MOST_VARIABLES).map((name) => printable(name));
  const rest = state.length > names.length ? ` and ${state.length - names.length} more` : '';
  return [`Keeps state between the runs of a session: ${names.join(', ')}${rest}`];
}

function metadataLines(metadata: ModelDescription['metadata']): string[] {
  if (!metadata) return [];
  const { name, version, author, license, description, inputs, outputs, files } = metadata;
  const facts = [
    ['Name', name],
    ['Version', version],
    ['Author', author],
    ['License', license],
    ['Description', description],
    [
      'Embedded files',
      files.map((file) => `${file.name} (${file.size} bytes)`).join(', ') || undefined,
    ],
  ] as const;
  const lines = facts.flatMap(([title, text]) =>
    text === undefined ? [] : `${title}: ${printable(text, MOST_TEXT)}`,
  );
  for (const [kind, tensors] of [
    ['Input', inputs],
    ['Output', outputs],
  ] as const) {
    for (const [index, tensor] of tensors.entries()) {
      const { normalization, labels } = tensor;
      const said = [
        tensor.name,
        tensor.description,
        normalization && `mean ${normalization.mean.join(' ')}, std ${normalization.std.join(' ')}`,
        labels === undefined ? undefined : `labels in ${labels}`,
      ].filter((each) => each !== undefined);
      if (said.length > 0) lines.push(`${kind} ${index}: ${printable(said.join('; '), MOST_TEXT)}`);
    }
  }
  return ['Description:', ...lines.map((line) => `  ${line}`)];
}
