import { Opl3 } from '../../../runtime/devices/opl3/index.ts';
import { Rig } from './rig.ts';

export const MILLISECOND = 1e6;
/** Hz: of the chip, and of the mix. */
export const CHIP_RATE = 14_318_180 / 288;
export const RATE = 48_000;
const BASE = 0x388;

/** An FM chip at 388h. */
export class OplRig extends Rig {
  readonly opl: Opl3;

  constructor() {
    super(RATE);
    const { ports, clock, voice } = this;
    this.opl = new Opl3({ ports, clock, voice, places: [{ first: BASE, count: 4 }] });
  }

  /** Registers from 100h on are of the second set. */
  set(register: number, value: number): void {
    const at = BASE + (register < 0x100 ? 0 : 2);
    this.out8(at, register & 0xff);
    this.out8(at + 1, value);
  }

  /** Operator 3 (the second of channel 0) alone: full level, immediate attack, sustained. */
  plainTone(channel = 0): void {
    this.set(0x20 + channel, 0x21);
    this.set(0x40 + channel, 0x3f);
    this.set(0x60 + channel, 0xf0);
    this.set(0x80 + channel, 0x0f);
    this.set(0x23 + channel, 0x21);
    this.set(0x43 + channel, 0x00);
    this.set(0x63 + channel, 0xf0);
    this.set(0x83 + channel, 0x0f);
    this.set(0xc0 + channel, 0x30);
  }

  key(frequency: number, block: number, isDown = true, channel = 0): void {
    this.set(0xa0 + channel, frequency & 0xff);
    this.set(0xb0 + channel, (isDown ? 0x20 : 0) | (block << 2) | (frequency >> 8));
  }

  /** The samples of the time to come. */
  hear(milliseconds: number): number[] {
    const before = this.samples.length;
    this.advance(milliseconds * MILLISECOND);
    return this.samples.slice(before).filter((_, n) => n % 2 === 0);
  }

  get status(): number {
    return this.in8(BASE);
  }
}
