import { assemble } from '../../runtime/firmware/assembler/index.ts';
import type { DriveConfig } from '../../runtime/machine/drives.ts';
import { createMachine, type MachineCore } from '../../runtime/machine/machine.ts';
import { cardModels, type DisplayModel } from '../../runtime/machine/models.ts';
import { checkOptions } from '../../src/options.ts';
import { everyDevice } from './every-device.ts';
import { outputOf } from './output.ts';

/** Nanoseconds that a guest may run between two accesses. */
const SLICE = 10_000;
const DEBUG_PORT = 0xe9;
const MEGABYTES = 4;
/** Of the machine's memory. */
export const MEMORY_BYTES = MEGABYTES << 20;
/** Where address windows of PCI functions are put. */
const PCI_MEMORY = 0xe0000000;

const medium = { sectors: 2048, isReadOnly: false };
const drives: readonly DriveConfig[] = [
  { name: 'ide0-hd0', interface: 'ide', index: 0, media: 'disk', medium },
  { name: 'ide1-cd0', interface: 'ide', index: 2, media: 'cdrom', medium: { sectors: 400, isReadOnly: true } },
  { name: 'floppy0', interface: 'floppy', index: 0, media: 'disk', medium: { sectors: 2880, isReadOnly: false } },
  { name: 'virtio0', interface: 'virtio', index: 0, media: 'disk', medium },
  { name: 'nvme0', interface: 'nvme', index: 0, media: 'disk', medium },
  { name: 'usb0', interface: 'usb', index: 0, media: 'disk', medium },
];
const { bytes: flat } = assemble(`mov al, '.'\n out ${DEBUG_PORT}, al\n cli\n hlt`, { origin: 0x7c00, bits: 32 });

/** A machine with all devices that there are, whose guest says that it has begun, and halts; time moves little unless told. */
export class StormyMachine {
  readonly core: MachineCore;
  output = '';
  readonly requests: number[] = [];
  time = 0;
  /** Nanoseconds that pass each time that somebody asks for the time: a guest that were to run must come to the end of its slice. */
  tick = 100;

  constructor(vga: DisplayModel) {
    const take = outputOf('debug', (text) => (this.output += text));
    this.core = createMachine(
      {
        ...checkOptions({ ...everyDevice, vga, memory: MEGABYTES, memoryBelow4G: MEGABYTES, engine: 'interpreter' }),
        ...{ pacing: 'jumps', startTimeOfDay: 0, randomKey: [1, 2, 3, 4] },
        boot: { flat, address: 0x7c00, mode: 'flat32' },
        ...{ drives, usb: ['tablet'], sound: { rate: 44_100, isHeard: true } },
        cards: cardModels.map((model, n) => ({ name: `card${n}`, model, mac: [0x52, 0x54, 0, 0, 0, n] })),
        shares: [{ name: 'share0', tag: 'shared' }],
      },
      {
        nanoseconds: () => (this.time += this.tick),
        send: (message) => {
          take(message);
          if (message.type === 'request') this.requests.push(message.id);
        },
        log: () => {},
      },
    );
  }

  pass(nanoseconds: number): void {
    this.time += nanoseconds;
    this.core.run(this.time + SLICE);
  }

  config(register: number, value?: number): number {
    const { ports } = this.core.pc;
    ports.write(0xcf8, 4, (0x80000000 | register) >>> 0);
    if (value !== undefined) ports.write(0xcfc, 4, value);
    return ports.read(0xcfc, 4);
  }

  /** Puts address windows of PCI functions into their places, as firmware does; where those in memory are. */
  placeFunctions(): number[] {
    const places: number[] = [];
    for (let place = 0; place < 0x100; place++) {
      const header = place << 8;
      if (this.config(header) === 0xffffffff) continue;
      for (let bar = 0; bar < 6; bar++) {
        const mask = this.config(header + 0x10 + 4 * bar, 0xffffffff);
        const at = PCI_MEMORY + place * 0x100000 + bar * 0x10000;
        if (mask !== 0)
          this.config(header + 0x10 + 4 * bar, (mask & 1) === 1 ? 0xc000 + place * 0x20 + bar * 0x400 : at);
        if (mask !== 0 && (mask & 1) === 0) places.push(at);
        // The upper half of an address of 64 bits.
        if ((mask & 7) === 4) this.config(header + 0x10 + 4 * ++bar, 0);
      }
      this.config(header + 4, 7);
    }
    return places;
  }
}
