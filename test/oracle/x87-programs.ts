/** Random programs of x87 instructions in loops, branches and functions, on both engines. */
import { assemble } from '../../runtime/firmware/assembler/index.ts';
import { Eflags } from '../../translator/abi/state.ts';
import type { EngineSettings } from '../support/engine.ts';
import { PROGRAM, WRITABLE } from './lockstep/layout.ts';
import { compareMachines, makeProgramMachine, modes } from './lockstep/machine.ts';
import { UsualGenerator } from './x87-usual.ts';

const DATA_BYTES = 0x1000;
const COUNTERS = WRITABLE + 0x1000;
const STATUS = WRITABLE + 0x1100;
const PROGRAM_BYTES = 0x4000;
const COMPARED_BYTES = 0x24000;
const INT3 = 0xcc;
const RUNS = 3;
/** Deepest stack that programs mean to have. */
const DEEPEST = 6;

const arithmetic = [0xc0, 0xc8, 0xe0, 0xe8, 0xf0, 0xf8];
/** Reg fields of D8 and DC with an operand in memory. */
const memoryArithmetic = [0, 1, 4, 5, 6, 7];

/** Writes a program as assembly text; the stack is as deep at the end of each element as at its start. */
class Writer {
  readonly lines: string[] = ['bits 32', `org ${PROGRAM}`];
  readonly #random: UsualGenerator;
  /** Usual control word: at 64, 53 or 24 bits. */
  readonly #control: number;
  #depth = 0;
  #labels = 0;
  #counters = 0;

  constructor(random: UsualGenerator) {
    this.#random = random;
    this.#control = random.pick([0x37f, 0x37f, 0x27f, 0x07f]);
  }

  program(): string {
    const random = this.#random;
    this.#bytes(0xdb, 0xe3);
    this.#loadControl(this.#control);
    if (random.chance(0.7)) this.lines.push(...this.#inexact());
    this.#sequence(0, 8);
    this.lines.push('int3');
    for (const name of ['f0', 'f1']) {
      this.lines.push(`${name}:`);
      this.#depth = 0;
      this.#pushDouble();
      for (let n = 0; n < 4; n++) this.#operation();
      this.#settleAt(1);
      this.lines.push('ret');
    }
    return this.lines.join('\n');
  }

  /** Makes PE sticky. */
  #inexact(): string[] {
    return ['db 0xd9, 0xeb', 'db 0xdc, 0xc8', 'db 0xdd, 0xd8'];
  }

