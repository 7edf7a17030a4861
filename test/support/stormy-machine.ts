import assert from 'node:assert/strict';
import type { AccessSize, PortRegion } from '../../runtime/bus/ports.ts';
import { GuestFault } from '../../runtime/fault.ts';
import { assemble } from '../../runtime/firmware/assembler/index.ts';
import type { DisplayModel } from '../../runtime/machine/catalogue/displays.ts';
import { cardModels } from '../../runtime/machine/catalogue/network.ts';
import { createMachine } from '../../runtime/machine/create.ts';
import type { DriveConfig } from '../../runtime/machine/drives.ts';
import type { MachineCore } from '../../runtime/machine/machine.ts';
import { checkOptions } from '../../src/options/options.ts';
import { everyDevice } from './every-device.ts';
import { outputOf } from './output.ts';
import type { Random } from './random.ts';

/** Nanoseconds that a guest may run between two accesses. */
const SLICE = 10_000;
const DEBUG_PORT = 0xe9;
const MEGABYTES = 4;
const MEMORY_BYTES = MEGABYTES << 20;
/** Where address windows of PCI functions are put, and those of the chips. */
const PCI_MEMORY = 0xe0000000;
export const chips = [0xfee00000, 0xfec00000, 0xfed00000, 0xfed01000, 0xa0000, 0xb8000];
const sizes: readonly AccessSize[] = [1, 2, 4];

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
  /** Nanoseconds from one look at the time to the next: a guest that were to run must come to the end of its slice. */
  tick = 100;

  constructor(vga: DisplayModel) {
    const take = outputOf('debug', (text) => (this.output += text));
    this.core = createMachine(
      {
        ...checkOptions({ ...everyDevice, vga, memory: MEGABYTES, memoryBelow4G: MEGABYTES, engine: 'interpreter' }),
        ...{ pacing: 'jumps', startTimeOfDay: 0, randomKey: [1, 2, 3, 4], generationId: new Uint8Array(16) },
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

export function value(random: Random): number {
  if (random.chance(40)) return random.below(256);
  return random.chance(50) ? random.below(MEMORY_BYTES) : random.word() >>> 0;
}

/** One access to a port or a register in memory; what was read is a number of that size. */
export function touch(
  random: Random,
  machine: StormyMachine,
  regions: readonly PortRegion[],
  places: readonly number[],
): void {
  const { mmu, pc } = machine.core;
  const size = random.pick(sizes);
  const region = random.pick(regions);
  const port = region.first + random.below(Math.min(region.count, 256));
  const address = (random.pick(places) + random.below(random.chance(80) ? 0x400 : 0x10000)) | 0;
  switch (random.below(5)) {
    case 0: {
      const read = pc.ports.read(port, size);
      assert(Number.isInteger(read) && read >= 0 && read < 2 ** (8 * size), `${region.name} ${port}: ${read}`);
      break;
    }
    case 1:
      unlessRefused(() => mmu.storeSystem32(address, value(random) | 0));
      break;
    case 2:
      unlessRefused(() => assert(Number.isInteger(mmu.loadSystem32(address))));
      break;
    default:
      pc.ports.write(port, size, value(random));
  }
}

/** A processor with paging may have nothing at an address: then the guest, too, would have a fault. */
function unlessRefused(access: () => void): void {
  try {
    access();
  } catch (error) {
    if (!(error instanceof GuestFault)) throw error;
  }
}
