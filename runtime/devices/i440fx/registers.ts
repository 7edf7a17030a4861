/** Intel 82441FX (PMC) data sheet (290549), 3.2. */
export const Id = { vendorId: 0x8086, deviceId: 0x1237, revision: 2, classCode: 0x060000 } as const;

/** PAM0-PAM6: two segments in each, a nibble a segment; bit 0 of it lets reads, bit 1 writes through to RAM. */
export const PAM = 0x59;
export const PAM_COUNT = 7;
export const PamBit = { read: 1, write: 2 } as const;
/** All segments are RAM. */
export const PAM_ALL_RAM = 0x33;

/** System management RAM control. */
export const SMRAM = 0x72;
export const SMRAM_INITIAL = 0x02;
