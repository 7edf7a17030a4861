/** Synthetic kernels for the loaders' tests. */

export interface BzImageFields {
  readonly version?: number;
  readonly setupSectors?: number;
  readonly payloadBytes?: number;
  readonly loadFlags?: number;
  readonly extendedLoadFlags?: number;
  readonly initrdAddressMax?: number;
  readonly commandLineSize?: number;
  readonly preferredAddress?: number;
  readonly initSize?: number;
  readonly relocatable?: number;
  readonly kernelAlignment?: number;
}

const HEADER_END = 0x26c;

/** A bzImage whose protected-mode part is filled with A5h. */
export function bzImage(fields: BzImageFields = {}): Uint8Array {
  const { setupSectors = 4, payloadBytes = 0x3000 } = fields;
  const setupBytes = (setupSectors + 1) * 512;
  const bytes = new Uint8Array(setupBytes + payloadBytes).fill(0xa5, setupBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0x1f1, setupSectors);
  view.setUint32(0x1f4, Math.ceil(payloadBytes / 16), true);
  view.setUint16(0x1fe, 0xaa55, true);
  view.setUint8(0x200, 0xeb);
  view.setUint8(0x201, HEADER_END - 0x202);
  view.setUint32(0x202, 0x53726448, true);
  view.setUint16(0x206, fields.version ?? 0x20f, true);
  view.setUint8(0x211, fields.loadFlags ?? 0x01);
  view.setUint32(0x214, 0x100000, true);
  view.setUint32(0x22c, fields.initrdAddressMax ?? 0x37ffffff, true);
  view.setUint32(0x230, fields.kernelAlignment ?? 0x1000000, true);
  view.setUint8(0x234, fields.relocatable ?? 1);
  view.setUint16(0x236, fields.extendedLoadFlags ?? 0, true);
  view.setUint32(0x238, fields.commandLineSize ?? 2047, true);
  view.setBigUint64(0x258, BigInt(fields.preferredAddress ?? 0x1000000), true);
  view.setUint32(0x260, fields.initSize ?? 0x800000, true);
  return bytes;
}

/** A kernel from before there were setup headers, as Linux 1.2 and memtest86 are: 16-bit parts of its sizes. */
export function unversionedKernel(payloadBytes = 0x3000): Uint8Array {
  const setupBytes = 5 * 512;
  const bytes = new Uint8Array(setupBytes + payloadBytes).fill(0xa5, setupBytes).fill(0x90, 512, setupBytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(0x1f4, Math.ceil(payloadBytes / 16), true);
  view.setUint16(0x1fe, 0xaa55, true);
  return bytes;
}

const MULTIBOOT_MAGIC = 0x1badb002;

function putMultibootHeader(view: DataView, at: number, flags: number): void {
  view.setUint32(at, MULTIBOOT_MAGIC, true);
  view.setUint32(at + 4, flags, true);
  view.setUint32(at + 8, -(MULTIBOOT_MAGIC + flags), true);
}

/** A Multiboot image with address fields: header, load, load end, BSS end and entry address. */
export function addressedMultiboot(fields: readonly number[], bytes = 0x1000, at = 0x40): Uint8Array {
  const image = new Uint8Array(bytes).fill(0xc3);
  const view = new DataView(image.buffer);
  putMultibootHeader(view, at, 0x10003);
  fields.forEach((field, index) => {
    view.setUint32(at + 12 + index * 4, field, true);
  });
  return image;
}

export interface ElfSegment {
  readonly virtualAddress: number;
  readonly physicalAddress: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
  readonly type?: number;
  /** Where in the file it is, if it has no bytes of its own. */
  readonly offset?: number;
}

export interface ElfFields {
  readonly entry: number;
  readonly segments: readonly ElfSegment[];
  readonly multibootFlags?: number;
  readonly machine?: number;
  readonly elfClass?: number;
}

const ELF_DATA = 0x200;

/** An ELF executable; segment n is filled with n + 1. The Multiboot header, if any, lies between headers and data. */
export function elf({ entry, segments, multibootFlags, machine = 3, elfClass = 1 }: ElfFields): Uint8Array {
  const ownBytes = ({ fileBytes, offset }: ElfSegment): number => (offset === undefined ? fileBytes : 0);
  const total = segments.reduce((sum, segment) => sum + ownBytes(segment), ELF_DATA);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x464c457f, true);
  bytes.set([elfClass, 1, 1], 4);
  view.setUint16(16, 2, true);
  view.setUint16(18, machine, true);
  view.setUint32(24, entry, true);
  view.setUint32(28, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, segments.length, true);
  if (multibootFlags !== undefined) putMultibootHeader(view, 0x180, multibootFlags);
  let offset = ELF_DATA;
  segments.forEach((segment, index) => {
    const words = [segment.type ?? 1, segment.offset ?? offset, segment.virtualAddress, segment.physicalAddress];
    [...words, segment.fileBytes, segment.memoryBytes, 7, 0x1000].forEach((word, n) => {
      view.setUint32(52 + index * 32 + n * 4, word, true);
    });
    bytes.fill(index + 1, offset, offset + ownBytes(segment));
    offset += ownBytes(segment);
  });
  return bytes;
}
