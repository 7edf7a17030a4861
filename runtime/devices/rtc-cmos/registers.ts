/** Motorola MC146818A data sheet, "Address map" and "Registers". */
export const Port = { index: 0x70, data: 0x71 } as const;

/** Bit 7 of port 0x70 masks NMI; the rest is the address (Intel 82371AB (PIIX4) data sheet, 4.2.4). */
export const NMI_MASK = 0x80;

export const Register = {
  seconds: 0x00,
  secondsAlarm: 0x01,
  minutes: 0x02,
  minutesAlarm: 0x03,
  hours: 0x04,
  hoursAlarm: 0x05,
  dayOfWeek: 0x06,
  dayOfMonth: 0x07,
  month: 0x08,
  year: 0x09,
  a: 0x0a,
  b: 0x0b,
  c: 0x0c,
  d: 0x0d,
  /** Where PCs keep the century (ACPI FADT, CENTURY). */
  century: 0x32,
  /** Where the PS/2 has it: the same byte, as in QEMU. */
  ps2Century: 0x37,
} as const;

/** Register A: divider bits 4-6 (010: running from 32768 Hz), rate bits 0-3. */
export const RegisterA = { updateInProgress: 0x80, divider: 0x70, dividerRunning: 0x20, rate: 0x0f } as const;

export const RegisterB = {
  set: 0x80,
  periodicInterrupt: 0x40,
  alarmInterrupt: 0x20,
  updateInterrupt: 0x10,
  squareWave: 0x08,
  binary: 0x04,
  hours24: 0x02,
  daylightSaving: 0x01,
} as const;

/** Flags, in the bit positions of their enables in register B. */
export const RegisterC = { request: 0x80, periodic: 0x40, alarm: 0x20, update: 0x10, sources: 0x70 } as const;

/** Register D: the RAM and the time are valid. */
export const VALID = 0x80;

/** Bit 7 of the hours in 12-hour mode. */
export const PM = 0x80;

/** An alarm byte with both upper bits set matches everything. */
export const DONT_CARE = 0xc0;

export const CMOS_SIZE = 128;

/** Nanoseconds for which UIP is set before the time changes: t(BUC) + t(UC) at 32768 Hz. */
export const UPDATE_TIME = (244 + 1984) * 1000;
