/** A section of a WebAssembly module. */
export interface Section {
  id: number;
  /** The offset of its ID. */
  begin: number;
  /** The offset of its content. */
  content: number;
  end: number;
  /** A custom section's name, and the offset of what follows it. */
  name?: string;
  payload?: number;
}

/** The sections of a well-formed module. */
export function sections(module: Buffer): Section[] {
  const found: Section[] = [];
  for (let at = 8; at < module.length;) {
    const begin = at;
    const id = module.readUInt8(at++);
    const [size, content] = unsigned(module, at);
    const section: Section = { id, begin, content, end: content + size };
    if (id === 0) {
      const [length, name] = unsigned(module, content);
      section.name = module.toString('utf8', name, name + length);
      section.payload = name + length;
    }
    found.push(section);
    at = section.end;
  }
  return found;
}

/** An unsigned LEB128 number, and where it ends. */
function unsigned(bytes: Buffer, at: number): [number, number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes.readUInt8(at++);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}
