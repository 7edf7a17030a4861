import { expect, test } from 'vitest';
import { imageKind } from '../../../src/browser/image-kind.ts';

/** An image of so many bytes with something at an offset. */
function image(size: number, offset = 0, content: string | Uint8Array = ''): Blob {
  const bytes = new Uint8Array(size);
  bytes.set(typeof content === 'string' ? Uint8Array.from(content, (c) => c.charCodeAt(0)) : content, offset);
  return new Blob([bytes]);
}

test.each([
  ['kernel', 'a Linux bzImage', image(10_000, 0x202, 'HdrS')],
  ['kernel', 'a Multiboot kernel', image(9000, 8188, new Uint8Array([0x02, 0xb0, 0xad, 0x1b]))],
  ['initrd', 'a cpio archive', image(1000, 0, '070701')],
  ['initrd', 'one compressed by gzip', image(1000, 0, '\x1f\x8b')],
  ['cdrom', 'an ISO image', image(40_000, 0x8001, 'CD001')],
  ['disk', 'a qcow2 image', image(1440 * 1024, 0, 'QFI\xfb')],
  ['floppy', 'what is as long as a floppy', image(1440 * 1024)],
  ['floppy', 'the smallest floppy', image(160 * 1024)],
  ['disk', 'anything else', image(1 << 20)],
  ['disk', 'a Multiboot header too far behind', image(20_000, 8192, new Uint8Array([0x02, 0xb0, 0xad, 0x1b]))],
  ['disk', 'a Multiboot header that is not aligned', image(9000, 6, new Uint8Array([0x02, 0xb0, 0xad, 0x1b]))],
  ['disk', 'nothing at all', image(0)],
] as const)('%s: %s', async (kind, _what, blob) => {
  expect(await imageKind(blob)).toBe(kind);
});
