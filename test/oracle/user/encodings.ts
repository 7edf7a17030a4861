/** Instructions that programs have at certain places, as bytes. */

export const Opcode = {
  ...{
    pushfd: 0x9c,
    popfd: 0x9d,
    iretd: 0xcf,
    pushCs: 0x0e,
    push: 0x68,
    jmp: 0xe9,
    call: 0xe8,
    ret: 0xc3,
    retBytes: 0xc2,
  },
  ...{ loop: 0xe2, decEcx: 0x49, int3: 0xcc, into: 0xce, int: 0xcd, bound: 0x62 },
} as const;

/** The bytes of a word, in its order. */
export const word = (value: number): number[] => [value, value >> 8, value >> 16, value >> 24].map((one) => one & 0xff);

/** MOV of a register. */
export const move = (register: number, value: number): number[] => [0xb8 + register, ...word(value)];

/** MOV of an immediate to memory: a word, or two bytes of it. */
export const store = (address: number, value: number): number[] => [0xc7, 0x05, ...word(address), ...word(value)];
export const storeHalf = (address: number, value: number): number[] => [
  ...[0x66, 0xc7, 0x05],
  ...word(address),
  ...word(value).slice(0, 2),
];

/** OR of a byte of memory with 0: its page may be written then. */
export const touch = (address: number): number[] => [0x80, 0x0d, ...word(address), 0];
