import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Reads a file that somebody has named. Only a regular one: a pipe would be waited for without end, and
 * a device may have none. It is opened so that even that does not wait.
 *
 * @param accept Is told its size before anything is read; what it throws ends the reading.
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
