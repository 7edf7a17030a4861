import { VmwareSvga } from '../../../../runtime/devices/vmware-svga/index.ts';
import { Command, FIFO_BYTES, MEMORY_BYTES, Register } from '../../../../runtime/devices/vmware-svga/registers.ts';
import { AdapterRig, SLOT } from '../vga/adapter-rig.ts';

export const [PORTS, MEMORY, COMMANDS] = [0xc040, 0xe000_0000, 0xe100_0000] as const;
/** Where the test's driver has its commands. */
export const [FIRST, END] = [16, FIFO_BYTES] as const;

/** The adapter on a PCI bus, with a driver that fills the memory for commands. */
export class SvgaRig extends AdapterRig {
  readonly svga: VmwareSvga;
  #next: number = FIRST;

  constructor() {
    super(MEMORY_BYTES + FIFO_BYTES);
    const { ports, clock, map, events, guestError } = this;
    this.svga = new VmwareSvga({ ports, clock, map, events, guestError, device: SLOT });
    this.pci.add(this.svga.pciFunction);
    this.configure(0x10, PORTS);
    this.configure(0x14, MEMORY);
    this.configure(0x18, COMMANDS);
    this.configure(0x04, 3);
  }

  get(register: number): number {
    this.ports.write(PORTS, 4, register);
    return this.ports.read(PORTS + 1, 4);
  }

  set(register: number, value: number): void {
    this.ports.write(PORTS, 4, register);
    this.ports.write(PORTS + 1, 4, value);
  }

  load(address: number): number {
    return this.mmu.current.load32(address) >>> 0;
  }

  store(address: number, value: number): void {
    this.mmu.current.store32(address, value | 0);
  }

  /** Sets a mode, and the memory for commands up. */
  start(width = 640, height = 480, depth = 32): void {
    this.set(Register.width, width);
    this.set(Register.height, height);
    this.set(Register.bitsPerPixel, depth);
    this.set(Register.enable, 1);
    this.header(FIRST, END, FIRST, FIRST);
    this.#next = FIRST;
    this.set(Register.configurationDone, 1);
  }

  /** Writes the header of the memory for commands. */
  header(...words: readonly number[]): void {
    for (const [n, word] of words.entries()) this.store(COMMANDS + 4 * n, word);
  }

  /** Puts a command into the memory for it. */
  put(...words: readonly number[]): void {
    for (const word of words) {
      this.store(COMMANDS + this.#next, word);
      this.#next = this.#next + 4 === END ? FIRST : this.#next + 4;
    }
    this.store(COMMANDS + 8, this.#next);
  }

  /** Waits as a driver does; how often it had to ask. */
  sync(): number {
    this.set(Register.sync, 1);
    for (let asked = 1; ; asked++) if (this.get(Register.busy) === 0) return asked;
  }

  fill(pixel: number, x: number, y: number, width: number, height: number): void {
    this.put(Command.rectangleFill, pixel, x, y, width, height);
  }
}
