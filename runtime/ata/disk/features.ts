/** SET FEATURES by the features register (ATA/ATAPI-6, table 44). */
export const Feature = { enableWriteCache: 0x02, transferMode: 0x03, disableWriteCache: 0x82 } as const;

/** Taken without effect: advanced power management, acoustics, read look-ahead, what a soft reset puts back. */
export const idleFeatures: readonly number[] = [0x05, 0x85, 0x42, 0xc2, 0x55, 0xaa, 0x66, 0xcc];
