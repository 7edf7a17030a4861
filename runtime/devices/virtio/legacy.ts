import { allOnes, type PortRegion } from '../../bus/ports.ts';
import { LEGACY_PAGE_SHIFT, LEGACY_PORTS, Legacy, LegacyVector, Status } from './registers.ts';

/** The parts of the device that the ports of the legacy interface show and change. */
export interface LegacySide {
  readonly name: string;
  offeredFeatures(): number;
  takenFeatures(): number;
  takeFeatures(value: number): void;
  status: number;
  queueSelect: number;
  /** Entries of the selected queue, which are as many as it can have; 0 where there is none. */
  readonly legacyQueueSize: number;
  /** The page where its areas begin; 0: nowhere. */
  queuePage: number;
  notify(queue: number): void;
  becomeBusMaster(): void;
  takeIsr(): number;
  readConfig(offset: number): number;
  writeConfig(offset: number, value: number): void;
  /** Whether interrupts are messages, which have registers then. */
  readonly hasVectors: boolean;
  configVector: number;
  queueVector: number;
}

/** Where the device's configuration begins. */
function configAt({ hasVectors }: LegacySide): number {
  return hasVectors ? LegacyVector.end : Legacy.config;
}

/** Its ports, from `base` on. */
export function legacyPorts(side: LegacySide, base: number): PortRegion {
  return {
    name: `${side.name} ports`,
    first: base,
    count: LEGACY_PORTS,
    sizes: [1, 2, 4],
    read: (port, size) => {
      const offset = port - base;
      if (offset >= configAt(side)) return readBytes(side, offset - configAt(side), size);
      return (read(side, offset) & allOnes(size)) >>> 0;
    },
    write: (port, size, value) => {
      const offset = port - base;
      const config = configAt(side);
      if (offset < config) write(side, offset, value);
      else for (let n = 0; n < size; n++) side.writeConfig(offset - config + n, (value >>> (8 * n)) & 0xff);
    },
  };
}

function readBytes(side: LegacySide, offset: number, size: number): number {
  let value = 0;
  for (let n = 0; n < size; n++) value += side.readConfig(offset + n) * 2 ** (8 * n);
  return value;
}

function read(side: LegacySide, offset: number): number {
  switch (offset) {
    case Legacy.deviceFeatures:
      return side.offeredFeatures();
    case Legacy.driverFeatures:
      return side.takenFeatures();
    case Legacy.queuePage:
      return side.queuePage;
    case Legacy.queueSize:
      return side.legacyQueueSize;
    case Legacy.queueSelect:
      return side.queueSelect;
    case Legacy.status:
      return side.status;
    case Legacy.isr:
      return side.takeIsr();
    case LegacyVector.config:
      return side.configVector;
    case LegacyVector.queue:
      return side.queueVector;
    default:
      return 0;
  }
}

function write(side: LegacySide, offset: number, value: number): void {
  switch (offset) {
    case Legacy.driverFeatures:
      side.takeFeatures(value);
      break;
    case Legacy.queuePage:
      side.queuePage = value;
      break;
    case Legacy.queueSelect:
      side.queueSelect = value & 0xffff;
      break;
    case Legacy.queueNotify:
      side.notify(value & 0xffff);
      break;
    case Legacy.status:
      // Drivers of Linux before 2.6.34, and those after their pattern, leave this to the device; QEMU's does it, too.
      if ((value & 0xff) === (Status.acknowledge | Status.driver)) side.becomeBusMaster();
      side.status = value & 0xff;
      break;
    case LegacyVector.config:
      side.configVector = value & 0xffff;
      break;
    case LegacyVector.queue:
      side.queueVector = value & 0xffff;
  }
}

/** Where the areas of a queue are that begins at a page (2.7.2). */
export function legacyAddresses(page: number, size: number): readonly [number, number, number] {
  const pageBytes = 1 << LEGACY_PAGE_SHIFT;
  const descriptors = page * pageBytes;
  const available = descriptors + 16 * size;
  const end = available + 6 + 2 * size;
  return [descriptors, available, Math.ceil(end / pageBytes) * pageBytes];
}
