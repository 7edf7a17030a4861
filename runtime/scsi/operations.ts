/** Operation codes of commands: SPC-3 (T10/1416-D), 6; SBC-3 (T10/1799-D), 5; MMC-3 (T10/1363-D), 6. */
export const Operation = {
  testUnitReady: 0x00,
  requestSense: 0x03,
  read6: 0x08,
  write6: 0x0a,
  seek6: 0x0b,
  inquiry: 0x12,
  modeSelect6: 0x15,
  reserve6: 0x16,
  release6: 0x17,
  modeSense6: 0x1a,
  startStopUnit: 0x1b,
  sendDiagnostic: 0x1d,
  preventAllowMediumRemoval: 0x1e,
  readFormatCapacities: 0x23,
  readCapacity10: 0x25,
  read10: 0x28,
  write10: 0x2a,
  seek10: 0x2b,
  writeAndVerify10: 0x2e,
  verify10: 0x2f,
  synchronizeCache10: 0x35,
  writeSame10: 0x41,
  unmap: 0x42,
  readToc: 0x43,
  getConfiguration: 0x46,
  getEventStatusNotification: 0x4a,
  readDiscInformation: 0x51,
  modeSelect10: 0x55,
  reserve10: 0x56,
  release10: 0x57,
  modeSense10: 0x5a,
  read16: 0x88,
  write16: 0x8a,
  writeAndVerify16: 0x8e,
  verify16: 0x8f,
  synchronizeCache16: 0x91,
  writeSame16: 0x93,
  serviceActionIn16: 0x9e,
  reportLuns: 0xa0,
  read12: 0xa8,
  write12: 0xaa,
  writeAndVerify12: 0xae,
  verify12: 0xaf,
  setCdSpeed: 0xbb,
  mechanismStatus: 0xbd,
  readCd: 0xbe,
} as const;

/** SERVICE ACTION IN(16): the action that tells a disk's size (SBC-3, 5.16). */
export const READ_CAPACITY_16 = 0x10;

/** Status of a command that has ended (SAM-3, 5.3). */
export const ScsiStatus = { good: 0x00, checkCondition: 0x02 } as const;

/** The longest command block. */
export const COMMAND_BYTES = 16;

/** Reasons for which a command failed: sense key, additional sense code and its qualifier, a byte each (SPC-3, 4.5.6). */
export const Sense = {
  none: 0x000000,
  noMedium: 0x023a00,
  writeError: 0x030c00,
  readError: 0x031100,
  wrongListLength: 0x051a00,
  unknownCommand: 0x052000,
  outOfRange: 0x052100,
  invalidField: 0x052400,
  noUnit: 0x052500,
  invalidParameter: 0x052600,
  savingNotSupported: 0x053900,
  removalPrevented: 0x055302,
  mediumChanged: 0x062800,
  powerOnOrReset: 0x062900,
  capacityChanged: 0x062a09,
  writeProtected: 0x072700,
  /** SBC-3, 4.7.3.6: there is no room for what is written. Systems do not ask again, as they do after a write error. */
  spaceFull: 0x072707,
  miscompare: 0x0e1d00,
} as const;

/** Codes of mode pages (SPC-3, 7.4; SBC-3, 6.4; MMC-3, 5.5). */
export const ModePage = {
  errorRecovery: 0x01,
  rigidGeometry: 0x04,
  caching: 0x08,
  control: 0x0a,
  cdDeviceParameters: 0x0d,
  cdAudioControl: 0x0e,
  cdCapabilities: 0x2a,
  all: 0x3f,
} as const;

/** The values of a mode page that are asked for (SPC-3, 6.9.1). */
export const PageControl = { current: 0, changeable: 1, default: 2, saved: 3 } as const;

/** Codes of pages of vital product data (SPC-3, 7.6; SBC-3, 6.5). */
export const VitalPage = {
  supported: 0x00,
  serialNumber: 0x80,
  identification: 0x83,
  blockLimits: 0xb0,
  blockCharacteristics: 0xb1,
  provisioning: 0xb2,
} as const;
