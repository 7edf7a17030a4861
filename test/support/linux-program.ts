import { assemble } from '../../runtime/firmware/assembler/index.ts';

const [BASE, HEADERS] = [0x08048000, 52 + 32];

/** A program for Linux of these instructions, which end with a call of exit: one segment that may be read, written and executed (ELF). */
export function linuxProgram(source: string): Uint8Array {
  const code = assemble(source, { origin: BASE + HEADERS }).bytes;
  const file = new Uint8Array(HEADERS + code.length);
  const words = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  // Executable, i386; where it starts, where the program header is; sizes of headers, one program header.
  for (const [at, value] of Object.entries({ 16: 2, 18: 3, 40: 52, 42: 32, 44: 1 }))
    words.setUint16(Number(at), value, true);
  for (const [at, value] of Object.entries({ 20: 1, 24: BASE + HEADERS, 28: 52 }))
    words.setUint32(Number(at), value, true);
  const segment = [1, 0, BASE, BASE, file.length, file.length, 7, 0x1000];
  for (const [n, value] of segment.entries()) words.setUint32(52 + 4 * n, value, true);
  file.set(code, HEADERS);
  return file;
}
