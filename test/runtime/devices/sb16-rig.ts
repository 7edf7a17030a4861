import { Dma8237 } from '../../../runtime/devices/dma8237/index.ts';
import { SoundBlaster16 } from '../../../runtime/devices/sb16/index.ts';
import { Rig, recordedLine } from './rig.ts';

export const MILLISECOND = 1e6;
export const BASE = 0x220;
/** Ports of each DMA channel: address, count, page, and the controller's mask, mode and flip-flop. */
const channels: Readonly<Record<number, readonly number[]>> = {
  1: [0x02, 0x03, 0x83, 0x0a, 0x0b, 0x0c],
  3: [0x06, 0x07, 0x82, 0x0a, 0x0b, 0x0c],
  5: [0xc4, 0xc6, 0x8b, 0xd4, 0xd6, 0xd8],
};
/** Modes of the controller: single transfers, from memory (a device takes) or to it. */
export const FROM_MEMORY = 0x48;
export const TO_MEMORY = 0x44;
export const AUTOMATIC = 0x10;

/** A Sound Blaster with DMA controllers and a megabyte. */
export class Sb16Rig extends Rig {
  readonly bytes = new Uint8Array(0x100000);
  readonly dma: Dma8237 = new Dma8237({
    ports: this.ports,
    memory: {
      has: () => true,
      read: (address, target) => target.set(this.bytes.subarray(address, address + target.length)),
      write: (address, bytes) => this.bytes.set(bytes, address),
    },
  });
  readonly irqs = { 5: recordedLine(), 7: recordedLine(), 9: recordedLine(), 10: recordedLine() };
  readonly voices = { bytes: this.voice, words: this.mixer.voice('words'), fm: this.mixer.voice('fm') };
  readonly sb: SoundBlaster16;

  constructor(rate = 44_100) {
    super(rate);
    const dma = (n: number) => this.dma.channel(n);
    this.sb = new SoundBlaster16({ ...this, ports: this.ports, base: BASE, dma });
  }

  command(...bytes: readonly number[]): void {
    this.out8(BASE + 0xc, ...bytes);
  }

  /** All that is there to be read. */
  answers(): number[] {
    const found: number[] = [];
    while ((this.in8(BASE + 0xe) & 0x80) !== 0) found.push(this.in8(BASE + 0xa));
    return found;
  }

  mixerWrite(register: number, value: number): void {
    this.out8(BASE + 4, register);
    this.out8(BASE + 5, value);
  }

  mixerRead(register: number): number {
    this.out8(BASE + 4, register);
    return this.in8(BASE + 5);
  }

  /** `units`: bytes, or words of channels 5 to 7, whose address is one of words in its page. */
  program(channel: number, mode: number, address: number, units: number): void {
    const [at, count, page, mask, modes, flipFlop] = channels[channel]! as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const place = channel > 3 ? (address >> 1) & 0xffff : address & 0xffff;
    this.out8(mask, 4 | (channel & 3));
    this.out8(flipFlop, 0);
    this.out8(modes, mode | (channel & 3));
    this.out8(at, place & 0xff, place >> 8);
    this.out8(page, address >> 16);
    this.out8(count, (units - 1) & 0xff, (units - 1) >> 8);
    this.out8(mask, channel & 3);
  }

  /** A sine of 8 bits without sign, or of 16 with it. */
  fillSine(address: number, samples: number, period: number, width = 1): void {
    const view = new DataView(this.bytes.buffer);
    for (let n = 0; n < samples; n++) {
      const sine = Math.sin((2 * Math.PI * n) / period);
      if (width === 1) view.setUint8(address + n, 128 + Math.round(100 * sine));
      else view.setInt16(address + 2 * n, Math.round(25_000 * sine), true);
    }
  }
}
