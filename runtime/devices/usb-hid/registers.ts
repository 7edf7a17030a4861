/**
 * Device Class Definition for Human Interface Devices (HID), 1.11. Numbers of usages are those of the HID Usage Tables.
 */
export const HID_CLASS = 3;
/** Sub-class and protocols of devices that firmware can use (4.2, 4.3). */
export const BOOT_INTERFACE = 1;
export const Protocol = { none: 0, keyboard: 1, mouse: 2 } as const;

/** Types of descriptors of the class (7.1). */
export const HidDescriptor = { hid: 0x21, report: 0x22 } as const;
export const HID_RELEASE = 0x0111;

/** Requests of the class (7.2), and types of reports. */
export const HidRequest = {
  getReport: 1,
  getIdle: 2,
  getProtocol: 3,
  setReport: 9,
  setIdle: 10,
  setProtocol: 11,
} as const;
export const ReportType = { input: 1, output: 2 } as const;

/** Arguments of SET_PROTOCOL: the boot protocol, whose reports firmware knows, or the reports that the device describes. */
export const [BOOT_PROTOCOL, REPORT_PROTOCOL] = [0, 1];

/** Nanoseconds of the unit of SET_IDLE. */
export const IDLE_TIME = 4_000_000;

/** As QEMU has them, which systems know. */
export const Id = { vendor: 0x0627, product: 0x0001 } as const;
export const MAKER = 'rawiron';

/** The one endpoint beside that for control. */
export const INTERRUPT_ENDPOINT = 1;
