import { doublesOf, fillRegister, spillRegister } from '../../../runtime/cpu/x87/registers.ts';
import { Cr4 } from '../../../translator/abi/control-registers.ts';
import { Eflags, Word } from '../../../translator/abi/state.ts';
import type { Engine, EngineName, EngineSettings } from '../../support/engine.ts';
import { writeEflags } from '../../support/flags.ts';
import { GuestMachine, PageRights } from '../guest-machine.ts';
import { type Case, MEMORY, type Outcome } from './record.ts';

const MAX_INSTRUCTIONS = 1000;
/** A page of user code that jumps to the instruction, which is an entry then and gets translated. */
const ENTRY = 0x3000;
const CODE = 0x4000;
const DATA = 0x8000;
const BREAKPOINT = 0xcc;

const { present, user, writable } = PageRights;
const pages = new Map([
  [ENTRY, present | user],
  [CODE, present | user | writable],
  [DATA, present | user | writable],
]);

/** Runs vectors in user mode. */
export class SseMachine {
  readonly engine: Engine;
  readonly #machine: GuestMachine;
  readonly #doubles: Float64Array;
  #code = '';

  constructor(name: EngineName, settings: EngineSettings = {}) {
    this.#machine = new GuestMachine(name, { pages, segmentBase: 0, privilege: 'user' }, settings);
    this.engine = this.#machine.engine;
    const { state } = this.engine;
    this.#doubles = doublesOf(state);
    const distance = CODE - ENTRY - 5;
    this.engine.write(ENTRY, Uint8Array.of(0xe9, distance, distance >> 8, 0, 0));
    state[Word.cr4] |= Cr4.osfxsr | Cr4.osxmmexcpt;
  }

  run(before: Case): Outcome | undefined {
    const { engine } = this;
    const machine = this.#machine;
    this.#writeCode(before.code);
    engine.write(DATA, before.memory);
    this.#load(before);
    const at = DATA + before.offset;
    const vector = machine.run(
      [before.eax, before.ecx, before.edx, 0, DATA + 0x800, 0, at, at],
      ENTRY,
      before.flags,
      MAX_INSTRUCTIONS,
    );
    return vector === undefined ? undefined : this.#store(vector);
  }

  /** Only where it has changed, so that its translation stays. */
  #writeCode(code: readonly number[]): void {
    if (`${code}` === this.#code) return;
    this.#code = `${code}`;
    this.engine.write(CODE, Uint8Array.of(...code, BREAKPOINT));
  }

  #load({ mxcsr, top, tags, xmm, exponents, flags }: Case): void {
    const { state } = this.engine;
    state[Word.mxcsr] = mxcsr;
    state[Word.fpuTop] = top;
    state[Word.fpuTag] = 0;
    for (let n = 0; n < 8; n++) if ((tags & (1 << n)) === 0) state[Word.fpuTag] |= 3 << (2 * n);
    for (const [n, register] of xmm.entries()) {
      const words = new Int32Array(register.slice().buffer);
      state.set(words, Word.xmm + 4 * n);
      if (n === 0) continue;
      state.set([words[0]!, words[1]!, exponents[n - 1]!], Word.fpuRegister + 4 * n);
      fillRegister(state, this.#doubles, n);
    }
    writeEflags(state, flags);
    this.engine.refresh();
  }

  #store(vector: number): Outcome {
    const { state } = this.engine;
    const { registers, eflags } = this.#machine.outcome(vector);
    let tags = 0;
    for (let n = 0; n < 8; n++) if (((state[Word.fpuTag]! >> (2 * n)) & 3) !== 3) tags |= 1 << n;
    for (const n of [1, 2]) spillRegister(state, this.#doubles, n);
    const bytesOf = (word: number, bytes: number) => new Uint8Array(state.slice(word, word + 4).buffer, 0, bytes);
    return {
      ...{ vector, ecx: registers[1]! >>> 0, edx: registers[2]! >>> 0, flags: eflags & Eflags.arithmetic },
      ...{ mxcsr: state[Word.mxcsr]!, top: state[Word.fpuTop]!, tags },
      xmm: [bytesOf(Word.xmm, 16), bytesOf(Word.xmm + 4, 16), bytesOf(Word.xmm + 8, 16)],
      mm: [bytesOf(Word.fpuRegister + 4, 10), bytesOf(Word.fpuRegister + 8, 10)],
      memory: this.engine.read(DATA, MEMORY),
    };
  }
}
