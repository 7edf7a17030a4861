/** Blocks of a CD, and a whole sector with its synchronisation, header, and codes for errors (mode 1). */
export const BLOCK_BYTES = 2048;
export const RAW_BYTES = 2352;

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
