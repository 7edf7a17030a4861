/** How a message wants its interrupt delivered (Intel SDM vol. 3, 11.6.1: the delivery mode of the interrupt command register). */
export const DeliveryMode = {
  fixed: 0,
  lowestPriority: 1,
  smi: 2,
  nmi: 4,
  init: 5,
  startUp: 6,
  external: 7,
} as const;

/** An interrupt on its way to a local APIC: from the I/O APIC, or from another processor. */
export interface InterruptMessage {
  readonly vector: number;
  /** One of DeliveryMode. */
  readonly mode: number;
  readonly level: boolean;
  readonly destination: number;
  readonly logical: boolean;
}

/** Where local APICs take messages in memory, and the parts of address and data (Intel SDM vol. 3, 11.11). */
const MessageAddress = { mask: 0xfff00000, base: 0xfee00000, destinationShift: 12, logical: 0x4 } as const;
const MessageData = { vector: 0xff, modeShift: 8, modeMask: 7, level: 0x8000 } as const;

/** The interrupt that a device asks for when it writes this word to memory; null where no local APIC listens. */
export function memoryMessage(address: number, data: number): InterruptMessage | null {
  if ((address & MessageAddress.mask) >>> 0 !== MessageAddress.base) return null;
  return {
    vector: data & MessageData.vector,
    mode: (data >>> MessageData.modeShift) & MessageData.modeMask,
    level: (data & MessageData.level) !== 0,
    destination: (address >>> MessageAddress.destinationShift) & 0xff,
    logical: (address & MessageAddress.logical) !== 0,
  };
}
