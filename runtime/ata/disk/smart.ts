/** SMART commands by the features register (ATA/ATAPI-6, 8.41), and the key in the registers of the address. */
export const SmartCommand = {
  readData: 0xd0,
  readThresholds: 0xd1,
  autosave: 0xd2,
  executeOffLine: 0xd4,
  readLog: 0xd5,
  enable: 0xd8,
  disable: 0xd9,
  returnStatus: 0xda,
} as const;

/** SMART commands without data. No threshold is ever exceeded, so that RETURN STATUS leaves the key in the registers. */
export const idleSmartCommands: readonly number[] = [
  SmartCommand.autosave,
  SmartCommand.executeOffLine,
  SmartCommand.enable,
  SmartCommand.disable,
  SmartCommand.returnStatus,
];

/** In the middle and high register of the address. */
export const SMART_KEY = { mid: 0x4f, high: 0xc2 } as const;

const BYTES = 512;

/** The last byte makes the sum of all a multiple of 256. */
function withChecksum(bytes: Uint8Array): Uint8Array {
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes[BYTES - 1] = -sum;
  return bytes;
}

/** A page of `values`, each at its offset. */
function page(values: Readonly<Record<number, number>>): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  for (const [offset, value] of Object.entries(values)) bytes[Number(offset)] = value;
  return bytes;
}

/** The page that a command reads, of a log at its address in the low register; undefined: there is none. */
export function smartPage(command: number, log: number): Uint8Array | undefined {
  switch (command) {
    // A disk without attributes, whose self tests all pass and take two minutes (table 75).
    case SmartCommand.readData:
      return withChecksum(page({ 0: 1, 362: 0x02, 367: 0x19, 368: 0x03, 370: 0x01, 372: 2, 373: 2 }));
    case SmartCommand.readThresholds:
      return withChecksum(page({ 0: 1 }));
    case SmartCommand.readLog:
      return smartLog(log);
    default:
      return undefined;
  }
}

/** The directory of logs, the summary of errors (none) and of self tests (none). */
function smartLog(address: number): Uint8Array | undefined {
  if (address === 0) return page({ 0: 1, 2: 1, 12: 1 });
  return address === 1 || address === 6 ? withChecksum(page({ 0: 1 })) : undefined;
}
