import type { MmioRegion } from '../../memory/mmio.ts';
import { VBE_COUNT } from '../bochs-vbe/registers.ts';
import type { BochsVbe } from '../bochs-vbe/vbe.ts';
import { readBytes } from '../vga/aperture.ts';
import type { RegisterFile } from '../vga/register-file.ts';
import { Port } from '../vga/registers.ts';

/** Offsets in the second memory range of QEMU's adapter (QEMU, docs/specs/standard-vga). */
const Place = { identification: 0x000, ports: 0x400, vbe: 0x500, extension: 0x600 } as const;
export const MMIO_BYTES = 0x1000;
const PORT_COUNT = 0x20;
/** The extension: its own size, and the byte order of the frame buffer, which is little-endian for good. */
const EXTENSION = [8, 0x1e1e1e1e];

export interface MmioParts {
  readonly registers: RegisterFile;
  readonly vbe: BochsVbe;
  /** The monitor's identification (EDID). */
  readonly identification: Uint8Array;
  /** A register of VBE was written. */
  readonly changed: () => void;
}

/** The registers once more, in memory, for drivers that keep away from ports. */
export function mmioRegion(base: number, { registers, vbe, identification, changed }: MmioParts): MmioRegion {
  const readByte = (offset: number): number => {
    if (offset < Place.ports) return identification[offset - Place.identification] ?? 0;
    if (isPort(offset)) return registers.readPort(offset - Place.ports + Port.attribute);
    if (isVbe(offset)) return (vbe.read((offset - Place.vbe) >> 1) >> (8 * (offset & 1))) & 0xff;
    const word = EXTENSION[(offset - Place.extension) >> 2] ?? 0;
    return (word >>> (8 * (offset & 3))) & 0xff;
  };
  return {
    name: 'vga registers',
    base,
    length: MMIO_BYTES,
    read: (offset, size) => readBytes(readByte, offset, size),
    write(offset, size, value) {
      if (isVbe(offset) && size >= 2) {
        for (let n = 0; n < size; n += 2) vbe.write((offset + n - Place.vbe) >> 1, (value >>> (8 * n)) & 0xffff);
        changed();
      } else if (isPort(offset)) {
        const port = offset - Place.ports + Port.attribute;
        for (let n = 0; n < size; n++) registers.writePort(port + n, (value >>> (8 * n)) & 0xff);
      }
    },
  };
}

function isPort(offset: number): boolean {
  return offset >= Place.ports && offset < Place.ports + PORT_COUNT;
}

function isVbe(offset: number): boolean {
  return offset >= Place.vbe && offset < Place.vbe + 2 * (VBE_COUNT + 1);
}
