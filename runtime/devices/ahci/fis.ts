import type { Drive } from '../../ata/drive.ts';
import { Register } from '../../ata/registers.ts';
import type { TaskFile } from '../../ata/task-file.ts';

/** Frame information structures (Serial ATA 2.6, 10.3), by their first bytes, and their lengths in bytes. */
const FisType = { hostToDevice: 0x27, deviceToHost: 0x34, pioSetup: 0x5f, deviceBits: 0xa1 } as const;
const FIS_BYTES = 20;
const DEVICE_BITS_BYTES = 8;
/** The second byte: a port of a multiplier, and of what comes from a drive its direction and whether it interrupts. */
const Flags = { port: 0x0f, toHost: 0x20, interrupt: 0x40, command: 0x80 } as const;

/** Bytes of a FIS to a drive. */
export const COMMAND_BYTES = FIS_BYTES;

const CODE = 2;
const COUNT = 12;
const DEVICE_CONTROL = 15;

/** Where a FIS has the registers; and the upper bytes of those that have two. */
const registerPlaces: readonly (readonly [register: number, at: number, upper?: number])[] = [
  [Register.error, 3, 11],
  [Register.lbaLow, 4, 8],
  [Register.lbaMid, 5, 9],
  [Register.lbaHigh, 6, 10],
  [Register.device, 7],
  [Register.sectorCount, COUNT, 13],
];

/** A FIS to a drive, as far as it is one. */
export interface CommandFis {
  /** Undefined: it has no command, but changes the device control register. */
  readonly code: number | undefined;
  readonly control: number;
  /** The tag of a queued command. */
  readonly tag: number;
  /** Puts what it has into a drive's registers. */
  fill(taskFile: TaskFile): void;
}

/** Null: no drive would take it. */
export function readCommandFis(bytes: Uint8Array): CommandFis | null {
  if (bytes[0] !== FisType.hostToDevice || (bytes[1] & Flags.port) !== 0) return null;
  return {
    code: (bytes[1] & Flags.command) === 0 ? undefined : bytes[CODE],
    control: bytes[DEVICE_CONTROL],
    tag: bytes[COUNT] >> 3,
    fill(taskFile) {
      for (const [register, at, upper] of registerPlaces) {
        if (upper !== undefined) taskFile.write(register, bytes[upper]);
        taskFile.write(register, bytes[at]);
      }
    },
  };
}

/** A FIS with a drive's task file registers, its status and its error. */
function withRegisters(type: number, flags: number, taskFile: TaskFile): Uint8Array {
  const bytes = new Uint8Array(FIS_BYTES);
  bytes.set([type, flags, taskFile.status]);
  for (const [register, at, upper] of registerPlaces) {
    bytes[at] = taskFile.read(register, false);
    if (upper !== undefined && register !== Register.error) bytes[upper] = taskFile.read(register, true);
  }
  return bytes;
}

/** Register FIS, from the drive. */
export function registersFis(taskFile: TaskFile, interrupt: boolean): Uint8Array {
  return withRegisters(FisType.deviceToHost, interrupt ? Flags.interrupt : 0, taskFile);
}

/** PIO Setup FIS for the block that waits; the status after the block comes when that is known. */
export function pioSetupFis({ taskFile, data }: Drive): Uint8Array {
  const flags = (taskFile.interrupt ? Flags.interrupt : 0) | (data.givesBlock ? Flags.toHost : 0);
  const bytes = withRegisters(FisType.pioSetup, flags, taskFile);
  bytes[16] = data.waitingBlock;
  bytes[17] = data.waitingBlock >> 8;
  return bytes;
}

export const PIO_END_STATUS = 15;

export function asksForInterrupt(fis: Uint8Array): boolean {
  return (fis[1] & Flags.interrupt) !== 0;
}

/** Set Device Bits FIS: status and error, and the tags of queued commands that are done. */
export function deviceBitsFis(status: number, error: number, tags: number): Uint8Array {
  const bytes = new Uint8Array(DEVICE_BITS_BYTES);
  bytes.set([FisType.deviceBits, Flags.interrupt, status, error]);
  new DataView(bytes.buffer).setUint32(4, tags, true);
  return bytes;
}
