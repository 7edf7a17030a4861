/** Network device (VIRTIO 1.2, 5.1). */

/** Numbers of features (5.1.3): `checksum` and `segments` are what the device does for the driver, `guest…` the other way. */
export const NetworkFeature = {
  checksum: 0,
  guestChecksum: 1,
  mac: 5,
  guestSegmentsIpv4: 7,
  segmentsIpv4: 11,
  mergedBuffers: 15,
  status: 16,
} as const;

/** Queues (5.1.2). */
export const Queue = { receive: 0, transmit: 1 } as const;

/** The configuration (5.1.4): the address, six bytes, and the status. */
export const Config = { mac: 0, status: 6, bytes: 12 } as const;
export const MAC_BYTES = 6;
export const LINK_UP = 1;

/** Layout of the header in front of a frame (5.1.6). The number of buffers is there with merged buffers, or since version 1. */
export const Header = {
  flags: 0,
  segmentation: 1,
  headerBytes: 2,
  segmentBytes: 4,
  checksumStart: 6,
  checksumOffset: 8,
  buffers: 10,
  shortBytes: 10,
  longBytes: 12,
} as const;
export const HeaderFlag = { needsChecksum: 1, isValid: 2 } as const;
/** Kinds of segmentation, and a flag beside them. */
export const Segmentation = { none: 0, tcpIpv4: 1, congestionFlag: 0x80 } as const;
