import type { ToMachine } from '../../../runtime/host/messages.ts';
import type { SavedComponents } from '../../../runtime/snapshot/components.ts';
import type {
  CpuRegisters,
  CreateCore,
  DebugCalls,
  ExaminationCalls,
  MachineConfig,
  MachineCore,
  MachineHost,
  Questions,
  RunResult,
  TransferCalls,
} from '../../../src/machine-core.ts';
import { Eflags, STATE_BYTES, Word } from '../../../translator/abi/state.ts';

const use = <Result>(_processor: number | undefined, act: () => Result): Result => act();

/**
 * Stands in for a machine: it echoes serial input with ASCII letters in capitals, and obeys these characters:
 * ! powers off, # exits with code 33, % asks for a reset, $ causes a triple fault, * computes until it is asked for attention, ? throws,
 * @ hangs and doesn't notice when it is asked for attention, & has a text checked that is wrong, where there is a check, ~ writes 600 KB, + writes until it is asked for attention, = halts with interrupts off, ^ sets a deadline 20 ms ahead and reports when it is called for it.
 */
class FakeCore implements MachineCore {
  readonly isSuspended = false;
  stands(): void {}
  rested(): void {}
  readonly state = new Int32Array(new SharedArrayBuffer(STATE_BYTES));
  readonly instructionsRun = undefined;
  readonly #host: MachineHost;
  readonly #input: number[] = [];
  /** The command that it was executing when an exit was requested. */
  #again = '';
  #runs = 0;
  #resets = 0;
  #deadline = Infinity;

  constructor(config: MachineConfig, host: MachineHost) {
    if ('kernel' in config.boot && config.boot.kernel.length < 4) {
      throw Object.assign(new Error('the kernel is neither this nor that'), { name: 'BootError' });
    }
    this.#host = host;
    this.state[Word.eflags] = 0x202;
  }

  capInstructions(): void {}

  dropCode(): void {}

  run(until: number): RunResult {
    this.#runs++;
    Atomics.store(this.state, Word.attention, 0);
    if (this.#host.nanoseconds() >= this.#deadline) this.#timer();
    for (let character = this.#next(); character !== ''; character = this.#next()) {
      const result = this.#obey(character, until);
      if (result) return result;
    }
    const forGood = (this.state[Word.eflags]! & Eflags.if) === 0;
    return {
      reason: 'halted',
      ...(this.#deadline < Infinity && { wakeAt: this.#deadline }),
      ...(forGood && { forGood }),
    };
  }

  #obey(character: string, until: number): RunResult | undefined {
    switch (character) {
      case '!':
        return { reason: 'poweroff' };
      case '#':
        return { reason: 'exit', code: 33 };
      case '$':
        return { reason: 'shutdown', exceptions: [{ vector: 8, kind: 'exception', errorCode: 0 }] };
      case '%':
        return { reason: 'reset-requested' };
      case '*':
        return this.#compute(until);
      case '?':
        throw new TypeError('a mistake in the emulator');
      case '@':
        for (;;) {}
      case '&':
        this.#host.check?.text('function guest_0(i){return nowhere;}');
        return undefined;
      case '~':
        for (let i = 0; i < 600; i++) this.#print('x'.repeat(1023) + '\n');
        return undefined;
      case '+':
        while (Atomics.load(this.state, Word.attention) === 0) this.#print('+'.repeat(1024));
        this.#again = '+';
        return { reason: 'attention' };
      case '=':
        this.state[Word.eflags] = 2;
        return undefined;
      case '^':
        this.#deadline = this.#host.nanoseconds() + 20e6;
        this.#host.deadlineChanged?.(this.#deadline);
        return undefined;
      default:
        this.#print(/[a-z]/.test(character) ? character.toUpperCase() : character);
        return undefined;
    }
  }

  #compute(until: number): RunResult {
    while (Atomics.load(this.state, Word.attention) === 0) {}
    if (this.#host.nanoseconds() >= this.#deadline) this.#timer();
    else this.#again = '*';
    return { reason: this.#host.nanoseconds() >= until ? 'slice' : 'attention' };
  }

  /** The command to obey next; '': none. */
  #next(): string {
    const again = this.#again;
    this.#again = '';
    if (again !== '' || this.#input.length === 0) return again;
    this.#host.send({ type: 'taken', port: 'com1', length: 1 });
    return String.fromCharCode(this.#input.shift()!);
  }

  #timer(): void {
    this.#deadline = Infinity;
    this.#print('<timer>');
  }

  #print(text: string): void {
    this.#host.send({ type: 'output', port: 'com1', bytes: Buffer.from(text, 'latin1') });
  }

  arrive(message: ToMachine): void {
    if (message.type === 'input') this.#input.push(...(message.value as Uint8Array));
  }

  pressReset(): boolean {
    return false;
  }

  reset(): void {
    this.#resets++;
    this.#host.send({ type: 'taken', port: 'com1', length: this.#input.length });
    this.#input.length = 0;
    this.#again = '';
  }

  registers() {
    return { eip: 0x1234 } as CpuRegisters;
  }

  metrics() {
    return { instructions: 5, runs: this.#runs, resets: this.#resets };
  }

  readonly inspection = { translations: () => [{ physical: 0x1000, key: 3 }] } as unknown as Questions;

  readonly examination = { interruptCounts: () => [this.#runs] } as unknown as ExaminationCalls;
  readonly processors = { borrow: use, look: use };
  readonly debugging = {} as unknown as DebugCalls;
  readonly transfer = {} as unknown as TransferCalls;

  check(): void {}

  save(): SavedComponents {
    return { fake: { runs: this.#runs } };
  }

  load({ fake }: SavedComponents): void {
    if (fake === undefined) throw new Error('fake: missing');
    this.#runs = (fake as { runs: number }).runs;
  }

  screenUpdate(): null {
    return null;
  }

  memoryRead(physical: number, length: number): Uint8Array {
    return new Uint8Array(length).fill(physical);
  }

  changeHost(): void {
    this.#print('another host');
  }

  dispose(): void {
    this.#print('disposed');
  }
}

export const createFakeCore: CreateCore = (config, host) => new FakeCore(config, host);
