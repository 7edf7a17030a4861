/** Commands in packets: MMC-3 (T10/1363-D), 6; those of six bytes are of SPC-2. */
export const Packet = {
  testUnitReady: 0x00,
  requestSense: 0x03,
  read6: 0x08,
  seek6: 0x0b,
  inquiry: 0x12,
  modeSelect6: 0x15,
  modeSense6: 0x1a,
  startStopUnit: 0x1b,
  preventAllowMediumRemoval: 0x1e,
  readCapacity: 0x25,
  read10: 0x28,
  seek10: 0x2b,
  synchronizeCache: 0x35,
  readToc: 0x43,
  getConfiguration: 0x46,
  getEventStatusNotification: 0x4a,
  readDiscInformation: 0x51,
  modeSelect10: 0x55,
  modeSense10: 0x5a,
  read12: 0xa8,
  setCdSpeed: 0xbb,
  mechanismStatus: 0xbd,
  readCd: 0xbe,
} as const;

export const PACKET_BYTES = 12;

/** Blocks of a CD, and a whole sector with its synchronisation, header, and codes for errors (mode 1). */
export const BLOCK_BYTES = 2048;
export const RAW_BYTES = 2352;

/** Sense key, additional sense code and its qualifier, a byte each (MMC-3, annex A). */
export const Sense = {
  none: 0x000000,
  noMedium: 0x023a00,
  unrecoveredRead: 0x031100,
  invalidCommand: 0x052000,
  outOfRange: 0x052100,
  invalidField: 0x052400,
  savingNotSupported: 0x053900,
  removalPrevented: 0x055302,
  mediumChanged: 0x062800,
} as const;

/** The first two seconds of a CD have no address: minutes, seconds and frames count them too. */
export const PREGAP = 150;
export const FRAMES = 75;

/** Blocks of a CD of 80 minutes: a larger medium is a DVD. */
export const CD_BLOCKS = 80 * 60 * FRAMES;

/** GET CONFIGURATION: profiles (MMC-3, table 82). */
export const Profile = { none: 0, cdRom: 0x0008, dvdRom: 0x0010 } as const;

/** GET EVENT STATUS NOTIFICATION: the class of events about the medium, and its events (MMC-3, 6.7.1.3). */
export const MEDIUM_CLASS = 4;
export const MediumEvent = { none: 0, ejectRequest: 1, newMedium: 2, removal: 3 } as const;
