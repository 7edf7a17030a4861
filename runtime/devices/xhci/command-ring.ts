import type { BusMemory } from '../../memory/bus-memory.ts';
import { resetEndpoint, setDequeue, stopEndpoint } from './endpoint-commands.ts';
import type { XhciEvent } from './interrupter.ts';
import { address64, RingControl, wordsOf, type XhciModel } from './registers.ts';
import {
  addressDevice,
  type CommandParts,
  configureEndpoint,
  disableSlot,
  enableSlot,
  evaluateContext,
  noOperation,
  type RunCommand,
  resetDevice,
} from './slot-commands.ts';
import { Code, nextTrb, slotOf, type Trb, TrbControl, TrbType, typeOf } from './trb.ts';

const commands: Readonly<Record<number, RunCommand>> = {
  [TrbType.enableSlot]: enableSlot,
  [TrbType.disableSlot]: disableSlot,
  [TrbType.addressDevice]: addressDevice,
  [TrbType.configureEndpoint]: configureEndpoint,
  [TrbType.evaluateContext]: evaluateContext,
  [TrbType.resetEndpoint]: resetEndpoint,
  [TrbType.stopEndpoint]: stopEndpoint,
  [TrbType.setDequeue]: setDequeue,
  [TrbType.resetDevice]: resetDevice,
  [TrbType.noOperationCommand]: noOperation,
};

/** Release of NEC's firmware that its command tells, as QEMU has it. */
const NEC_FIRMWARE = 0x3025;

export interface CommandRingOptions extends CommandParts {
  readonly model: XhciModel;
  readonly memory: BusMemory;
  readonly isRunning: () => boolean;
  readonly tell: (event: XhciEvent) => void;
  /** The ring is where no memory is, at an address. */
  readonly lost: (address: number) => void;
  /** There is more to do than is done at a time. */
  readonly later: () => void;
}

/** Commands that are done before the guest goes on. */
const MOST_COMMANDS = 64;

/** The command ring (4.6.1, 4.9.3). */
export class CommandRing {
  readonly #options: CommandRingOptions;

  constructor(options: CommandRingOptions) {
    this.#options = options;
  }

  get #isStarted(): boolean {
    return (this.#options.state.ringControl & RingControl.running) !== 0;
  }

  /** The controller was stopped: so is the ring (5.4.1.1). */
  halt(): void {
    this.#options.state.ringControl &= ~RingControl.running;
  }

  /** Where it is can't be read (5.4.5). */
  get control(): number {
    return this.#options.state.ringControl & RingControl.running;
  }

  writeLow(value: number): void {
    const { state } = this.#options;
    state.ringControl = ((value & ~RingControl.running) | (state.ringControl & RingControl.running)) >>> 0;
  }

  /** The second half: the ring is stopped, or is at another place. */
  writeHigh(value: number): void {
    const { state, tell } = this.#options;
    const control = state.ringControl;
    const isStopped = (control & (RingControl.stop | RingControl.abort)) !== 0;
    state.ringControl &= RingControl.running;
    if (isStopped && this.#isStarted) {
      this.halt();
      tell({ type: TrbType.completionEvent, parameter: wordsOf(state.ring.dequeue), code: Code.ringStopped });
    } else if (!this.#isStarted) {
      state.ring.dequeue = address64(control & RingControl.addressMask, value);
      state.ring.cycle = (control & RingControl.cycle) !== 0;
    }
  }

  /** The guest has rung the doorbell. */
  start(): void {
    this.#options.state.ringControl |= RingControl.running;
    this.run();
  }

  run(): void {
    const { memory, state, isRunning, later, lost } = this.#options;
    for (let n = 0; n < MOST_COMMANDS; n++) {
      if (!this.#isStarted || !isRunning()) return;
      const trb = nextTrb(memory, state.ring);
      if (trb === 'empty' || trb === 'endless') return;
      if (trb === 'lost') lost(state.ring.dequeue);
      else this.#execute(trb);
    }
    later();
  }

  #execute(trb: Trb): void {
    const { tell, model } = this.#options;
    const type = typeOf(trb);
    if (type === TrbType.necFirmware && model === 'nec-usb-xhci') {
      tell({ type: TrbType.necEvent, parameter: wordsOf(trb.address), code: Code.success, value: NEC_FIRMWARE });
      return;
    }
    const run = commands[type];
    const { code, slot = slotOf(trb) } = run === undefined ? { code: Code.trb } : run(this.#options, trb);
    tell({
      type: TrbType.completionEvent,
      parameter: wordsOf(trb.address),
      code,
      control: slot << TrbControl.slotShift,
    });
  }
}
