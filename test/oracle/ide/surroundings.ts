import { BUS_MASTER, Channel, config, DATA, out } from './channel.ts';
import type { Case, Step } from './program.ts';

export const first = new Channel(0x1f0, BUS_MASTER);
export const second = new Channel(0x170, BUS_MASTER + 8);
export const sum = (count: number, page = 0): Step[] => [{ type: 'sumMemory', address: DATA + page * 0x1000, count }];
const setUp = [...config(0x20, BUS_MASTER | 1), ...config(4, 5)];

/** Each case begins with both first drives reset and selected. */
export const one = (name: string, ...steps: readonly (readonly Step[])[]): Case => ({
  name,
  steps: [setUp, first.reset, out(0x1f6, 0xa0), second.reset, out(0x176, 0xa0), ...steps].flat(),
});
