import type { DebugStop } from '../../runtime/exec/stops.ts';
import type { ToHost, ToMachine } from '../../runtime/host/messages.ts';
import { ports } from '../../runtime/host/ports.ts';
import type { MachineConfig, RecordingConfig, RunResult } from '../../runtime/machine/config.ts';
import { createMachine } from '../../runtime/machine/create.ts';
import type { MachineCore } from '../../runtime/machine/machine.ts';
import { Word } from '../../translator/abi/state.ts';
import { randomFrom } from './samples.ts';

type Taped = Omit<MachineConfig, 'rebootAction' | 'startTimeOfDay' | 'icountShift' | 'recording'>;
type Request = ToHost & { readonly type: 'request' };

/** A machine whose host is busy with other things: its time jumps, and it asks for attention whenever it likes. It may be recorded. */
export class TapedMachine {
  readonly core: MachineCore;
  readonly requests: Request[] = [];
  output = '';
  resets = 0;
  isHaltedForGood = false;
  /** Why it stands still for a debugger. */
  stop: DebugStop | undefined;
  readonly #random: () => number;
  readonly #parts: Uint8Array[] = [];
  #time = 0;

  constructor(config: Taped, recording: RecordingConfig | null, seed: number) {
    this.#random = randomFrom(seed);
    const whole = { rebootAction: 'reset', startTimeOfDay: 0, icountShift: 3, ...config } as const;
    this.core = createMachine(recording === null ? whole : { ...whole, recording }, {
      nanoseconds: () => this.#look(),
      send: (message) => this.#take(message),
      log: () => {},
    });
  }

  /** All that was recorded. */
  get recorded(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }

  /** Goes to where so many instructions have run. */
  seek(instructions: number, between?: () => void): DebugStop | undefined {
    this.core.debugging.seek(instructions);
    this.run(() => false, between);
    return this.stop;
  }

  /** Goes back to the beginning, or the last stop. */
  goBack(): DebugStop | undefined {
    this.core.debugging.goBack('stop');
    this.run(() => false);
    return this.stop;
  }

  /** Runs until `isEnough`, or the machine ends. `between` is called now and then. */
  run(isEnough: () => boolean, between: () => void = () => {}): RunResult['reason'] {
    for (let n = 0; n < 100_000 && !isEnough(); n++) {
      const result = this.core.run(this.#time + 1e5 * this.#random());
      this.isHaltedForGood = result.forGood === true;
      this.stop = result.stop;
      if (result.reason === 'reset-requested' || result.reason === 'shutdown') this.#reset();
      else if (['poweroff', 'exit', 'debug'].includes(result.reason)) return result.reason;
      Atomics.store(this.core.state, Word.wake, 0);
      between();
    }
    return 'slice';
  }

  type(text: string): void {
    this.core.arrive({ type: 'input', port: 'com1', value: Buffer.from(text) });
  }

  answer(message: ToMachine): void {
    this.core.arrive(message);
  }

  #reset(): void {
    this.resets++;
    this.core.reset();
  }

  #look(): number {
    const { state } = this.core ?? {};
    this.#time += 3e4 * this.#random();
    if (state && this.#random() < 0.1) {
      Atomics.store(state, Word.wake, 1);
      Atomics.store(state, Word.attention, 1);
    }
    return this.#time;
  }

  #take(message: ToHost): void {
    if (message.type === 'request') this.requests.push(message);
    if (message.type !== 'output') return;
    if (message.port === ports.recording.name) this.#parts.push(message.bytes.slice());
    else if (message.port === 'com1') this.output += Buffer.from(message.bytes).toString('latin1');
  }
}
