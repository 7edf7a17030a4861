import { Segment, Word } from '../../../translator/abi/state.ts';
import { type Engine, type EngineName, type EngineSettings, makeEngine } from '../../support/engine.ts';
import { Handler, Vector } from './handler.ts';
import {
  CODE_SELECTOR,
  DATA_SELECTOR,
  entryAddress,
  FIRST_FRAME,
  IMAGE,
  interruptTable,
  KERNEL,
  kernelBytes,
  pageEntry,
  physical,
  symbol,
  tables,
  vectorAt,
  withoutLowAddresses,
} from './kernel.ts';
import { CODE_FRAMES, FRAMES, PAGE, slotFrames } from './layout.ts';
import { Image, type Outcome, type Program, TIMEOUT, type UserEvent } from './program.ts';

const MEMORY_BYTES = 1 << 20;
const MOST_INSTRUCTIONS = 200_000;
/** Exceptions that push an error code (Intel SDM vol. 3, table 6-1). */
const withErrorCode = new Set([8, 10, 11, 12, 13, 14, 17]);

const words = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);

/** FXRSTOR to IRET, and HLT. */
const OWN_INSTRUCTIONS = 5;

/** State that a program starts or goes on with. */
interface Start {
  readonly registers: readonly number[];
  readonly eip: number;
  readonly eflags: number;
  readonly image: Uint8Array;
}

/** Runs programs on an engine. */
export class UserMachine {
  readonly engine: Engine;
  /** Instructions that programs ran, where they are counted. */
  instructions = 0;
  readonly #memory: Uint8Array;
  readonly #settings: EngineSettings;

  /** `memory`: the data and stack pages as every program finds them. */
  constructor(name: EngineName, memory: Uint8Array, settings: EngineSettings = {}) {
    this.engine = makeEngine(name, MEMORY_BYTES, settings);
    this.#settings = settings;
    this.#memory = memory;
    this.#boot();
  }

  #boot(): void {
    const { engine } = this;
    const { state } = engine;
    engine.reset();
    engine.write(KERNEL, kernelBytes);
    engine.write(physical('idt'), interruptTable());
    for (const [address, bytes] of tables()) engine.write(address, bytes);
    state[Word.selector + Segment.cs] = KERNEL >> 4;
    state[Word.segmentBase + Segment.cs] = KERNEL;
    state[Word.eip] = 0;
    engine.refresh();
    if (!engine.runUntilHalt(1000) || state[Word.eip]! >>> 0 !== symbol('run')) {
      throw new Error(`the kernel did not boot: eip ${(state[Word.eip]! >>> 0).toString(16)}`);
    }
    engine.write(...withoutLowAddresses);
  }

  run(program: Program): Outcome {
    const handler = new Handler(program);
    this.#prepare(program);
    const events: UserEvent[] = [];
    const { registers, eflags } = program;
    let next: Start | undefined = { registers, eflags, eip: program.eip, image: program.image };
    while (next) {
      const event = this.#runUntilException(next);
      events.push(event);
      const before = [...handler.rights];
      const continuation = handler.handle(event, events.length);
      for (const [slot, right] of handler.rights.entries()) if (right !== before[slot]) this.#allow(slot, right);
      next = continuation && { registers: event.registers, eflags: event.eflags, ...continuation };
    }
    return { events, memory: this.engine.read(FIRST_FRAME, FRAMES * PAGE) };
  }

  #prepare({ code, rights }: Program): void {
    const { engine } = this;
    engine.write(FIRST_FRAME, code);
    engine.write(FIRST_FRAME + CODE_FRAMES * PAGE, this.#memory);
    for (const [slot, right] of rights.entries()) if (slotFrames[slot]! >= 0) this.#allow(slot, right);
    engine.state[Word.eip] = symbol('begin');
    engine.runUntilHalt(100);
  }

  /** As an operating system does that has no entry to flush: the fault has flushed it (Intel SDM vol. 3, 4.10.4.1). */
  #allow(slot: number, right: number): void {
    this.engine.write(entryAddress(slot), pageEntry(slot, right));
  }

  #runUntilException({ registers, eip, eflags, image }: Start): UserEvent {
    const { engine } = this;
    const { state } = engine;
    const [eax, ecx, edx, ebx, esp, ebp, esi, edi] = registers;
    engine.write(IMAGE, image);
    engine.write(
      physical('frame'),
      words(edi!, esi!, ebp!, 0, ebx!, edx!, ecx!, eax!, eip, CODE_SELECTOR, eflags, esp!, DATA_SELECTOR),
    );
    state[Word.eip] = symbol('run');
    const halted = engine.runUntilHalt(MOST_INSTRUCTIONS);
    if (this.#settings.pacing !== 'poll')
      this.instructions += MOST_INSTRUCTIONS - state[Word.budget]! - OWN_INSTRUCTIONS;
    return this.#event(halted ? vectorAt(state[Word.eip]!) : TIMEOUT);
  }

  #event(vector: number): UserEvent {
    const { engine } = this;
    const { state } = engine;
    const frame = new Int32Array(engine.read(physical('stack_end') - 24, 24).buffer);
    const registers = [...state.subarray(0, 8)];
    registers[Word.esp] = frame[4]!;
    const address = vector === Vector.pageFault ? state[Word.cr2]! : 0;
    const error = withErrorCode.has(vector) ? frame[0]! : 0;
    const image = this.#saveImage();
    return { vector, error, address, eip: frame[1]!, eflags: frame[3]!, registers, image };
  }

  #saveImage(): Uint8Array {
    const { engine } = this;
    engine.state[Word.eip] = symbol('save');
    engine.runUntilHalt(10);
    return engine.read(IMAGE, Image.bytes);
  }

  [Symbol.dispose](): void {
    this.engine.dispose();
  }
}
