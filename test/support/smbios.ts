import { expect } from 'vitest';
import type { Machine } from '../../src/index.ts';

/** A structure of SMBIOS tables. */
export interface SmbiosStructure {
  readonly type: number;
  readonly handle: number;
  readonly bytes: Uint8Array;
  readonly texts: readonly string[];
}

/** Structures one after the other, each with its texts behind it. */
export function structuresOf(tables: Uint8Array): SmbiosStructure[] {
  const result: SmbiosStructure[] = [];
  for (let at = 0; at < tables.length; ) {
    const [type, length] = [tables[at]!, tables[at + 1]!];
    let end = at + length;
    while (tables[end] !== 0 || tables[end + 1] !== 0) end++;
    const texts = new TextDecoder().decode(tables.subarray(at + length, end)).split('\0');
    const bytes = tables.subarray(at, at + length);
    result.push({ type, handle: bytes[2]! | (bytes[3]! << 8), bytes, texts });
    at = end + 2;
  }
  return result;
}

/** The structures that a system finds when it looks for SMBIOS where PCs have it. */
export async function foundSmbios(machine: Machine): Promise<SmbiosStructure[] | null> {
  const area = await machine.memoryRead(0xf0000, 0x10000);
  const text = (at: number, length: number) => String.fromCharCode(...area.subarray(at, at + length));
  const at = Array.from({ length: 0x1000 }, (_, n) => n * 16).find((place) => text(place, 4) === '_SM_');
  if (at === undefined) return null;
  const sum = (from: number, length: number) => area.subarray(from, from + length).reduce((a, b) => (a + b) & 0xff, 0);
  expect([text(at + 0x10, 5), sum(at, 0x1f), sum(at + 0x10, 0xf)]).toEqual(['_DMI_', 0, 0]);
  const view = new DataView(area.buffer, area.byteOffset + at);
  return structuresOf(await machine.memoryRead(view.getUint32(0x18, true), view.getUint16(0x16, true)));
}

/** A disk whose boot sector halts. */
export function haltingDisk(): Uint8Array {
  const bytes = new Uint8Array(1 << 20);
  bytes.set([0xfa, 0xf4]);
  bytes.set([0x55, 0xaa], 510);
  return bytes;
}
