/** Intel 82C54 data sheet (231244), "Programming the 82C54"; port 0x61: Intel 82371AB (PIIX4) data sheet, 4.2.6. */
export const Port = { channel0: 0x40, channel1: 0x41, channel2: 0x42, control: 0x43, system: 0x61 } as const;

/** Control word: SC1 SC0 RW1 RW0 M2 M1 M0 BCD. */
export const Control = { bcd: 0x01, modeShift: 1, accessShift: 4, channelShift: 6, readBack: 3 } as const;

/** RW1 RW0. */
export const Access = { latch: 0, low: 1, high: 2, both: 3 } as const;

/** Read-back command; the two latch bits are active low. Bits 1-3 select channels 0-2. */
export const ReadBack = { noCount: 0x20, noStatus: 0x10, channelShift: 1 } as const;

/** Status byte: the low six bits are those of the control word. */
export const Status = { output: 0x80, nullCount: 0x40 } as const;

/** Port 0x61. Bits 0-3 can be written. */
export const System = {
  gate2: 0x01,
  speaker: 0x02,
  writable: 0x0f,
  refreshToggle: 0x10,
  output2: 0x20,
} as const;

/** Input clock: 14.31818 MHz / 12 = 315/264 MHz; there are CLOCKS of it in NANOSECONDS. */
export const CLOCKS = 105;
export const NANOSECONDS = 88000;

/** Nanoseconds between refresh cycles, at each of which bit 4 of port 0x61 toggles: 18 clocks. */
export const REFRESH_PERIOD = (18 * NANOSECONDS) / CLOCKS;
