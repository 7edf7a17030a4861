import { identifyBytes, identifyTexts, transferModeWords } from '../identify.ts';

/** The answer to IDENTIFY PACKET DEVICE (ATA/ATAPI-6, 8.16). */
export function packetIdentity(transferMode: number, serial: string, firmware: string, model: string): Uint8Array {
  const words = {
    ...transferModeWords(transferMode),
    // A CD-ROM drive whose medium can be taken out; it asks for a packet of 12 bytes within 50 us.
    0: 0x85c0,
    // The buffer of old drives, bytes of ECC.
    20: 3,
    21: 512,
    22: 4,
    48: 1,
    // IORDY, LBA, DMA.
    49: 0x0b00,
    // Words 64-70 and 88 are valid, and 54-58 are not.
    53: 0x0007,
    64: 0x0003,
    // Cycles in nanoseconds; time from a packet to the release of the bus.
    65: 180,
    66: 180,
    67: 300,
    68: 300,
    71: 30,
    72: 30,
    // ATA-2 to ATA-4.
    80: 0x001e,
    // NOP, DEVICE RESET, PACKET, removable media, power management.
    82: 0x4214,
    83: 0x4000,
    84: 0x4000,
    85: 0x4214,
    87: 0x4000,
  };
  return identifyBytes(words, identifyTexts(serial, firmware, model));
}
