/** VMware's backdoor: the port, and the number that a guest says it knows it by ("VMXh"). */
export const PORT = 0x5658;
export const MAGIC = 0x564d5868;

/** Calls, by the low byte of ECX: those of QEMU, and VMware's for the time. */
export const Command = {
  version: 10,
  uuid: 19,
  memory: 20,
  time: 23,
  mouseData: 39,
  mouseStatus: 40,
  mouseCommand: 41,
  frequencies: 45,
  wholeTime: 46,
  processor: 68,
} as const;

/** Commands of the mouse, in EBX. */
export const MouseCommand = {
  disable: 0x0000_00f5,
  readId: 0x4541_4552,
  requestRelative: 0x4c45_5252,
  requestAbsolute: 0x5342_4152,
} as const;

/** Numbers of the mouse: its status while it is off, the first word that a driver reads, and words of a call at most. */
export const MouseStatus = { off: 0xffff, identification: 0x3442_554a, mostRead: 6 } as const;

/** Bits of a packet for the buttons: left, right and middle. */
export const MouseButton: readonly number[] = [0x20, 0x10, 0x08];

/** Modes in which the guest uses the mouse. */
export const MouseMode = { off: 0, absolute: 1, relative: 2 } as const;
export type MouseModeValue = (typeof MouseMode)[keyof typeof MouseMode];

/** Registers by their numbers in instructions. */
export const Register = { eax: 0, ecx: 1, edx: 2, ebx: 3, esi: 6, edi: 7 } as const;

/** Answers that are always the same: QEMU's. */
export const Answer = {
  version: 6,
  /** A product for servers. */
  product: 2,
  memory: 0x1177,
  /** Microseconds by which the guest's time may lag behind. */
  mostLag: 1_000_000,
  /** No such call; no such frequency is known. */
  unknown: 0xffffffff,
} as const;
