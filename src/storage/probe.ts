/** Bytes at the start of an image that tell its format. */
export const PROBE_BYTES = 16;

/** First bytes of formats that are known and not supported. */
const otherFormats: readonly (readonly [string, string])[] = [
  ['QFI\xfb\0\0\0\x01', 'qcow (version 1)'],
  ['KDMV', 'VMDK'],
  ['vhdxfile', 'VHDX'],
  ['conectix', 'VPC (VHD)'],
  ['QED\0', 'QED'],
  ['LUKS\xba\xbe', 'LUKS'],
];

/** "QFI\xfb", at the start of a qcow2 image. */
export const QCOW2_MAGIC = 0x514649fb;

/** Whether these first bytes are those of a qcow2 image. Those of version 1 are another format's. */
export function isQcow2(start: Uint8Array): boolean {
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  return start.length >= 8 && view.getUint32(0) === QCOW2_MAGIC && view.getUint32(4) >= 2;
}

/** The format that an image has by its first bytes, for people. What begins like no known format is "raw". */
export function formatOfBytes(start: Uint8Array): string {
  if (isQcow2(start)) return 'qcow2';
  const characters = String.fromCharCode(...start);
  return otherFormats.find(([magic]) => characters.startsWith(magic))?.[1] ?? 'raw';
}
