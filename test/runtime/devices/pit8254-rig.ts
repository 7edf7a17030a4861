import { Pit8254 } from '../../../runtime/devices/pit8254/index.ts';
import { Rig } from './rig.ts';

/** Nanoseconds of one input clock: 264/315 microseconds. */
export const CLOCK = 264000 / 315;

/** A timer with its input clock. */
export class PitRig extends Rig {
  readonly pit = new Pit8254(this);

  /** Half a clock further than `clocks` whole ones, to stay clear of edges. */
  constructor() {
    super();
    this.advance(CLOCK / 2);
  }

  clocks(count: number): void {
    this.advance(count * CLOCK);
  }

  /** Low and high byte of a count to a channel. */
  count(channel: number, value: number): void {
    this.out8(0x40 + channel, value & 0xff, value >> 8);
  }

  read16(channel: number): number {
    const low = this.in8(0x40 + channel);
    return low | (this.in8(0x40 + channel) << 8);
  }

  latched(channel: number): number {
    this.out8(0x43, channel << 6);
    return this.read16(channel);
  }

  get out2(): boolean {
    return (this.in8(0x61) & 0x20) !== 0;
  }

  /** The levels of channel 2's output at each of the next clocks. */
  outputs(count: number): string {
    let levels = '';
    for (let i = 0; i < count; i++) {
      levels += this.out2 ? '-' : '_';
      this.clocks(1);
    }
    return levels;
  }

  counts(count: number): number[] {
    return Array.from({ length: count }, () => {
      const value = this.latched(2);
      this.clocks(1);
      return value;
    });
  }
}
