const SECTOR = 2048;
const VOLUME = 16;
const CATALOGUE = 19;
const IMAGE = 20;

/** Boot media types of the specification (El Torito 1.0, figure 3). */
export const BootMedia = { none: 0, floppy12: 1, floppy144: 2, floppy288: 3, hardDisk: 4 } as const;

export interface BootEntry {
  readonly media: number;
  /** The image to boot: the emulated disk, or the boot sectors. */
  readonly image: Uint8Array;
  /** Sectors of 512 bytes that firmware loads. Default 1. */
  readonly count?: number;
  /** Where it loads them; 0: 07C0h. */
  readonly segment?: number;
}

/** A CD with nothing but what El Torito's firmware side looks at. */
export function bootableCd({ media, image, count = 1, segment = 0 }: BootEntry): Uint8Array {
  const sectors = IMAGE + Math.ceil(image.length / SECTOR);
  const bytes = new Uint8Array(sectors * SECTOR);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void => {
    for (let n = 0; n < value.length; n++) bytes[at + n] = value.charCodeAt(n);
  };
  [1, 0, 255].forEach((type, n) => {
    bytes[(VOLUME + n) * SECTOR] = type;
    text((VOLUME + n) * SECTOR + 1, 'CD001\u0001');
  });
  text((VOLUME + 1) * SECTOR + 7, 'EL TORITO SPECIFICATION');
  view.setUint32((VOLUME + 1) * SECTOR + 0x47, CATALOGUE, true);
  const validation = CATALOGUE * SECTOR;
  bytes[validation] = 1;
  view.setUint16(validation + 28, 0x55aa, true);
  view.setUint16(validation + 30, 0xaa55, true);
  const entry = validation + 32;
  bytes[entry] = 0x88;
  bytes[entry + 1] = media;
  view.setUint16(entry + 2, segment, true);
  view.setUint16(entry + 6, count, true);
  view.setUint32(entry + 8, IMAGE, true);
  bytes.set(image, IMAGE * SECTOR);
  return bytes;
}
