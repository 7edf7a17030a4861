/** Bits of a descriptor's second word (Intel SDM vol. 3, 3.4.5); data and code segments share some. */
export const Rights = {
  accessed: 1 << 8,
  /** Bit of a data segment. */
  writable: 1 << 9,
  /** Bits of a code segment. */
  readable: 1 << 9,
  expandDown: 1 << 10,
  conforming: 1 << 10,
  code: 1 << 11,
  /** Code or data rather than a system segment or gate. */
  segment: 1 << 12,
  dplShift: 13,
  present: 1 << 15,
  /** D of a code segment, B of a data segment. */
  big: 1 << 22,
  granular: 1 << 23,
  /** Bits that a segment register keeps. */
  mask: 0x00f0ff00,
} as const;

/** The rights of a segment after a load in real mode, without B and G: data that may be written, also for CS. */
export const realRights = Rights.present | Rights.segment | Rights.writable | Rights.accessed;
