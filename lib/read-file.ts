import { open } from 'node:fs/promises';

/**
 * A file's bytes, read at once. `readFile` of node:fs/promises reads pieces of 512 KiB, and each
 * goes through the event loop, which has other things to do while modules and models are loaded.
 */
export async function readAtOnce(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const status = await handle.stat();
    // A pipe or a file of /proc has no size.
    if (!status.isFile() || status.size === 0) return await handle.readFile();
    const buffer = Buffer.allocUnsafeSlow(status.size);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}
