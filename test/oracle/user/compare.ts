import { Eflags } from '../../../translator/abi/state.ts';
import { flagDifference, hex } from '../report.ts';
import { openDetails, whyOpen } from './disagreements.ts';
import { BASE, CODE, FRAMES, PAGE, slotFrames } from './layout.ts';
import { instructionAt } from './listing.ts';
import { Image, type Outcome, type Program, TIMEOUT, type UserEvent } from './program.ts';

const registerNames = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const COMPARED_FLAGS = Eflags.arithmetic | Eflags.df | Eflags.tf | Eflags.if | Eflags.rf | Eflags.ac;

/** Flags that are the same on every processor at an exception: outside of the instructions of the program none of arithmetic. */
function comparedFlags({ places }: Program, { eip }: UserEvent): number {
  const place = places.find(({ offset }) => CODE + offset === eip);
  return COMPARED_FLAGS & ~(place?.undefinedFlags ?? Eflags.arithmetic);
}

/** Fields of FXSAVE's image, as text; the pointers of the last x87 instruction are not the same everywhere. */
function imageFields(image: Uint8Array): [string, string][] {
  const text = (at: number, bytes: number) =>
    Buffer.from(image.subarray(at, at + bytes))
      .reverse()
      .toString('hex');
  const registers = Array.from({ length: 8 }, (_, n): [string, string][] => [
    [`st${n}`, text(Image.registers + 16 * n, 10)],
    [`xmm${n}`, text(Image.xmm + 16 * n, 16)],
  ]);
  return [
    ['control', text(Image.control, 2)],
    ['status', text(Image.status, 2)],
    ['tags', text(Image.tags, 1)],
    ['mxcsr', text(Image.mxcsr, 4)],
    ...registers.flat(),
  ];
}

function compareEvents(program: Program, actual: UserEvent, expected: UserEvent): string[] {
  const words = (['vector', 'error', 'address', 'eip'] as const).flatMap((name) =>
    actual[name] === expected[name] ? [] : [`${name} ${hex(actual[name])} not ${hex(expected[name])}`],
  );
  const registers = registerNames.flatMap((name, n) => {
    const [found, wanted] = [actual.registers[n]!, expected.registers[n]!];
    return found === wanted ? [] : [`${name} ${hex(found)} not ${hex(wanted)}`];
  });
  const wanted = imageFields(expected.image);
  const fields = imageFields(actual.image).flatMap(([name, text], n) =>
    text === wanted[n]![1] ? [] : [`${name} ${text} not ${wanted[n]![1]}`],
  );
  return [
    ...words,
    ...registers,
    ...flagDifference(actual.eflags, expected.eflags, comparedFlags(program, expected)),
    ...fields,
  ];
}

/** The result of comparing a program: no difference if all is alike. */
export interface Comparison {
  readonly differences: readonly string[];
  /** Why it was compared no further. */
  readonly open?: string;
  /** EIP of the event that differs. */
  readonly eip?: number;
}

/** A program's events and memory on an engine, beside those on the host: differences of the first event that has some. */
export function compareOutcomes(program: Program, actual: Outcome, expected: Outcome): Comparison {
  const count = Math.max(actual.events.length, expected.events.length);
  for (let n = 0; n < count; n++) {
    const [found, wanted] = [actual.events[n], expected.events[n]];
    if (!found) return { differences: [`ended before event ${n}, ${eventText(wanted!)}`] };
    if (!wanted) return { differences: [`event ${n}, ${eventText(found)}, is one too many`] };
    if (wanted.vector === TIMEOUT) return { differences: [], open: 'it does not end on the host' };
    const { differences, open } = compareOpenEvents(program, found, wanted, actual.events[n - 1]);
    if (open) return { differences: [], open };
    if (differences.length > 0) {
      return { differences: [`event ${n}, ${eventText(wanted)}`, ...differences], eip: wanted.eip };
    }
  }
  return { differences: compareMemory(actual.memory, expected.memory) };
}

/** Leaves out what is open. */
function compareOpenEvents(
  program: Program,
  actual: UserEvent,
  expected: UserEvent,
  before: UserEvent | undefined,
): Comparison {
  const open = whyOpen(program, actual, expected);
  if (open) return { differences: [], open };
  const instruction = instructionAt(program, expected.eip);
  if (!instruction) return { differences: compareEvents(program, actual, expected) };
  const details = openDetails.filter(({ mnemonics }) => mnemonics.test(instruction.form.mnemonic));
  const wanted = details.reduce((event, { adopt }) => adopt(actual, event, before), expected);
  return { differences: compareEvents(program, actual, wanted) };
}

export function eventText({ vector, error, address, eip }: UserEvent): string {
  return `vector ${vector} error ${hex(error)} address ${hex(address)} at ${hex(eip)}`;
}

function compareMemory(actual: Uint8Array, expected: Uint8Array): string[] {
  const wrong: number[] = [];
  for (let at = 0; at < FRAMES * PAGE; at++) if (actual[at] !== expected[at]) wrong.push(at);
  if (wrong.length === 0) return [];
  const lines = wrong.slice(0, 8).map((at) => {
    const slot = slotFrames.indexOf(Math.floor(at / PAGE));
    return `memory ${hex(BASE + slot * PAGE + (at % PAGE))}: ${hex(actual[at]!)} not ${hex(expected[at]!)}`;
  });
  return [`${wrong.length} bytes of memory`, ...lines];
}
