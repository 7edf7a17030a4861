/** Bytes at the start of an image that tell its format. */
export const PROBE_BYTES = 68;

/** Signatures of formats, each at an offset: formats that are supported by their names, others for people. */
const signatures: readonly (readonly [offset: number, bytes: string, format: string])[] = [
  [0, 'KDMV', 'vmdk'],
  [0, 'COWD', 'vmdk'],
  [0, '# Disk DescriptorFile', 'vmdk'],
  [0, 'vhdxfile', 'vhdx'],
  [0, 'conectix', 'vpc'],
  [64, '\x7f\x10\xda\xbe', 'vdi'],
  [0, 'QFI\xfb\0\0\0\x01', 'qcow (version 1)'],
  [0, 'QED\0', 'QED'],
  [0, 'LUKS\xba\xbe', 'LUKS'],
];

/** "QFI\xfb", at the start of a qcow2 image. */
export const QCOW2_MAGIC = 0x514649fb;

/** Whether these first bytes are those of a qcow2 image. Those of version 1 are another format's. */
export function isQcow2(start: Uint8Array): boolean {
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  return start.length >= 8 && view.getUint32(0) === QCOW2_MAGIC && view.getUint32(4) >= 2;
}

/** The format that an image has by its first bytes. What begins like no known format is "raw". */
export function formatOfBytes(start: Uint8Array): string {
  if (isQcow2(start)) return 'qcow2';
  const characters = String.fromCharCode(...start);
  return signatures.find(([offset, bytes]) => characters.startsWith(bytes, offset))?.[2] ?? 'raw';
}
