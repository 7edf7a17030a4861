import type { Work } from '../programs.ts';
import { type InstructionLoop, instructions } from './instructions.ts';
import { type Mode, modes } from './modes.ts';
import { type DosProgram, programs } from './programs/index.ts';

/** A work of the guest. */
export interface SixteenBitWork extends Work {
  readonly mode: Mode;
  /** Rounds that an engine does which takes its share of them all. */
  readonly count: number;
  /** The result of each round, where there is one. */
  readonly checksum?: string;
  /** Its routine, which is called with the number of rounds in ECX, under this name. */
  readonly routine: (label: string) => string;
}

/** The time of so many rounds in milliseconds is that of one in nanoseconds. */
const MILLION = 1_000_000;

/** A program is run in each mode once, when no engine has seen its code, and later again. */
const turns = [
  { ending: '', title: 'first run' },
  { ending: '-later', title: 'later run' },
] as const;

function programIn(mode: Mode, program: DosProgram, turn: (typeof turns)[number]): SixteenBitWork {
  const { name, about, rounds, checksum, label } = program;
  return {
    name: `${name}-${modes[mode].ending}${turn.ending}`,
    group: `${modes[mode].title}, ${turn.title}`,
    ...{ mode, about, rounds, count: rounds, checksum },
    routine: (routine) => `${routine}:\n mov bx, ${label}\n jmp run_rounds`,
  };
}

/** A loop in 32-bit code is called from 16-bit code. */
const prologues = { 16: '', 32: ' mov ebx, .flat\n jmp call_flat\n bits 32\n.flat:\n' } as const;

function loopWork({ name, mode, about, count, setUp, body }: InstructionLoop): SixteenBitWork {
  const { title, ending, bits } = modes[mode];
  const code = `${setUp}\n.again: ${body}\n dec ecx\n jnz .again\n ret\n bits 16`;
  return {
    name: `${name}-${ending}`,
    group: title,
    ...{ mode, about, count, rounds: MILLION },
    routine: (routine) => `${routine}:\n${prologues[bits]}${code}`,
  };
}

/** Programs, each in real mode and under a monitor, in milliseconds. */
export const programWorks: readonly SixteenBitWork[] = (['real', 'virtual'] as const).flatMap((mode) =>
  turns.flatMap((turn) => programs.map((program) => programIn(mode, program, turn))),
);
/** Single instructions, in nanoseconds a round. */
export const instructionWorks: readonly SixteenBitWork[] = instructions.map(loopWork);
