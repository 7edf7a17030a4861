/** VMware's backdoor: the port, and the number that a guest says it knows it by ("VMXh"). */
export const PORT = 0x5658;
export const MAGIC = 0x564d5868;

/** Calls, by the low byte of ECX: those of QEMU. */
export const Command = { version: 10, uuid: 19, memory: 20, time: 23, wholeTime: 46, processor: 68 } as const;

/** Registers by their numbers in instructions. */
export const Register = { eax: 0, ecx: 1, edx: 2, ebx: 3, esi: 6 } as const;

/** Answers that are always the same: QEMU's. */
export const Answer = {
  version: 6,
  /** A product for servers. */
  product: 2,
  memory: 0x1177,
  /** Microseconds by which the guest's time may lag behind. */
  mostLag: 1_000_000,
  unknown: 0xffffffff,
} as const;
