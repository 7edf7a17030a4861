/** Descriptors that UNMAP takes at once, and blocks that WRITE SAME fills. */
export const MOST_RANGES = 255;
export const MOST_FILLED = 0x10000;

/** Bits of the second byte of commands (SBC-3, 5). */
export const Flag = {
  /** INQUIRY: vital product data. */
  vital: 0x01,
  /** WRITE SAME(16): there is no data; blocks become zeros. */
  noData: 0x01,
  /** VERIFY: the host's data is compared; in two bits. */
  compare: 0x02,
  compareMask: 0x06,
  /** READ and WRITE: the medium itself, past the cache. */
  forceUnitAccess: 0x08,
  /** MODE SENSE: no block descriptor. */
  noDescriptor: 0x08,
} as const;

/** Bits of the device-specific parameter of mode data (SBC-3, 6.4.1). */
export const Specific = { writeProtected: 0x80, forceUnitAccess: 0x10 } as const;
