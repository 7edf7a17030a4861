import { processorCount } from '../cpu/topology.ts';
import { CpuHotPlug, type ProcessorReport } from '../devices/cpu-hot-plug/index.ts';
import type { LocalApics } from '../devices/local-apic/set.ts';
import type { GeneralEvents } from '../devices/power/general-events.ts';
import { CPU_HOT_PLUG_EVENT } from '../devices/power/registers.ts';
import { describe } from '../snapshot/describe.ts';
import type { Board, Part } from './board.ts';
import type { MachineConfig } from './config.ts';
import type { PlugBus } from './plugboard.ts';
import { nameOfPlugged, type PluggedProcessor } from './plugged.ts';

/** The parts of the PC that have to do with processors. */
export interface ProcessorPlugParts {
  readonly localApics: LocalApics;
  /** IDs of the local APICs, by processor. */
  readonly localIds: readonly number[];
  readonly generalEvents: GeneralEvents;
  /** Firmware is told how many there are. */
  readonly countChanged: (count: number) => void;
  /** Returns one that is there no longer to the state in which it was turned on. */
  readonly resetProcessor: (processor: number) => void;
  readonly reported: (report: ProcessorReport) => void;
}

/** A processor that is there has its state where those of all are, whether they are there or not. */
const nothing = describe({});

/** Numbers of the processors that a machine has at its start. */
export function processorsAtStart({ topology, processorsPresent }: MachineConfig): readonly number[] {
  const count = topology === undefined ? 1 : processorCount(topology);
  return processorsPresent ?? Array.from({ length: count }, (_, n) => n);
}

/**
 * The places of processors. All that there can be are in the machine from its start; one that is not plugged in gets no messages,
 * so it waits for INIT and SIPI for ever. The first one is always there.
 */
export class ProcessorPlugs implements PlugBus<PluggedProcessor> {
  readonly chip: CpuHotPlug;
  readonly #board: Board;
  readonly #parts: ProcessorPlugParts;
  readonly #present = new Set([0]);

  constructor(board: Board, parts: ProcessorPlugParts) {
    this.#board = board;
    this.#parts = parts;
    this.chip = new CpuHotPlug({
      ports: board.ports,
      localIds: parts.localIds,
      tell: () => parts.generalEvents.raise(CPU_HOT_PLUG_EVENT),
      isPresent: (processor) => this.#present.has(processor),
      eject: (processor) => this.#eject(processor),
      reported: parts.reported,
    });
    this.#changed();
  }

  plug({ processor, ...device }: PluggedProcessor): Part {
    if (!(processor in this.#parts.localIds)) throw new Error(`there can be no processor ${processor}`);
    this.#present.add(processor);
    this.#changed();
    return { component: nothing.bind(nameOfPlugged({ processor, ...device }), {}), reset() {} };
  }

  unplug({ processor }: PluggedProcessor): void {
    this.#present.delete(processor);
    this.chip.gone(processor);
    this.#changed();
  }

  announce({ processor }: PluggedProcessor): void {
    this.chip.inserted(processor);
  }

  ask({ processor }: PluggedProcessor): void {
    this.chip.ask(processor);
  }

  #changed(): void {
    this.#parts.localApics.setPresent(this.#present);
    this.#parts.countChanged(this.#present.size);
  }

  #eject(processor: number): void {
    this.#board.plugboard.eject(nameOfPlugged({ type: 'processor', processor }));
    this.#parts.resetProcessor(processor);
  }
}
