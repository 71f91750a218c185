import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Reads a file specified by somebody else. Only a regular one: a pipe could block forever, and a
 * device may have no end. It is opened in a way that does not block even then.
 *
 * @param accept Called with its size before anything is read; an exception ends the reading.
 */
export async function readRegularFile(
  file: string,
  accept: (size: number) => void = () => undefined,
): Promise<Buffer> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw new Error(`${file} is not a regular file`);
    accept(status.size);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
