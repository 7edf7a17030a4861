/** Modes of the processor, in the order in which the guest goes through them. */
export const modes = {
  real: { title: 'real mode', ending: 'real', bits: 16 },
  protected16: { title: '16-bit protected mode', ending: 'pm16', bits: 16 },
  protected32: { title: '32-bit protected mode', ending: 'pm32', bits: 32 },
  virtual: { title: 'virtual-8086 mode', ending: 'vm86', bits: 16 },
} as const;

export type Mode = keyof typeof modes;
