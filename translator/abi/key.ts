/**
 * The state key: all that decoding and generated code take for granted about the CPU's mode.
 * A translation is found by (code page, key); whatever changes the key ends a block.
 */
export const Key = {
  /** CS.D: operands and addresses are 32 bits by default. */
  code32: 1 << 0,
  /** SS.B: the stack pointer is ESP, not SP. */
  stack32: 1 << 1,
  /** CPL is 3: memory is accessed with user rights. */
  user: 1 << 2,
  /**
   * CS, DS, ES and SS have base 0 and allow every access in 4 GB: no check, no addition. Operands by way of FS, GS and
   * CS are checked nevertheless: code can be run and read, but not written.
   */
  flat: 1 << 3,
  /** EFLAGS.VM. */
  vm86: 1 << 4,
  /** CR0.PE. */
  protected: 1 << 5,
  /** CPL is 3, CR0.AM and EFLAGS.AC are set: accesses that are not aligned raise #AC (Intel SDM vol. 3, 6.15). */
  alignment: 1 << 6,
  /** A guest of AMD-V runs: instructions that its hypervisor may intercept ask whether it does (abi/exits.ts). */
  guest: 1 << 7,
} as const;
export const KEY_BITS = 8;
