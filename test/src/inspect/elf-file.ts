/** A section of an ELF file that a test makes. */
export interface TestSection {
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly link?: number;
}

export interface TestSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  readonly section: number;
}

/** Puts an ELF file for i386 together (System V ABI, "Object Files"): header, contents, section headers. */
export function makeElf(sections: readonly TestSection[], machine = 3): Uint8Array {
  const all = [{ type: 0, flags: 0, address: 0, bytes: new Uint8Array(0) }, ...sections];
  const offsets: number[] = [];
  let end = 52;
  for (const { bytes } of all) {
    offsets.push(end);
    end += bytes.length;
  }
  const file = new Uint8Array(end + all.length * 40);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, machine, true);
  view.setUint32(32, end, true);
  view.setUint16(46, 40, true);
  view.setUint16(48, all.length, true);
  all.forEach(({ type, flags, address, bytes, ...rest }, n) => {
    file.set(bytes, offsets[n]);
    const link = 'link' in rest ? (rest.link ?? 0) : 0;
    [0, type, flags, address, offsets[n]!, bytes.length, link].forEach((word, field) => {
      view.setUint32(end + n * 40 + field * 4, word, true);
    });
  });
  return file;
}

/** A file with code at 0x8048000 and these symbols of it. */
export function elfWithCode(code: readonly number[], symbols: readonly TestSymbol[], machine = 3): Uint8Array {
  const names = new TextEncoder().encode(`\0${symbols.map(({ name }) => name).join('\0')}\0`);
  const table = new Uint8Array(symbols.length * 16);
  const view = new DataView(table.buffer);
  let name = 1;
  symbols.forEach((symbol, n) => {
    view.setUint32(n * 16, name, true);
    view.setUint32(n * 16 + 4, symbol.value, true);
    view.setUint32(n * 16 + 8, symbol.size, true);
    table[n * 16 + 12] = 2;
    view.setUint16(n * 16 + 14, symbol.section, true);
    name += symbol.name.length + 1;
  });
  return makeElf(
    [
      { type: 1, flags: 6, address: 0x8048000, bytes: Uint8Array.from(code) },
      { type: 2, flags: 0, address: 0, bytes: table, link: 3 },
      { type: 3, flags: 0, address: 0, bytes: names },
    ],
    machine,
  );
}
