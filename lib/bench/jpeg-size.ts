/** Width and height from a JPEG's frame header (ITU-T T.81, B.2.2); undefined if there is none. */
export function jpegSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < 4 || view.readUInt16BE(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 <= view.length) {
    const marker = view.readUInt16BE(at);
    if (marker === 0xffff) {
      // Fill bytes may precede a marker.
      at += 1;
      continue;
    }
    // SOF0 to SOF15, except DHT, JPG and DAC, which are in the same range.
    if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      return { width: view.readUInt16BE(at + 7), height: view.readUInt16BE(at + 5) };
    }
    at += 2 + view.readUInt16BE(at + 2);
  }
  return undefined;
}
