/** The use of an image: it is booted directly, or it is the medium of a drive, or a saved machine. */
export type ImageKind = 'kernel' | 'initrd' | 'floppy' | 'cdrom' | 'disk' | 'snapshot';

/** Magic numbers: what a file has at an offset, as characters of a byte each. */
const magics: readonly (readonly [kind: ImageKind, offset: number, magic: string])[] = [
  // Linux's boot protocol, and its real-mode header's jump.
  ['kernel', 0x202, 'HdrS'],
  // ECMA-119, 8.1: the volume descriptor, in sector 16.
  ['cdrom', 0x8001, 'CD001'],
  ['snapshot', 0, 'RAWIRON\n'],
  ['disk', 0, 'QFI\xfb'],
  ['initrd', 0, '070701'],
  ['initrd', 0, '\x1f\x8b'],
  ['initrd', 0, '\xfd7zXZ\0'],
  ['initrd', 0, '\x28\xb5\x2f\xfd'],
  ['initrd', 0, 'BZh'],
];
const MULTIBOOT = [0x02, 0xb0, 0xad, 0x1b];
/** The header is in the first 8 KB, at a multiple of 4 (Multiboot 0.6.96, 3.1). */
const MULTIBOOT_SEARCHED = 8192;
/** Bytes of floppies: 160 KB to 2.88 MB, in the formats that drives have. */
const FLOPPY_BYTES = new Set(
  [160, 180, 320, 360, 720, 1200, 1440, 1680, 1722, 2880].map((kilobytes) => kilobytes * 1024),
);

/** Finds out what an image is for, by its first bytes and its size: what looks like nothing else is a disk. */
export async function imageKind(image: Blob): Promise<ImageKind> {
  const start = new Uint8Array(await image.slice(0, 0x8006).arrayBuffer());
  const found = magics.find(([, offset, magic]) => textAt(start, offset, magic.length) === magic);
  if (found) return found[0];
  if (hasMultibootHeader(start)) return 'kernel';
  return FLOPPY_BYTES.has(image.size) ? 'floppy' : 'disk';
}

function textAt(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}

function hasMultibootHeader(bytes: Uint8Array): boolean {
  for (let at = 0; at + MULTIBOOT.length <= Math.min(bytes.length, MULTIBOOT_SEARCHED); at += 4) {
    if (MULTIBOOT.every((byte, n) => bytes[at + n] === byte)) return true;
  }
  return false;
}
