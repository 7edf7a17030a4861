import { updateSseMode } from '../../../runtime/cpu/sse/mode.ts';
import { updateFpuMode } from '../../../runtime/cpu/x87/status.ts';
import { GuestFault } from '../../../runtime/fault.ts';
import type { EngineName } from '../../../runtime/machine/config.ts';
import { check as debugMode } from '../../../src/isolate/check.ts';
import { LockstepMachine } from '../../../src/node/lockstep/machine.ts';
import { Word } from '../../../translator/abi/state.ts';
import { Random } from '../../support/random.ts';
import { ARENA, EXIT_PORT, MEMORY_BYTES, SYSTEM_BYTES } from './layout.ts';
import { enterMode, type Setting } from './modes.ts';

const PAGE = 4096;

/** Registers, flags, control words and place of a run. */
export type Start = ReadonlyMap<number, number>;

/** A whole machine that random code runs on. */
export class FuzzMachine extends LockstepMachine {
  #image: Buffer = Buffer.alloc(MEMORY_BYTES);
  #template = new Uint8Array();

  constructor(engine: EngineName, threshold: number, check: boolean) {
    super(
      {
        engine,
        tiering: { threshold },
        check,
        memoryBytes: MEMORY_BYTES,
        boot: { flat: Uint8Array.of(0xf4), address: ARENA, mode: 'flat32' },
        debugExit: { iobase: EXIT_PORT, iosize: 1 },
      },
      debugMode,
    );
  }

  /** All new: devices as after a reset, this memory, the CPU in this mode. */
  prepare(image: Uint8Array, setting: Setting, seed: number): void {
    const { core } = this;
    core.reset();
    this.#image = Buffer.from(image.buffer, image.byteOffset, image.length);
    this.#restore(MEMORY_BYTES);
    core.cpu.reset();
    enterMode(core.cpu, setting, new Random(seed), new DataView(image.buffer, image.byteOffset));
    this.#template = new Uint8Array(core.state.buffer).slice();
  }

  /** Puts the CPU back into its mode and the system's memory back; then these words are what a run starts with. */
  begin(start: Start): void {
    const { core } = this;
    const { state, cpu, mmu } = core;
    this.#restore(SYSTEM_BYTES);
    const budget = state[Word.budget];
    new Uint8Array(state.buffer).set(this.#template);
    for (const [word, value] of start) state[word] = value;
    state[Word.budget] = budget;
    mmu.flushAll();
    cpu.updateKey();
    cpu.updateBreakpoints();
    updateFpuMode(state);
    updateSseMode(state);
    this.restart();
    this.#makeEntry();
  }

  #restore(bytes: number): void {
    const { mmu } = this.core;
    const now = Buffer.from(mmu.ram.buffer as ArrayBuffer);
    for (let page = 0; page < bytes; page += PAGE) {
      if (now.compare(this.#image, page, page + PAGE, page, page + PAGE) === 0) continue;
      this.#image.copy(now, page, page, page + PAGE);
      mmu.ram.frames.stored(page, PAGE, 'device');
    }
  }

  /** Has the code translated when it runs, as if other code had jumped there before. */
  #makeEntry(): void {
    const { graph } = this.core.engine;
    const eip = this.core.state[Word.eip]!;
    try {
      graph.cache.enterContext();
      const record = graph.cache.resolve(eip);
      if (!graph.records.isDecoded(record)) graph.decode(record);
      graph.at(eip);
    } catch (error) {
      // The run meets the fault again.
      if (!(error instanceof GuestFault)) throw error;
    }
  }
}
