import { Command } from '../registers.ts';

/** ATA/ATAPI-6, 8 "Command descriptions", and older commands of ATA-1 to ATA-4 that systems still send. */
export const AtaCommand = {
  dataSetManagement: 0x06,
  recalibrate: 0x10,
  seek: 0x70,
  initializeDeviceParameters: 0x91,
  smart: 0xb0,
  setMultipleMode: 0xc6,
  flushCacheExt: 0xea,
  readLogExt: 0x2f,
  readNativeMaxAddress: 0xf8,
  readNativeMaxAddressExt: 0x27,
} as const;

/** A command that moves sectors. */
export interface MediaCommand {
  readonly kind: 'read' | 'write' | 'verify';
  /** Address of 48 bits and count of 16. */
  readonly extended: boolean;
  /** The amount that one request moves: a sector, the number that SET MULTIPLE MODE has set, or all by the bus master. */
  readonly unit: 'sector' | 'multiple' | 'dma';
}

const row = (
  kind: MediaCommand['kind'],
  unit: MediaCommand['unit'],
  codes: readonly number[],
  extended: readonly number[],
): [number, MediaCommand][] => [
  ...codes.map((code): [number, MediaCommand] => [code, { kind, unit, extended: false }]),
  ...extended.map((code): [number, MediaCommand] => [code, { kind, unit, extended: true }]),
];

/** By code. The second codes of ATA-1 are those that did not retry. */
export const mediaCommands: ReadonlyMap<number, MediaCommand> = new Map([
  ...row('read', 'sector', [0x20, 0x21], [0x24]),
  ...row('read', 'multiple', [0xc4], [0x29]),
  ...row('read', 'dma', [0xc8, 0xc9], [0x25]),
  ...row('write', 'sector', [0x30, 0x31], [0x34]),
  ...row('write', 'multiple', [0xc5], [0x39]),
  ...row('write', 'dma', [0xca, 0xcb], [0x35]),
  ...row('verify', 'sector', [0x40, 0x41], [0x42]),
]);

/** READ and WRITE FPDMA QUEUED, of disks with a queue (Serial ATA 2.6, 13.6). */
export const queuedCommands: Readonly<Record<number, 'read' | 'write'>> = { 96: 'read', 97: 'write' };
/** Their bit of the device register: what is written stays before the command is done. */
export const FORCE_UNIT_ACCESS = 0x80;

/** Codes of ATA-1 by which the commands for power management were known. */
const oldPowerCodes: Readonly<Record<number, number>> = {
  148: Command.standbyImmediate,
  149: Command.idleImmediate,
  150: Command.standby,
  151: Command.idle,
  152: Command.checkPowerMode,
  153: Command.sleep,
};

/** The code by which a command is known today. Of RECALIBRATE and SEEK the lower half was a step rate. */
export function currentCode(code: number): number {
  const upper = code & 0xf0;
  if (upper === AtaCommand.recalibrate || upper === AtaCommand.seek) return upper;
  return oldPowerCodes[code] ?? code;
}
