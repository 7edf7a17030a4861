import type { PortBus } from '../../../../runtime/bus/ports.ts';
import type { PciFunction } from '../../../../runtime/devices/pci/function.ts';
import { Command, Header } from '../../../../runtime/devices/pci/registers.ts';
import type { NetworkPort } from '../../../../runtime/host/network.ts';
import type { BusMemory } from '../../../../runtime/memory/bus-memory.ts';
import type { MmioRegion } from '../../../../runtime/memory/mmio.ts';
import { describe, flag } from '../../../../runtime/snapshot/describe.ts';
import { Rig } from '../rig.ts';

export const MEMORY_BYTES = 1 << 20;
export const MAC = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56];
/** Where a rig puts a card's ports, and its registers in memory. */
export const PORTS = 0xc000;
export const MMIO = 0xf0000000;

const cableState = describe({ isLinkUp: flag });

/** A cable whose other end is the test: what the card has sent, and frames for it. */
export class TestCable implements NetworkPort {
  readonly sent: Uint8Array[] = [];
  /** Frames that the card had no room for. */
  readonly waiting: Uint8Array[] = [];
  isLinkUp = true;
  onFrame: NetworkPort['onFrame'] = () => true;
  onLinkChanged: () => void = () => {};
  readonly component = cableState.bind('cable', this);

  send(frame: Uint8Array): void {
    this.sent.push(frame.slice());
  }

  together<Result>(act: () => Result): Result {
    return act();
  }

  resume(): void {
    while (this.waiting.length > 0) {
      let taken = 1;
      const following = {
        peek: () => this.waiting[taken],
        take: () => void taken++,
        putBack: () => {
          taken = 1;
        },
      };
      if (!this.onFrame(this.waiting[0]!, following)) return;
      this.waiting.splice(0, taken);
    }
  }

  /** Frames come over the cable. */
  arrive(...frames: Uint8Array[]): void {
    this.waiting.push(...frames);
    this.resume();
  }

  setLink(isUp: boolean): void {
    this.isLinkUp = isUp;
    this.onLinkChanged();
  }
}

/** A card with memory, and a cable that the test holds. */
export class CardRig extends Rig {
  readonly bytes: Uint8Array = new Uint8Array(MEMORY_BYTES);
  readonly view: DataView = new DataView(this.bytes.buffer);
  readonly cable: TestCable = new TestCable();
  /** Bytes outside memory read as ones, and writes there are lost. */
  readonly memory: BusMemory = {
    has: (address, length) => address + length <= MEMORY_BYTES,
    read: (address, target) => {
      target.fill(0xff);
      target.set(this.bytes.subarray(Math.min(address, MEMORY_BYTES), Math.min(address + target.length, MEMORY_BYTES)));
    },
    write: (address, bytes) => {
      if (address < MEMORY_BYTES) this.bytes.set(bytes.subarray(0, MEMORY_BYTES - address), address);
    },
  };
  /** Registers in memory that are placed now. */
  readonly regions: MmioRegion[] = [];
  readonly mmio = {
    add: (region: MmioRegion) => void this.regions.push(region),
    remove: (region: MmioRegion) => void this.regions.splice(this.regions.indexOf(region), 1),
  };

  /** The board's services that a card is made with. */
  get board() {
    const { ports, memory, mmio, irq, clock, events, guestError } = this;
    return {
      name: 'card',
      mac: MAC,
      port: this.cable as NetworkPort,
      ports: ports as PortBus,
      memory,
      mmio,
      irq,
      clock,
      events,
      guestError,
    };
  }

  /** Gives a function its addresses and lets it be a bus master, as firmware does. */
  enable(pciFunction: PciFunction, bars: readonly number[]): void {
    for (const [n, base] of bars.entries()) pciFunction.write(Header.baseAddress + 4 * n, 4, base);
    pciFunction.write(Header.command, 2, Command.io | Command.memory | Command.master);
  }

  put(address: number, ...words: number[]): void {
    words.forEach((word, n) => {
      this.view.setUint32(address + 4 * n, word, true);
    });
  }

  get(address: number): number {
    return this.view.getUint32(address, true);
  }
}

/** A frame of so many bytes, from a station of the same network. */
export function frameTo(destination: readonly number[], length = 100, type = 0x88b5): Uint8Array {
  const frame = Uint8Array.from({ length }, (_, n) => (n * 7 + length) & 0xff);
  frame.set([...destination, 0x52, 0x55, 10, 0, 2, 2, type >> 8, type & 0xff]);
  return frame;
}

export const BROADCAST = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
