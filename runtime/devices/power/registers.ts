/** Intel 82371AB (PIIX4) data sheet (290562), 7 "Power management"; ACPI specification 1.0b, 4.7.3. */
export const Id = { vendorId: 0x8086, deviceId: 0x7113, revision: 3, classCode: 0x068000 } as const;

/** Configuration space: the base of the I/O registers, and their enable. */
export const Config = { base: 0x40, deviceActivity: 0x58, miscellaneous: 0x80 } as const;

/** DEVACTB (7.1.18): a write to the command port makes an SMI. */
export const APMC_ENABLE = 1 << 25;
export const BASE_MASK = 0xffc0;
export const IO_ENABLE = 0x01;

/** I/O registers, offsets from the base. */
export const Register = { status: 0, enable: 2, control: 4, timer: 8 } as const;

/** PM1a status and enable. */
export const Event = {
  timer: 0x0001,
  global: 0x0020,
  powerButton: 0x0100,
  rtc: 0x0400,
  wake: 0x8000,
  /** Events that raise the SCI. */
  enableable: 0x0521,
  /** Events that wake a suspended machine, if they are enabled. */
  waking: 0x0500,
  clearable: 0x8d31,
} as const;

/** PM1a control. SLP_EN reads as 0. */
export const Control = {
  sciEnable: 0x0001,
  sleepTypeShift: 10,
  sleepType: 7,
  sleepEnable: 0x2000,
  kept: 0x1c03,
} as const;

/** SLP_TYP of S5, S3 and S4, as QEMU's PIIX4 has them. */
export const SleepType = { softOff: 0, suspendToRam: 1, suspendToDisk: 2 } as const;

/** SMI command port (APMC), status port (APMS) and what an operating system writes to take or leave ACPI mode. */
export const Smi = { command: 0xb2, acpiEnable: 0xf1, acpiDisable: 0xf0 } as const;

/** The timer counts 24 bits of TIMER_CLOCKS in TIMER_NANOSECONDS: 3.579545 MHz, 315/88. */
export const TIMER_BITS = 24;
export const TIMER_CLOCKS = 315;
export const TIMER_NANOSECONDS = 88000;

export const SCI_IRQ = 9;

/** General-purpose events: ports and layout of the block GPE0 as QEMU's PIIX4 has it (QEMU, hw/acpi/piix4.c). */
export const GPE0_PORT = 0xafe0;
export const GPE0 = { bytes: 4, enable: 2 } as const;
/** The event of that block that notifies a system of PCI slots. */
export const PCI_HOT_PLUG_EVENT = 1;
/** The event that notifies a system of processors. */
export const CPU_HOT_PLUG_EVENT = 2;
/** The event that notifies a system of another generation ID. */
export const GENERATION_EVENT = 5;
