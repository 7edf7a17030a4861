/** Castagnoli's polynomial, reflected. */
const POLYNOMIAL = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/** Offset of the checksum in each structure that has one, behind its signature. */
const AT = 4;

/** CRC-32C of a structure (MS-VHDX, 2.2.2), its own checksum taken as zero. */
export function checksumOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let n = 0; n < bytes.length; n++) {
    const byte = n >= AT && n < AT + 4 ? 0 : bytes[n]!;
    crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
  }
  return ~crc >>> 0;
}

/** Whether a structure begins with this signature and has the checksum that it says. */
export function isWhole(bytes: Uint8Array, signature: string): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found = String.fromCharCode(...bytes.subarray(0, signature.length));
  return found === signature && view.getUint32(AT, true) === checksumOf(bytes);
}

/** Writes signature and checksum of a structure that is ready otherwise. */
export function seal(bytes: Uint8Array, signature: string): void {
  for (let n = 0; n < signature.length; n++) bytes[n] = signature.charCodeAt(n);
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).setUint32(AT, checksumOf(bytes), true);
}
