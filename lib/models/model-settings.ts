import { elementsOf, entriesOf, integer, nonEmptyText, refuse } from '../options/validation.js';

/** Maximum number of dimensions in LiteRT. */
const MAXIMUM_RANK = 8;
/** The addon's limit. */
const MAXIMUM_LENGTH = 65_536;

/**
 * Validates the settings of a model in the option `models`. The addon and the plug-ins read them as
 * JSON (native/inference/run/model_settings.h); empty for none.
 */
export function modelSettings(
  where: string,
  given: Partial<Record<'signature' | 'shapes', unknown>>,
): string {
  const { signature, shapes } = given;
  if (signature === undefined && shapes === undefined) return '';
  const settings = JSON.stringify({
    ...(signature !== undefined && {
      signature: nonEmptyText(`${where}.signature`, signature),
    }),
    ...(shapes !== undefined && {
      shapes: Object.fromEntries(
        entriesOf(`${where}.shapes`, shapes).map(([name, shape]) => [
          name,
          inputShape(`${where}.shapes['${name}']`, shape),
        ]),
      ),
    }),
  });
  if (Buffer.byteLength(settings) > MAXIMUM_LENGTH) {
    refuse(`${where}.shapes`, 'at most 64 KiB of names and numbers', shapes);
  }
  return settings;
}

function inputShape(where: string, value: unknown): number[] {
  const expected = `a list of at most ${MAXIMUM_RANK} sizes`;
  const sizes = elementsOf(where, value, expected);
  if (sizes.length > MAXIMUM_RANK) refuse(where, expected, value);
  return sizes.map((size, axis) =>
    integer(`${where}[${axis}]`, size, { min: 1, max: 2 ** 31 - 1, fallback: 1 }),
  );
}
