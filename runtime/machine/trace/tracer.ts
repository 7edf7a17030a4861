import type { Ports } from '../../cpu/cpu.ts';
import type { BlockAnswer, BlockQuestion } from '../../host/block.ts';
import { frameAt, framedLength } from '../../host/frames.ts';
import type { ToHost, ToMachine } from '../../host/messages.ts';
import type { MmioRegion } from '../../memory/mmio.ts';
import { matchingEvents, type TraceEvent, traceEventNames } from './events.ts';

const SECTOR = 512;
const sizeLetters: Readonly<Record<number, string>> = { 1: 'b', 2: 'w', 4: 'l' };

/** Names of what has requests and frames. */
export interface TracedNames {
  readonly drives: ReadonlySet<string>;
  readonly cards: ReadonlySet<string>;
}

/** Writes a line for each event that somebody asked for. Whoever has none calls nothing of this. */
export class Tracer {
  readonly #names: TracedNames;
  readonly #write: (line: string) => void;
  readonly #on = new Set<TraceEvent>();
  /** Drives that wait for an answer, by the ids of their requests. */
  readonly #asked = new Map<number, string>();

  constructor(names: TracedNames, write: (line: string) => void) {
    this.#names = names;
    this.#write = write;
  }

  /** Begins or ends events of a pattern; how many there are. */
  set(pattern: string, isOn: boolean): number {
    const matching = matchingEvents(pattern);
    for (const name of matching) {
      if (isOn) this.#on.add(name);
      else this.#on.delete(name);
    }
    return matching.length;
  }

  /** Nobody has asked for anything. */
  forget(): void {
    this.#on.clear();
    this.#asked.clear();
  }

  list(): { readonly name: TraceEvent; readonly isOn: boolean }[] {
    return traceEventNames.map((name) => ({ name, isOn: this.#on.has(name) }));
  }

  isOn(...names: readonly TraceEvent[]): boolean {
    return names.some((name) => this.#on.has(name));
  }

  /** The ports as the processor reaches them. Blocks are left out: each element is an access. */
  ports(ports: Ports): Ports {
    if (!this.isOn('cpu_in', 'cpu_out')) return ports;
    return {
      read: (port, size) => {
        const value = ports.read(port, size);
        this.#line('cpu_in', portText(port, size, value));
        return value;
      },
      write: (port, size, value) => {
        this.#line('cpu_out', portText(port, size, value));
        ports.write(port, size, value);
      },
    };
  }

  readonly deviceAccess = (
    kind: 'read' | 'write',
    { name }: MmioRegion,
    address: number,
    size: number,
    value: number,
  ): void => {
    const bits = size === 4 ? value >>> 0 : value & ((1 << (8 * size)) - 1);
    this.#line(
      `memory_region_ops_${kind}`,
      `cpu 0 addr 0x${address.toString(16)} value 0x${bits.toString(16)} size ${size} name '${name}'`,
    );
  };

  interrupt(vector: number): void {
    this.#line('cpu_interrupt', `vector 0x${vector.toString(16)}`);
  }

  /** The machine asks its host for something. */
  sent(message: ToHost): void {
    if (this.#on.size === 0) return;
    const { port } = message;
    if (message.type === 'request' && this.#names.drives.has(port)) this.#asks(message);
    else if (message.type === 'output' && this.#names.cards.has(port)) this.#frames('net_send', port, message.bytes);
  }

  /** The host answers, or sends something. */
  arrived(message: ToMachine): void {
    if (this.#on.size === 0) return;
    if (message.type === 'completion') this.#completed(message.id, message.answer as BlockAnswer);
    else if (this.#names.cards.has(message.port) && message.value instanceof Uint8Array)
      this.#frames('net_receive', message.port, message.value);
  }

  #asks({ port, id, question }: ToHost & { type: 'request' }): void {
    if (this.#on.has('blk_complete')) this.#asked.set(id, port);
    const asked = question as BlockQuestion;
    if (asked.type === 'flush') this.#line('blk_co_flush', `blk ${port}`);
    else if (asked.type === 'discard')
      this.#line('blk_co_pdiscard', rangeText(port, asked.sector, asked.count * SECTOR));
    else if (asked.type === 'read') this.#line('blk_co_preadv', rangeText(port, asked.sector, asked.bytes.length));
    else if (asked.type === 'write') this.#line('blk_co_pwritev', rangeText(port, asked.sector, asked.bytes.length));
  }

  #completed(id: number, { error }: BlockAnswer): void {
    const drive = this.#asked.get(id);
    if (drive === undefined) return;
    this.#asked.delete(id);
    this.#line('blk_complete', `blk ${drive} error ${error ?? 'none'}`);
  }

  #frames(event: 'net_send' | 'net_receive', port: string, bytes: Uint8Array): void {
    let at = 0;
    for (let frame = frameAt(bytes, at); frame !== undefined; frame = frameAt(bytes, at)) {
      this.#line(event, `nic ${port} bytes ${frame.length}`);
      at += framedLength(frame);
    }
  }

  #line(event: TraceEvent, text: string): void {
    if (this.#on.has(event)) this.#write(`${event} ${text}`);
  }
}

function portText(port: number, size: number, value: number): string {
  const bits = size === 4 ? value >>> 0 : value & ((1 << (8 * size)) - 1);
  return `addr 0x${port.toString(16)}(${sizeLetters[size]}) value ${bits}`;
}

function rangeText(drive: string, sector: number, bytes: number): string {
  return `blk ${drive} offset ${sector * SECTOR} bytes ${bytes}`;
}
