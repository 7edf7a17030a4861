import type { PortBus } from '../../bus/ports.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { longOf } from '../../memory/long.ts';
import type { Component } from '../../snapshot/describe.ts';
import { directory, type FirmwareFile } from './directory.ts';
import { type KernelItems, kernelItems, littleEndian } from './kernel-items.ts';
import { Access, Control, DMA_BYTES, DMA_SIGNATURE, INTERFACES, Key, Port, SIGNATURE } from './registers.ts';
import { fwCfgState } from './state.ts';

export interface FwCfgOptions {
  readonly ports: PortBus;
  readonly memory: BusMemory;
  /** Bytes of RAM, above 4 GB too. */
  readonly ramBytes: number;
  /** IDs of the processors' local APICs. */
  readonly apicIds: readonly number[];
  /** How many of them are there now. */
  readonly processors: () => number;
  /** Firmware is to offer a choice of what to boot from. */
  readonly bootMenu: boolean;
  /** Nobody sees a screen. */
  readonly serialConsole: boolean;
  /** 16 bytes; zeros where it is missing. */
  readonly uuid?: readonly number[] | undefined;
  readonly files: readonly FirmwareFile[];
  /** The kernel that firmware is to boot, if there is one. */
  readonly kernel?: KernelItems | undefined;
}

const NOTHING = new Uint8Array(0);

/** QEMU's firmware configuration device: what the board tells its firmware, item by item, by ports and by DMA. */
export class FwCfg {
  readonly component: Component;
  readonly #state = fwCfgState.create();
  readonly #memory: BusMemory;
  readonly #items: ReadonlyMap<number, () => Uint8Array>;
  /** Derived: what the selected item has. */
  #content: Uint8Array = NOTHING;

  constructor(options: FwCfgOptions) {
    this.#memory = options.memory;
    this.#items = itemsOf(options);
    this.component = fwCfgState.bind('fw_cfg', this.#state, { restored: () => this.#makeContent() });
    this.#registerPorts(options.ports);
    this.reset();
  }

  reset(): void {
    this.#state.addressHigh = 0;
    this.#select(Key.signature);
  }

  #registerPorts(ports: PortBus): void {
    const name = 'fw_cfg';
    ports.register({
      name,
      first: Port.selector,
      count: 1,
      sizes: [2],
      write: (_port, _size, key) => this.#select(key),
    });
    ports.register({ name, first: Port.selector, count: 2, read: () => this.#next() });
    ports.register({
      name: 'fw_cfg DMA',
      first: Port.dma,
      count: DMA_BYTES,
      sizes: [1, 4],
      read: (port, size) => (size === 4 ? signatureWord(port - Port.dma) : signatureByte(port - Port.dma)),
      write: (port, size, value) => {
        if (size === 4) this.#writeAddress(port - Port.dma, swapped(value));
      },
    });
  }

  #select(key: number): void {
    this.#state.key = key;
    this.#state.offset = 0;
    this.#makeContent();
  }

  #makeContent(): void {
    this.#content = this.#items.get(this.#state.key)?.() ?? NOTHING;
  }

  /** Zeros follow an item's end. */
  #next(): number {
    const { offset } = this.#state;
    if (offset >= this.#content.length) return 0;
    this.#state.offset++;
    return this.#content[offset];
  }

  /** The lower half starts the access. */
  #writeAddress(offset: number, value: number): void {
    if (offset === 0) this.#state.addressHigh = value;
    if (offset !== 4) return;
    this.#access(longOf(value, this.#state.addressHigh));
    this.#state.addressHigh = 0;
  }

  #access(address: number): void {
    const bytes = new Uint8Array(Access.bytes);
    this.#memory.read(address, bytes);
    const view = new DataView(bytes.buffer);
    const control = view.getUint32(Access.control);
    if ((control & Control.select) !== 0) this.#select(control >>> Control.keyShift);
    const length = view.getUint32(Access.length);
    const target = longOf(view.getUint32(Access.addressLow), view.getUint32(Access.addressHigh));
    // No item can be written.
    const failed = (control & (Control.read | Control.write)) === Control.write;
    if ((control & Control.read) !== 0) this.#copy(target, length);
    else if (!failed && (control & Control.skip) !== 0) this.#skip(length);
    view.setUint32(Access.control, failed ? Control.error : 0);
    this.#memory.write(address, bytes.subarray(Access.control, Access.control + 4));
  }

  #copy(target: number, length: number): void {
    const { offset } = this.#state;
    const part = this.#content.subarray(offset, offset + length);
    this.#memory.write(target, part);
    writeZeros(this.#memory, target + part.length, length - part.length);
    this.#skip(length);
  }

  #skip(length: number): void {
    this.#state.offset = Math.min(this.#state.offset + length, this.#content.length);
  }
}

/** Zeros that one write stores: a guest may ask for up to 4 GB of them. */
const ZEROS = new Uint8Array(0x10000);
/** After all memory that a machine can have, zeros are lost. */
const MEMORY_END = 2 ** 33;

function writeZeros(memory: BusMemory, address: number, length: number): void {
  const end = Math.min(address + length, MEMORY_END);
  for (let at = address; at < end; at += ZEROS.length) memory.write(at, ZEROS.subarray(0, end - at));
}

function itemsOf({
  ramBytes,
  apicIds,
  processors,
  bootMenu,
  serialConsole,
  uuid = [],
  files,
  kernel,
}: FwCfgOptions): Map<number, () => Uint8Array> {
  const constants: [key: number, content: Uint8Array][] = [
    [Key.signature, ascii(SIGNATURE)],
    [Key.id, littleEndian(INTERFACES, 4)],
    [Key.uuid, Uint8Array.from({ length: 16 }, (_, n) => uuid[n] ?? 0)],
    [Key.ramBytes, littleEndian(ramBytes, 8)],
    [Key.noGraphic, littleEndian(serialConsole ? 1 : 0, 2)],
    [Key.apicIdLimit, littleEndian(Math.max(...apicIds) + 1, 2)],
    [Key.bootMenu, littleEndian(bootMenu ? 1 : 0, 2)],
    [Key.irq0Override, littleEndian(1, 4)],
    ...(kernel ? kernelItems(kernel) : []),
  ];
  return new Map([
    ...constants.map(([key, content]): [number, () => Uint8Array] => [key, () => content]),
    [Key.processors, () => littleEndian(processors(), 2)],
    [Key.fileDirectory, () => directory(files)],
    ...files.map(({ content }, index): [number, () => Uint8Array] => [Key.firstFile + index, content]),
  ]);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function signatureByte(offset: number): number {
  return DMA_SIGNATURE.charCodeAt(offset);
}

function signatureWord(offset: number): number {
  return [3, 2, 1, 0].reduce((value, byte) => value * 256 + (signatureByte(offset + byte) || 0), 0);
}

/** The registers are big-endian, the I/O bus is little-endian. */
function swapped(value: number): number {
  return ((value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}
