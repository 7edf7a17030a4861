import { defaultTiering } from '../../runtime/exec/tiering.ts';
import type { MachineConfig, MachineHost } from '../../runtime/machine/config.ts';
import { createMachine } from '../../runtime/machine/create.ts';
import type { MachineCore } from '../../runtime/machine/machine.ts';
import { OPERATION_MASK } from '../../translator/abi/record.ts';
import { ENTRY, program, programBytes } from './guest.ts';

/** Where the function's words are: in a page that has no TLB entry, and in another. */
const DATA = 0x200000;
const OTHER_DATA = 0x300000;
/** The immediate byte of `add esi, 4`. */
const IMMEDIATE = ENTRY + 4;
/** Runs of an entry before it is translated: fixed here, so that what is printed does not depend on the default. */
const THRESHOLD = 200;

/** No time passes, nothing is heard: the same happens each time. */
const silentHost: MachineHost = {
  nanoseconds: () => 0,
  send: () => {},
  log: () => {},
};

const config: MachineConfig = {
  memoryBytes: 8 << 20,
  engine: 'translator',
  boot: { flat: programBytes(), address: program.address, mode: 'flat32' },
  rebootAction: 'exit',
  debugExit: { iobase: program.exitPort, iosize: 1 },
  startTimeOfDay: 0,
  engineOptions: { tiering: { ...defaultTiering, threshold: THRESHOLD } },
};

/** The life of the function's first instruction while a machine runs: lines of a table. */
export function life(): string {
  const machine = createMachine(config, silentHost);
  try {
    return new Life(machine).table();
  } finally {
    machine.dispose();
  }
}

class Life {
  readonly #machine: MachineCore;
  readonly #rows: string[][] = [['', 'the first instruction runs', 'heat', 'page walks', 'dropped']];
  #walks = 0;
  #calls = 0;

  constructor(machine: MachineCore) {
    this.#machine = machine;
  }

  table(): string {
    this.#pointTo(DATA);
    this.#call(1, 'first call');
    this.#call(19, 'calls up to the one in brackets');
    this.#call(1, 'the call that makes it hot');
    this.#call(1, 'a call after that');
    this.#pointTo(OTHER_DATA);
    this.#call(1, 'a call with ESI in a page that was not read before');
    this.#machine.memory.write(IMMEDIATE, Uint8Array.of(8));
    this.#note('a device writes 8 over the immediate of `add esi,4`');
    this.#call(1, 'the next call');
    const [head, ...rows] = this.#rows.map((cells) => `| ${cells.join(' | ')} |`);
    return [head, '|---|---|---:|---:|---:|', ...rows].join('\n');
  }

  #pointTo(address: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, address, true);
    this.#machine.memory.write(program.dataPointer, bytes);
  }

  /** The guest runs until it has called the function so many times. */
  #call(times: number, event: string): void {
    for (let n = 0; n < times; n++) {
      const { reason } = this.#machine.run(Infinity);
      if (reason !== 'exit') throw new Error(`the walked guest ended by ${reason}`);
    }
    this.#calls += times;
    this.#note(`${event} (${this.#calls})`);
  }

  #note(event: string): void {
    const { engine, mmu } = this.#machine;
    const { droppedNodes, droppedTranslations } = engine.graph.cache.metrics;
    const walks = mmu.walks - this.#walks;
    this.#walks = mmu.walks;
    this.#rows.push([event, this.#runs(), `${this.#heat()}`, `${walks}`, `${droppedNodes} + ${droppedTranslations}`]);
  }

  #heat() {
    const node = this.#node();
    return node && this.#machine.engine.graph.records.heat.of(node.record);
  }

  #node() {
    const { graph } = this.#machine.engine;
    const record = graph.cache.entryAt(ENTRY);
    return record === 0 ? null : graph.decodedNodeOf(record);
  }

  #runs(): string {
    const node = this.#node();
    if (!node || node.length === 0) return 'undecoded';
    if ([...node.page.translations].some(({ head }) => head === node)) return 'its translation';
    const heats = this.#machine.engine.graph.records.views.OPERATION[node.record] > OPERATION_MASK;
    return heats ? 'its handler, heating' : 'its handler';
  }
}
