/**
 * eXtensible Host Controller Interface for Universal Serial Bus (xHCI), revision 1.2: chapter 5 for registers, chapter 6 for what is in memory
 * (trb.ts, contexts.ts). What the specification leaves to who makes a controller is as QEMU 7.2 has it.
 */

/**
 * Identification on PCI, and the bits that the event ring segment table's address has. The controllers differ in
 * nothing else but NEC's command.
 */
export const models = {
  'qemu-xhci': { vendorId: 0x1b36, deviceId: 0x000d, revision: 1, hasMsi: false, tableMask: 0xffffffc0 },
  'nec-usb-xhci': { vendorId: 0x1033, deviceId: 0x0194, revision: 3, hasMsi: true, tableMask: 0xfffffff0 },
} as const;
export type XhciModel = keyof typeof models;

export const PCI_CLASS = 0x0c0330;
/** Where the release of the bus is told (5.2.3): 3.0. */
export const [RELEASE_REGISTER, RELEASE] = [0x60, 0x30];
/** Where the capabilities of messages stand in configuration space. */
export const [MSIX_AT, MSI_AT] = [0x90, 0x70];

/** Registers in memory: where each part of them begins, and all of their bytes. */
export const MEMORY_BYTES = 0x4000;
export const Part = { operational: 0x40, ports: 0x440, runtime: 0x1000, doorbells: 0x2000, messages: 0x3000 } as const;
export const PORT_BYTES = 0x10;
export const [FIRST_INTERRUPTER, INTERRUPTER_BYTES] = [0x20, 0x20];

export const SLOTS = 64;
export const INTERRUPTERS = 16;
/**
 * Number of devices that can be plugged in; each has a port for USB 3 and one for USB 2. Those for USB 3 are numbers
 * 1-4, as in QEMU.
 */
export const CONNECTORS = 4;
export const PORTS = 2 * CONNECTORS;
/** Device context indexes (4.5.1): 0 is the slot, 1 endpoint 0, then two for each endpoint. */
export const ENDPOINTS = 31;

const VERSION = 0x0100;
const IST = 0x0f;
/** 64-bit addresses; where the extended capabilities are, in words. Contexts have 32 bytes, and there are no streams. */
const CAPABILITIES_AT = 0x20;
const HCCPARAMS1 = 0x1 | ((CAPABILITIES_AT >> 2) << 16);

const USB_NAME = 0x20425355;
/** A supported protocol (7.2): release, where the next one is, name, and which ports have it. */
const protocol = (release: number, next: number, firstPort: number): number[] => [
  (release << 24) | ((next >> 2) << 8) | 2,
  USB_NAME,
  (CONNECTORS << 8) | firstPort,
  0,
];
const PROTOCOL_BYTES = 16;

/** Words that are always the same (5.3, 7.2), from the start of the registers on. */
export const capabilityWords: readonly number[] = [
  Part.operational | (VERSION << 16),
  SLOTS | (INTERRUPTERS << 8) | (PORTS << 24),
  IST,
  0,
  HCCPARAMS1,
  Part.doorbells,
  Part.runtime,
  0,
  ...protocol(2, PROTOCOL_BYTES, CONNECTORS + 1),
  ...protocol(3, 0, 1),
];

/** Operational registers (5.4), from their start on. */
export const Operational = {
  command: 0x00,
  status: 0x04,
  pageSize: 0x08,
  notifications: 0x14,
  commandRing: 0x18,
  commandRingHigh: 0x1c,
  contexts: 0x30,
  contextsHigh: 0x34,
  configure: 0x38,
} as const;
export const PAGE_SIZE = 1;

export const Command = {
  run: 0x001,
  reset: 0x002,
  interrupts: 0x004,
  systemErrors: 0x008,
  save: 0x100,
  restore: 0x200,
  wrapEvents: 0x400,
  kept: 0xc0d,
} as const;

export const Status = {
  halted: 0x0001,
  systemError: 0x0004,
  interrupt: 0x0008,
  portChange: 0x0010,
  saveRestoreError: 0x0400,
  controllerError: 0x1000,
  clearable: 0x041c,
} as const;

export const RingControl = { cycle: 0x1, stop: 0x2, abort: 0x4, running: 0x8, addressMask: 0xffffffc0 } as const;

/** Registers of a port (5.4.8): only the first has something to say. */
export const Port = {
  connected: 1 << 0,
  enabled: 1 << 1,
  reset: 1 << 4,
  stateShift: 5,
  stateMask: 0xf << 5,
  power: 1 << 9,
  speedShift: 10,
  stateStrobe: 1 << 16,
  connectChanged: 1 << 17,
  enableChanged: 1 << 18,
  warmResetChanged: 1 << 19,
  resetChanged: 1 << 21,
  stateChanged: 1 << 22,
  clearable: 0x00fe0000,
  /** Power, and what may wake the system. */
  writable: 0x0e000200,
  warmReset: 0x80000000,
} as const;
/** States of a port's link. */
export const Link = { active: 0, suspended: 3, disabled: 4, detect: 5, polling: 7, resume: 15 } as const;
/** Speed of a port's device (7.2.2.1.1). */
export const SpeedId = { full: 1, high: 3 } as const;

/** Runtime registers (5.5): the microframe, and those of an interrupter from its start on. */
export const MICROFRAME = 0;
export const MICROFRAME_TIME = 125_000;
export const MICROFRAME_MASK = 0x3fff;
export const Interrupter = {
  management: 0x00,
  moderation: 0x04,
  tableSize: 0x08,
  table: 0x10,
  tableHigh: 0x14,
  dequeue: 0x18,
  dequeueHigh: 0x1c,
} as const;
export const Management = { pending: 1, enabled: 2 } as const;
/** The guest has not said that it is through with what was told. */
export const BUSY = 0x8;

/** An address of two words; beyond 2^52, where a guest of 32 bits never has memory, all are the same. */
export function address64(low: number, high: number): number {
  return Math.min(high, 0xfffff) * 2 ** 32 + (low >>> 0);
}
/** The words of an address, or of what the guest has put in the place of one. */
export type Words = readonly [low: number, high: number];
export const wordsOf = (address: number): Words => [lowWord(address), highWord(address)];
export const lowWord = (address: number): number => address % 2 ** 32;
export const highWord = (address: number): number => Math.floor(address / 2 ** 32);
