/**
 * IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller"; commands of AT clones from
 * Intel 8242PC data sheet, "Command set".
 */
export const Port = { data: 0x60, command: 0x64 } as const;

export const Status = {
  outputFull: 0x01,
  system: 0x04,
  /** The last write was to port 0x64. */
  command: 0x08,
  notInhibited: 0x10,
  /** The byte in the output buffer is the mouse's. */
  auxiliary: 0x20,
} as const;

/** The command byte: byte 0 of the controller's RAM. */
export const CommandByte = {
  keyboardInterrupt: 0x01,
  auxiliaryInterrupt: 0x02,
  system: 0x04,
  keyboardDisabled: 0x10,
  auxiliaryDisabled: 0x20,
  translate: 0x40,
} as const;

export const Command = {
  readRam: 0x20,
  writeRam: 0x60,
  testPassword: 0xa4,
  disableAuxiliary: 0xa7,
  enableAuxiliary: 0xa8,
  testAuxiliary: 0xa9,
  selfTest: 0xaa,
  testKeyboard: 0xab,
  disableKeyboard: 0xad,
  enableKeyboard: 0xae,
  readInputPort: 0xc0,
  readOutputPort: 0xd0,
  writeOutputPort: 0xd1,
  writeKeyboardBuffer: 0xd2,
  writeAuxiliaryBuffer: 0xd3,
  writeAuxiliary: 0xd4,
  disableA20: 0xdd,
  enableA20: 0xdf,
  readTestInputs: 0xe0,
  /** And up to 0xff: pulses those of output port bits 0-3 low whose bits are 0. */
  pulseOutputPort: 0xf0,
} as const;

/** Answers of the controller itself. */
export const Answer = { selfTestPassed: 0x55, portTestPassed: 0x00, noPassword: 0xf1 } as const;

/** Bit 7 of the input port: the key lock is open. */
export const KEYBOARD_UNLOCKED = 0x80;

export const OutputPort = { notReset: 0x01, a20: 0x02, keyboardFull: 0x10, auxiliaryFull: 0x20 } as const;

/** Nanoseconds that a byte takes from a device: 11 bits at 15 kHz. */
export const BYTE_TIME = 733000;

/**
 * Nanoseconds until a byte of a reply is there. Drivers that were tried with emulators alone poll a thousand times for it, which is far less than
 * a byte takes on a cable.
 */
export const REPLY_TIME = 5000;

/** Answers of both PS/2 devices. */
export const Reply = { acknowledge: 0xfa, resend: 0xfe, selfTestPassed: 0xaa, echo: 0xee } as const;
