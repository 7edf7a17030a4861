import { GuestFault } from '../../../runtime/fault.ts';
import { Word } from '../../../translator/abi/state.ts';
import { hex } from '../../../translator/emit/names.ts';
import { decode } from '../../../translator/x86/decode.ts';
import { formatInstruction } from '../../../translator/x86/format.ts';
import { Instruction } from '../../../translator/x86/instruction.ts';
import { forms, INVALID_FORM } from '../../../translator/x86/table/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import { compareAll } from './compare.ts';
import type { LockstepMachine } from './machine.ts';

/** Instructions shown before the one after which the machines differ. */
const SHOWN = 40;
const registers = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;

/** Where two machines that began alike are no longer so. */
export interface Difference {
  /** Instructions after the checkpoint. */
  readonly instructions: number;
  /** The differences, one a line: name, the one's value, the other's. */
  readonly differences: readonly string[];
  /** The last instructions before that, one a line with the registers, as the first machine runs them. */
  readonly trace: readonly string[];
  /** Texts of the second machine's translations of the place. */
  readonly translations: readonly string[];
}

/**
 * Finds how few instructions from a checkpoint on make two machines differ, by going back to it again and again.
 * Null if the difference does not come again.
 */
export function narrowDown(
  checkpoint: Checkpoint,
  machines: readonly [LockstepMachine, LockstepMachine],
  most: number,
): Difference | null {
  const differences = (instructions: number): string[] => runBoth(checkpoint, machines, instructions);
  if (differences(most).length === 0) return null;
  let [same, different] = [0, most];
  while (different - same > 1) {
    const middle = (same + different) >>> 1;
    if (differences(middle).length === 0) same = middle;
    else different = middle;
  }
  return {
    instructions: different,
    differences: differences(different),
    trace: trace(checkpoint, machines[0], different),
    translations: translationsAt(machines[1], different, checkpoint),
  };
}

/** The difference in words. */
export function differenceText(
  { instructions, differences, trace, translations }: Difference,
  names: readonly string[],
): string {
  return [
    `${instructions} instructions after the checkpoint they differ (${names.join(', ')}):`,
    ...differences,
    `the instructions before that, as ${names[0]} runs them:`,
    ...trace,
    ...translations,
  ].join('\n');
}

function runBoth(
  checkpoint: Checkpoint,
  machines: readonly [LockstepMachine, LockstepMachine],
  instructions: number,
): string[] {
  for (const machine of machines) {
    checkpoint.restore(machine);
    machine.step(instructions);
  }
  return compareAll(...machines);
}

/** The last instructions of so many, one a line with the registers before it. */
function trace(checkpoint: Checkpoint, machine: LockstepMachine, instructions: number): string[] {
  const before = Math.max(0, instructions - SHOWN);
  checkpoint.restore(machine);
  if (before > 0) machine.step(before);
  const lines: string[] = [];
  for (let n = before; n < instructions; n++) {
    lines.push(`${disassemble(machine).padEnd(60)} ${registersOf(machine)}`);
    machine.step(1);
  }
  return [...lines, disassemble(machine)];
}

function registersOf({ core }: LockstepMachine): string {
  return registers.map((name) => `${name}=${hex(core.state[Word[name]]!)}`).join(' ');
}

function disassemble({ core }: LockstepMachine): string {
  const { state, mmu } = core;
  const eip = state[Word.eip]!;
  const i = new Instruction(forms[INVALID_FORM]!);
  const base = state[Word.segmentBase + 1]!;
  const code = Uint8Array.from({ length: 15 }, (_, n) => byteAt(mmu, (base + eip + n) | 0));
  decode(code, 0, code.length, eip, state[Word.key]!, i);
  return `${hex(eip).padStart(8, '0')}  ${formatInstruction(i)}`;
}

function byteAt(mmu: LockstepMachine['core']['mmu'], linear: number): number {
  try {
    const at = mmu.fetch(linear);
    return at < 0 ? 0xff : mmu.ram.bytes[at]!;
  } catch (error) {
    if (error instanceof GuestFault) return 0xff;
    throw error;
  }
}

/** Texts of the translations that start nearest before the place where the machines differ. */
function translationsAt(machine: LockstepMachine, instructions: number, checkpoint: Checkpoint): string[] {
  checkpoint.restore(machine);
  if (instructions > 1) machine.step(instructions - 1);
  const { core } = machine;
  const eip = core.state[Word.eip]!;
  const pages = core.engine.graph.cache.allPages().filter((page) => page.distanceTo(eip) >>> 0 < 4096);
  return pages
    .flatMap((page) => [...page.translations])
    .filter((one) => one.overlaps(one.page.distanceTo(eip), one.page.distanceTo(eip) + 1))
    .map(({ head, text }) => `a translation of it, from ${hex(head.eip)}:\n${text}`);
}
