import type { AccessSize, PortBus, PortRegion } from '../../bus/ports.ts';
import type { NetworkPort } from '../../host/network.ts';
import type { MmioRegion } from '../../memory/mmio.ts';
import type { PciChipOptions, TimedChipOptions } from './chip-options.ts';
import { type BaseAddress, type PciDescription, PciFunction } from './function.ts';
import { portRange, registerRange } from './range.ts';

/** Options of a network card on the PCI bus. */
export interface PciCardOptions {
  /** Unique in the machine; names the card's state. */
  readonly name: string;
  /** Its place on the PCI bus. */
  readonly device: number;
  /** Further base address registers: that of an option ROM. */
  readonly bars?: readonly BaseAddress[];
}

/** Options of a network card on the PCI bus that is a bus master: it reads and writes frames in memory by itself. */
export interface BusMasterCardOptions extends PciCardOptions, PciChipOptions, TimedChipOptions {
  /** Six bytes. */
  readonly mac: ArrayLike<number>;
  readonly port: NetworkPort;
  readonly ports: PortBus;
}

type CardId = Pick<
  PciDescription,
  'vendorId' | 'deviceId' | 'classCode' | 'revision' | 'subsystemVendorId' | 'subsystemId' | 'registers'
>;

/** The only function of a card, which interrupts by INTA#, with the base address registers of its own and those of the options. */
export function cardFunction(
  { name, device, bars = [] }: PciCardOptions,
  id: CardId,
  own: readonly BaseAddress[],
): PciFunction {
  return new PciFunction({ name: `${name} pci`, device, function: 0, ...id, interruptPin: 1, bars: [...own, ...bars] });
}

/** Registers that stand in ports and in memory alike; `size` is 1, 2 or 4 bytes. */
export interface CardRegisters {
  readonly bytes: number;
  read(offset: number, size: AccessSize): number;
  write(offset: number, size: AccessSize, value: number): void;
}

/** The first two base address registers of a card: for its registers in ports, and for the same in memory. */
export function registerBars(
  { name, ports, mmio }: Pick<BusMasterCardOptions, 'name' | 'ports' | 'mmio'>,
  { bytes, read, write }: CardRegisters,
): BaseAddress[] {
  const inPorts = (base: number): PortRegion => ({
    name,
    first: base,
    count: bytes,
    sizes: [1, 2, 4],
    read: (port, size) => read(port - base, size),
    write: (port, size, value) => write(port - base, size, value),
  });
  const inMemory = (base: number): MmioRegion => ({
    name,
    base,
    length: bytes,
    read: (offset, size) => read(offset, size as AccessSize),
    write: (offset, size, value) => write(offset, size as AccessSize, value),
  });
  return [
    { index: 0, space: 'io', size: bytes, range: portRange(ports, (base) => [inPorts(base)]) },
    { index: 1, space: 'memory', size: bytes, range: registerRange(mmio, inMemory) },
  ];
}
