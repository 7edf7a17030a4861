/** The registers of Bochs' VBE extension: a 16-bit index at the first port, data at the next two. */
export const VBE_PORT = 0x1ce;
export const Vbe = {
  id: 0,
  width: 1,
  height: 2,
  depth: 3,
  enable: 4,
  bank: 5,
  virtualWidth: 6,
  virtualHeight: 7,
  xOffset: 8,
  yOffset: 9,
  memory64K: 10,
} as const;
export const VBE_COUNT = 10;
export const VBE_ID = { first: 0xb0c0, last: 0xb0c5 } as const;
export const VbeEnable = { enabled: 0x01, capabilities: 0x02, dac8: 0x20, keepMemory: 0x80 } as const;
/** The largest mode, as the registers tell it while `VbeEnable.capabilities` is set; QEMU's limits. */
export const VBE_LARGEST = { width: 16000, height: 12000, depth: 32 } as const;
