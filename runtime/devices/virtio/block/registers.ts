/** Block device (VIRTIO 1.2, 5.2). */

/** Numbers of features (5.2.3). */
export const BlockFeature = {
  segments: 2,
  geometry: 4,
  readOnly: 5,
  blockSize: 6,
  flush: 9,
  configurableCache: 11,
  discard: 13,
  writeZeroes: 14,
} as const;

/** The configuration (5.2.4): offsets. */
export const Config = {
  capacity: 0,
  mostSegments: 12,
  cylinders: 16,
  heads: 18,
  sectors: 19,
  blockSize: 20,
  writeback: 32,
  mostDiscarded: 36,
  mostDiscardRanges: 40,
  discardAlignment: 44,
  mostZeroed: 48,
  mostZeroRanges: 52,
  bytes: 60,
} as const;

/** Types of requests (5.2.6). */
export const RequestType = { read: 0, write: 1, flush: 4, getId: 8, discard: 11, writeZeroes: 13 } as const;

/** Size of a request's header; a request ends with one byte for the status. */
export const HEADER_BYTES = 16;
export const RequestStatus = { ok: 0, error: 1, unsupported: 2 } as const;

/** A range to be discarded or filled with zeros, and the flag that the device may free it. */
export const RANGE_BYTES = 16;
export const UNMAP = 1;

export const ID_BYTES = 20;