  #bytes(...bytes: number[]): void {
    this.lines.push(`db ${bytes.join(', ')}`);
  }

  /** An instruction with a memory operand at a random place. */
  #memory(opcode: number, reg: number, address = this.#address()): void {
    const bytes = [...new Uint8Array(Int32Array.of(address).buffer)];
    this.#bytes(opcode, (reg << 3) | 5, ...bytes);
  }

  #address(): number {
    const random = this.#random;
    const align = random.pick([8, 8, 8, 4, 4, 1]);
    return WRITABLE + align * random.below((DATA_BYTES - 16) / align);
  }

  #sequence(level: number, most: number): void {
    const count = 1 + this.#random.below(most);
    for (let n = 0; n < count; n++) this.#element(level);
  }

  #element(level: number): void {
    const random = this.#random;
    for (let n = random.below(6); n > 0; n--) this.#operation();
    if (level >= 3) return;
    const elements = [this.#loop, this.#loop, this.#branch, this.#compareAndBranch, this.#call];
    random.pick(elements).call(this, level);
  }

  #balanced(write: () => void): void {
    const depth = this.#depth;
    write();
    this.#settleAt(depth);
  }

  /** Brings the stack to a depth. */
  #settleAt(depth: number): void {
    while (this.#depth > depth) this.#store();
    while (this.#depth < depth) this.#pushDouble();
  }

  #loop(level: number): void {
    const start = `l${this.#labels++}`;
    const counter = `[${COUNTERS + 4 * this.#counters++}]`;
    this.lines.push(`mov dword ${counter}, ${1 + this.#random.below(level === 0 ? 60 : 8)}`, `${start}:`);
    this.#balanced(() => this.#sequence(level + 1, 3));
    this.lines.push(`dec dword ${counter}`, `jnz ${start}`);
  }

  #branch(level: number): void {
    this.#around(this.#random.pick(['jc', 'jz', 'js', 'jp', 'ja']), level);
  }

  #around(jump: string, level: number): void {
    const over = `l${this.#labels++}`;
    this.lines.push(`${jump} ${over}`);
    this.#balanced(() => this.#sequence(level + 1, 2));
    this.lines.push(`${over}:`);
  }

  #compareAndBranch(level: number): void {
    const random = this.#random;
    while (this.#depth < 2) this.#pushDouble();
    if (random.chance(0.5)) {
      this.#bytes(random.pick([0xdb]), random.pick([0xe9, 0xf1]));
    } else {
      if (random.chance(0.5)) this.#bytes(0xd8, 0xd1);
      else this.#memory(0xdc, 2);
      this.#bytes(0xdf, 0xe0);
      if (random.chance(0.5)) this.lines.push('sahf');
      else this.lines.push(`test ah, ${random.pick([0x45, 0x41, 0x05, 0x40])}`);
    }
    this.#around(random.pick(['jc', 'jz', 'jp', 'ja', 'jnz']), level);
  }

  #call(): void {
    if (this.#depth >= 3) return;
    this.lines.push(`call f${this.#random.below(2)}`);
    this.#depth++;
  }

  #pushDouble(): void {
    if (this.#depth >= DEEPEST && this.#random.chance(0.98)) this.#store();
    this.#memory(0xdd, 0);
    this.#depth++;
  }

  /** Pops to memory or into a register. */
  #store(): void {
    const random = this.#random;
    if (random.chance(0.3)) this.#bytes(0xdd, 0xd8 | random.below(2));
    else if (random.chance(0.1)) this.#memory(0xdb, 7);
    else this.#memory(random.pick([0xdd, 0xdd, 0xd9, 0xdb, 0xdf]), 3);
    this.#depth--;
  }

  #operation(): void {
    const random = this.#random;
    if (this.#depth < 2 || random.chance(0.15)) this.#load();
    else this.#operate();
    if (random.chance(0.02)) this.#rare();
  }

  #operate(): void {
    const random = this.#random;
    const other = random.below(this.#depth);
    const choices: (() => void)[] = [
      () => this.#bytes(random.pick([0xd8, 0xdc]), random.pick(arithmetic) | other),
      () => this.#bytes(0xd8, random.pick(arithmetic) | other),
      () => this.#memory(random.pick([0xd8, 0xdc, 0xdc, 0xda, 0xde]), random.pick(memoryArithmetic)),
      () => {
        this.#bytes(0xde, random.pick(arithmetic) | 1);
        this.#depth--;
      },
      () => this.#bytes(0xd9, 0xc8 | other),
      () => this.#bytes(0xd9, random.pick([0xe0, 0xe1, 0xfa, 0xe4, 0xfc])),
      () => this.#store(),
      () => this.#convert(),
      () => this.#memory(random.pick([0xdd, 0xd9]), 2),
      () => this.#bytes(random.pick([0xda, 0xdb]), 0xc0 | (8 * random.below(4)) | other),
    ];
    random.pick(choices)();
  }

  /** To an integer with another rounding control. */
  #convert(): void {
    const random = this.#random;
    this.#loadControl(this.#control | random.pick([0xc00, 0xc00, 0x400, 0x800]));
    this.#memory(random.pick([0xdb, 0xdf]), 2);
    this.#loadControl(this.#control);
  }

  #loadControl(control: number): void {
    this.lines.push(`mov word [${STATUS + 64}], ${control}`);
    this.#memory(0xd9, 5, STATUS + 64);
  }

  #load(): void {
    const random = this.#random;
    if (this.#depth >= DEEPEST) this.#store();
    if (random.chance(0.3) && this.#depth > 0) this.#bytes(0xd9, 0xc0 | random.below(this.#depth));
    else if (random.chance(0.2)) this.#bytes(0xd9, 0xe8 + random.below(7));
    else if (random.chance(0.1)) this.#memory(0xdb, 5);
    else this.#memory(random.pick([0xdd, 0xdd, 0xdd, 0xd9, 0xdb, 0xdf]), 0);
    this.#depth++;
  }

  /** Looks at all of the state, or changes how numbers are rounded. */
  #rare(): void {
    const random = this.#random;
    const choices: (() => void)[] = [
      () => this.#memory(0xd9, 6, STATUS),
      () => this.#memory(0xdd, 7, STATUS),
      () => this.#memory(0xd9, 7, STATUS),
      () => this.#loadControl(random.pick([this.#control, 0x37f, 0x27f, 0x07f, 0xf7f])),
      () => this.#bytes(0xdb, 0xe2),
      () => this.#bytes(0xd9, random.pick([0xf6, 0xf7])),
      () => this.#bytes(0xd9, random.pick([0xfc, 0xe5, 0xf8, 0xfe])),
    ];
    random.pick(choices)();
  }
}

/** Doubles, singles and integers that meet each other well. */
function fillData(random: UsualGenerator): Uint8Array {
  const view = new DataView(new ArrayBuffer(DATA_BYTES));
  for (let at = 0; at < DATA_BYTES; at += 8) {
    if (random.chance(0.75)) view.setBigUint64(at, BigInt.asUintN(64, random.real(11, 52)), true);
    else view.setBigUint64(at, random.bits(random.pick([8, 30, 64])), true);
  }
  return new Uint8Array(view.buffer);
}

interface Outcome {
  readonly differences: readonly string[];
  readonly translations: number;
}

/** Runs a program on both engines, a few times; differences of the first run that has some. */
function runProgram(text: string, data: Uint8Array, settings: EngineSettings): Outcome {
  const [a, b] = [
    makeProgramMachine('interpreter', modes[0], {}),
    makeProgramMachine('translator', modes[0], settings),
  ];
  for (const machine of [a, b]) {
    machine.write(PROGRAM, new Uint8Array(PROGRAM_BYTES).fill(INT3));
    machine.write(PROGRAM, assemble(text).bytes);
    machine.write(WRITABLE, data);
  }
  let differences: string[] = [];
  for (let run = 0; run < RUNS && differences.length === 0; run++) {
    const [expected, actual] = [a, b].map((machine) => machine.run([1, 2, 3, 4, 0, 0, 5, 6], Eflags.one));
    // Where the two would be stopped in the middle is not the same.
    if (expected === undefined) break;
    differences = compareMachines(a.engine, b.engine, COMPARED_BYTES);
    if (expected !== actual) differences.push(`ended by ${expected} and ${actual}`);
  }
  const { translations } = b.engine;
  for (const machine of [a, b]) machine.engine.dispose();
  return { differences, translations };
}

/** Random programs on both engines: those that end differently, and how many translations were made. */
export function checkX87Programs(programs: number, seed: number, settings: EngineSettings) {
  const failures: string[] = [];
  let translations = 0;
  for (let n = 0; n < programs; n++) {
    const random = new UsualGenerator(seed * 1_000_003 + n);
    const text = new Writer(random).program();
    const outcome = runProgram(text, fillData(random), settings);
    translations += outcome.translations;
    if (outcome.differences.length > 0) failures.push([`program ${n}`, ...outcome.differences, text].join('\n'));
  }
  return { failures, translations };
}
