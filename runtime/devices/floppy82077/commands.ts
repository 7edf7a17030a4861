import { Code } from './registers.ts';

/** A command as it is told from others, and how many bytes it has. */
interface CommandForm {
  readonly code: number;
  /** Bits of the first byte that tell it; the others are modifiers. */
  readonly mask: number;
  readonly length: number;
}

/** With multi-track, MFM and skip in bits 7-5; those that are not fixed count only where they mean something. */
const DATA = 0x1f;
const WHOLE = 0xff;

const forms: readonly CommandForm[] = [
  { code: Code.readTrack, mask: DATA, length: 9 },
  { code: Code.specify, mask: WHOLE, length: 3 },
  { code: Code.senseDrive, mask: WHOLE, length: 2 },
  { code: Code.write, mask: DATA, length: 9 },
  { code: Code.read, mask: DATA, length: 9 },
  { code: Code.recalibrate, mask: WHOLE, length: 2 },
  { code: Code.senseInterrupt, mask: WHOLE, length: 1 },
  { code: Code.writeDeleted, mask: DATA, length: 9 },
  { code: Code.readId, mask: 0xbf, length: 2 },
  { code: Code.readDeleted, mask: DATA, length: 9 },
  { code: Code.format, mask: 0xbf, length: 6 },
  { code: Code.dumpRegisters, mask: WHOLE, length: 1 },
  { code: Code.seek, mask: 0x3f, length: 3 },
  { code: Code.version, mask: WHOLE, length: 1 },
  { code: Code.scanEqual, mask: DATA, length: 9 },
  { code: Code.perpendicular, mask: WHOLE, length: 2 },
  { code: Code.configure, mask: WHOLE, length: 4 },
  { code: Code.lock, mask: 0x7f, length: 1 },
  { code: Code.verify, mask: DATA, length: 9 },
  { code: Code.scanLowOrEqual, mask: DATA, length: 9 },
  { code: Code.scanHighOrEqual, mask: DATA, length: 9 },
];

/** The command that a first byte begins; undefined: an invalid one. */
export function commandForm(byte: number): CommandForm | undefined {
  return forms.find(({ code, mask }) => (byte & mask) === code);
}
