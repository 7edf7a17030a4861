import { serialPorts } from '../../runtime/machine/resources.ts';
import { ConfigurationError } from '../index.ts';
import type { Backend } from './backends/backend.ts';
import { parseInteger } from './properties.ts';
import { machine, type Settings } from './settings.ts';

/** Where a port is on the board. */
interface PortPlace {
  readonly base: number;
  readonly irq: number;
}

/** Ports of a kind that are on the board of every machine, which a -device connects. */
interface PortKind {
  /** Its first ports are called so, with a number behind. */
  readonly name: string;
  readonly places: readonly PortPlace[];
}

const parallelPorts = [{ base: 0x378, irq: 7 }];
const serial: PortKind = { name: 'COM', places: serialPorts };
const parallel: PortKind = { name: 'LPT', places: parallelPorts };

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Which port is meant: by its number, or by its address; otherwise the next one. Throws ConfigurationError if there is none such. */
function portNumber({ name, places }: PortKind, next: number, properties: Readonly<Record<string, string>>): number {
  const { index, iobase, irq } = properties;
  const base = iobase === '' ? undefined : parseInteger('iobase', iobase);
  const found = base === undefined ? next : places.findIndex((place) => place.base === base);
  const n = index === '' ? found : parseInteger('index', index);
  const place = places[n];
  const known = places.map((one, at) => `${name}${at + 1} at ${hex(one.base)} with IRQ ${one.irq}`).join(', ');
  if (place === undefined || (base !== undefined && place.base !== base))
    throw new ConfigurationError(`there is no such port; a machine has ${known}`);
  if (irq !== '' && parseInteger('irq', irq) !== place.irq)
    throw new ConfigurationError(`${name}${n + 1} has IRQ ${place.irq}, not ${irq}; a machine has ${known}`);
  return n;
}

/**
 * The backend of a port that has none: `-serial none` leaves it out, or a port after it is connected and this one is not. A
 * device may take such a port.
 */
export const freePort: Backend = { type: 'null' };

/** The backends of a kind's ports with one more; ports before it that nothing names are connected to nothing. */
function connected(
  kind: PortKind,
  backends: readonly Backend[],
  properties: Readonly<Record<string, string>>,
): Backend[] {
  const firstFree = backends.indexOf(freePort);
  const n = portNumber(kind, firstFree < 0 ? backends.length : firstFree, properties);
  if (n < backends.length && backends[n] !== freePort)
    throw new ConfigurationError(
      `${kind.name}${n + 1} is connected already; leave the device out, or give it another index`,
    );
  const { chardev } = properties;
  const all = Array.from({ length: Math.max(n + 1, backends.length) }, (_, at) => backends[at] ?? freePort);
  return all.with(n, chardev === '' ? { type: 'null' } : { type: 'chardev', id: chardev! });
}

/** The settings with one more serial port of -device. */
export function connectSerial(settings: Settings, properties: Readonly<Record<string, string>>): Settings {
  return { ...settings, serials: connected(serial, settings.serials, properties) };
}

/** The settings with the parallel port of -device; `-parallel none` leaves out the board's own. */
export function connectParallel(settings: Settings, properties: Readonly<Record<string, string>>): Settings {
  return machine(
    { ...settings, parallels: connected(parallel, settings.parallels, properties) },
    { parallelPort: true },
  );
}

/** Devices that each machine has once, and what their like is given instead. */
const onBoard: Readonly<Record<string, string>> = {
  'piix3-ide': 'connect drives to it with -drive, -hda … -hdd or -cdrom, or give -device virtio-blk-pci',
  'piix4-ide': 'it is a PIIX3; connect drives with -drive, or give -device virtio-blk-pci',
  'isa-ide': 'it is on the PCI bus; connect drives with -drive, or give -device virtio-blk-pci',
  'isa-fdc': 'put disks in with -fda and -fdb, or -drive if=floppy',
  i8042: 'leave it out',
  vmmouse: "leave it out; -machine vmport=off is a machine without VMware's devices",
  vmport: "leave it out; -machine vmport=off is a machine without VMware's devices",
};

/** The message about a device that is on the board of every machine and cannot be added; undefined for others. */
export function onBoardProblem(driver: string): string | undefined {
  if (!Object.hasOwn(onBoard, driver)) return undefined;
  return `a second '${driver}' cannot be added to what a machine has of that kind: ${onBoard[driver]}`;
}
