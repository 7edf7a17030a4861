const SECTOR = 512;
const CD_SECTOR = 2048;
const FLOPPY_SECTORS = 2880;
const CD_SECTORS = 64;

/** Bytes whose sectors can be told apart. */
function patterned(sectors: number, bytes: number, factor: number): Uint8Array {
  const image = new Uint8Array(sectors * bytes);
  for (let n = 0; n < sectors; n++) image.fill((n * factor + 1) & 0xff, n * bytes, (n + 1) * bytes);
  return image;
}

/** The disk in drive A: 1.44 MB. */
export const floppyImage = (): Uint8Array => patterned(FLOPPY_SECTORS, SECTOR, 3);

/** The disk in the CD-ROM drive: it cannot be booted. */
export const cdImage = (): Uint8Array => patterned(CD_SECTORS, CD_SECTOR, 5);
