import type { Engine, EngineName, EngineSettings } from '../../support/engine.ts';
import { GuestMachine, PageRights } from '../guest-machine.ts';
import { changes } from './changes.ts';
import { CODE, DATA, defaultRegisters, INSTRUCTION, PAGE } from './layout.ts';
import type { Case, Outcome } from './vector.ts';

const MAX_INSTRUCTIONS = 10_000;
/** INT3, which ends a vector. */
const END = 0xcc;
const LONGEST = 15;

/** A page of user code that jumps to the instruction. */
const ENTRY = 0x3000;

const { present, user, writable } = PageRights;
const pages = new Map([
  [CODE, present | user | writable],
  [DATA, present | user | writable],
  // The host has nothing there, so it must not be writable.
  [ENTRY, present | user],
]);

/** Runs vectors in user mode. */
export class VectorMachine {
  readonly engine: Engine;
  readonly #machine: GuestMachine;
  readonly #data: Uint8Array;
  /** Times a vector runs: code is translated only when it is met again. */
  readonly #runs: number;

  constructor(name: EngineName, data: Uint8Array, settings: EngineSettings = {}) {
    this.#machine = new GuestMachine(name, { pages, segmentBase: 0, privilege: 'user' }, settings);
    this.engine = this.#machine.engine;
    this.#data = data;
    this.#runs = name === 'translator' ? 2 : 1;
    const distance = CODE + INSTRUCTION - ENTRY - 5;
    this.engine.write(ENTRY, Uint8Array.of(0xe9, distance, distance >> 8, 0, 0));
    this.engine.write(CODE, new Uint8Array(PAGE).fill(END));
  }

  /** The outcome, or undefined if the instruction does not come to an end. */
  run(before: Case): Outcome | undefined {
    const code = new Uint8Array(LONGEST).fill(END);
    code.set(before.code);
    this.engine.write(CODE + INSTRUCTION, code);
    let outcome: Outcome | undefined;
    for (let n = 0; n < this.#runs; n++) outcome = this.#runOnce(before);
    return outcome;
  }

  #runOnce(before: Case): Outcome | undefined {
    const initial = defaultRegisters.map((value, n) => before.registers[n] ?? value);
    this.engine.write(DATA, this.#data);
    const vector = this.#machine.run(initial, ENTRY, before.flags, MAX_INSTRUCTIONS);
    if (vector === undefined) return undefined;
    const { registers, eip, eflags } = this.#machine.outcome(vector);
    const changed = [...registers.entries()].filter(([n, value]) => value !== initial[n]);
    return {
      vector,
      eip: (eip >>> 0) - (vector === 3 ? 1 : 0),
      registers: Object.fromEntries(changed),
      flags: eflags,
      memory: changes(this.#data, this.engine.read(DATA, PAGE)),
    };
  }
}
