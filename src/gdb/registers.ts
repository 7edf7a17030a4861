import type { AskedProcessor } from '../machine/types.ts';
import { numberFromHex, numberToHex } from './hex.ts';
import { gdbRegisters } from './register-table.ts';

const NO_REGISTER = 'E14';
const names = gdbRegisters.map(({ name }) => name);

/** `g`: all registers. */
export async function readAll({ debug }: AskedProcessor): Promise<string> {
  const values = await debug('readRegisters', names);
  return values.map((value, n) => numberToHex(value, gdbRegisters[n]!.bits / 8)).join('');
}

/** `G`: changes all of which there are values. */
export async function writeAll(processor: AskedProcessor, text: string): Promise<string> {
  let at = 0;
  for (const { name, bits } of gdbRegisters) {
    const digits = text.slice(at, at + bits / 4);
    if (digits.length < bits / 4) break;
    if (!(await processor.debug('writeRegister', name, numberFromHex(digits)))) return NO_REGISTER;
    at += bits / 4;
  }
  return 'OK';
}

/** `p`: one register, by its number. */
export async function readOne({ debug }: AskedProcessor, text: string): Promise<string> {
  const register = gdbRegisters[Number.parseInt(text, 16)];
  if (register === undefined) return NO_REGISTER;
  const [value] = await debug('readRegisters', [register.name]);
  return numberToHex(value!, register.bits / 8);
}

/** `P`: changes one register. */
export async function writeOne({ debug }: AskedProcessor, text: string): Promise<string> {
  const [, number, digits] = /^([\da-f]+)=((?:[\da-f]{2})+)$/i.exec(text) ?? [];
  const register = gdbRegisters[Number.parseInt(number ?? '', 16)];
  if (register === undefined || digits === undefined) return NO_REGISTER;
  return (await debug('writeRegister', register.name, numberFromHex(digits))) ? 'OK' : NO_REGISTER;
}
