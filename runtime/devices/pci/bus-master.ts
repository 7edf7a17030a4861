import type { BusMemory } from '../../memory/bus-memory.ts';
import type { PciFunction } from './function.ts';
import { Command, Header } from './registers.ts';

/** Whether the command register lets a function be a bus master. */
export function isBusMaster(pciFunction: PciFunction): boolean {
  return (pciFunction.read(Header.command, 1) & Command.master) !== 0;
}

/** Lets it be one, as the guest would. */
export function becomeBusMaster(pciFunction: PciFunction): void {
  pciFunction.write(Header.command, 2, pciFunction.read(Header.command, 2) | Command.master);
}

/**
 * Memory as a function reaches it: while the command register doesn't let it be a bus master it reads ones, and writes
 * nothing.
 */
export function functionMemory(memory: BusMemory, pciFunction: () => PciFunction): BusMemory {
  const isMaster = () => isBusMaster(pciFunction());
  return {
    has: (address, length) => memory.has(address, length),
    read(address, target) {
      if (isMaster()) memory.read(address, target);
      else target.fill(0xff);
    },
    write(address, bytes) {
      if (isMaster()) memory.write(address, bytes);
    },
  };
}
