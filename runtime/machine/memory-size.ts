import type { MachineConfig } from './config.ts';

/** Bytes of RAM from address 0 on, and from 4 GB on. */
export function splitMemory({ memoryBytes, memoryBelow4G = memoryBytes }: MachineConfig): {
  below: number;
  above: number;
} {
  const below = Math.min(memoryBytes, memoryBelow4G);
  return { below, above: memoryBytes - below };
}
