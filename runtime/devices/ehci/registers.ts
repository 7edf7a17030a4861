/**
 * Enhanced Host Controller Interface Specification for Universal Serial Bus (EHCI), revision 1.0: chapter 2 for registers, chapter 3 for what
 * is in memory (schedule.ts). What the specification leaves to who makes a controller is as QEMU 7.2 has it.
 */

/** Intel's 82801D (ICH4) has it with these numbers. */
export const Pci = { vendorId: 0x8086, deviceId: 0x24cd, revision: 0x10, classCode: 0x0c0320 } as const;
/** Where the release of the bus is told, 2.0, with the length of a frame after it (2.1.4, 2.1.5). */
export const [RELEASE_REGISTER, RELEASE] = [0x60, 0x2020];
/** Legacy support (2.1.7): who has the controller, and what interrupts firmware. */
export const Legacy = {
  support: 0x68,
  initial: 0x1,
  owners: 0x01010000,
  control: 0x6c,
  controlInitial: 0xc0000000,
} as const;

export const MEMORY_BYTES = 0x1000;
export const OPERATIONAL = 0x20;
export const PORTS = 6;
/** Words that are always the same (2.2): sizes and version, ports, legacy support and how far the controller reads ahead. */
export const capabilityWords: readonly number[] = [OPERATIONAL | (0x0100 << 16), PORTS, (Legacy.support << 8) | 0x80];

/** Operational registers (2.3), from their start on. */
export const Register = {
  command: 0x00,
  status: 0x04,
  interruptEnable: 0x08,
  frameIndex: 0x0c,
  segment: 0x10,
  periodicList: 0x14,
  asyncList: 0x18,
  configured: 0x40,
  firstPort: 0x44,
} as const;

export const Command = {
  run: 0x01,
  reset: 0x02,
  periodic: 0x10,
  async: 0x20,
  /** The guest wants to know when the controller has nothing of its asynchronous list in mind any more. */
  doorbell: 0x40,
  /** After a reset: an interrupt each millisecond at most, which is not heeded. */
  initial: 0x80000,
  kept: 0x00ff0f31,
} as const;

export const Status = {
  interrupt: 0x01,
  error: 0x02,
  portChange: 0x04,
  rollover: 0x08,
  systemError: 0x10,
  advanced: 0x20,
  clearable: 0x3f,
  halted: 0x1000,
  periodic: 0x4000,
  async: 0x8000,
} as const;

/** Microframes, and what the frame index has of them. */
export const MICROFRAME_TIME = 125_000;
export const INDEX_MASK = 0x3fff;
export const LIST_ENTRIES = 1024;

export const Port = {
  connected: 0x0001,
  connectChanged: 0x0002,
  enabled: 0x0004,
  enableChanged: 0x0008,
  resume: 0x0040,
  suspended: 0x0080,
  reset: 0x0100,
  power: 0x1000,
  /** A companion controller has the port; there is none. */
  owner: 0x2000,
  clearable: 0x002a,
  writable: 0x007fe000,
} as const;
