import { ascii, type Field, littleEndian, structure, Type } from './structures.ts';

/** Texts about the firmware: QEMU's `-smbios type=0`. */
export interface BiosInformation {
  /** Who makes it. */
  readonly vendor?: string;
  /** Its version, in any form. */
  readonly version?: string;
  /** Such as "04/01/2014". */
  readonly date?: string;
  /** Such as "1.2". */
  readonly release?: string;
}

/** Texts about the system: QEMU's `-smbios type=1`. */
export interface SystemInformation {
  /** Who makes it. */
  readonly manufacturer?: string;
  /** The product's name. */
  readonly product?: string;
  /** Its version, in any form. */
  readonly version?: string;
  /** Its serial number. */
  readonly serial?: string;
  /** The number by which it is sold. */
  readonly sku?: string;
  /** The family of products that it is of. */
  readonly family?: string;
}

/** What the tables tell. */
export interface SmbiosInformation {
  /** Missing: there is no structure about it, and firmware adds its own. */
  readonly bios?: BiosInformation;
  readonly system?: SystemInformation;
  /** 16 bytes in the order of their digits. */
  readonly uuid?: readonly number[];
  /** What CPUID tells in leaf 1: EAX and EDX. */
  readonly processor: readonly [signature: number, features: number];
  /** Bytes below 4 GB and above. */
  readonly memory: readonly [below: number, above: number];
}

/** The entry point, which points to nothing yet, and the structures. */
export interface SmbiosImage {
  readonly anchor: Uint8Array;
  readonly tables: Uint8Array;
}

const MAKER = 'rawiron';
const PRODUCT = 'Standard PC (i440FX + PIIX, 1996)';
const VERSION = 'pc-i440fx';
const [KB, MB, FOUR_GB] = [1024, 1 << 20, 0x100000000];
const NONE = 0xffff;
const handles = { bios: 0, system: 0x100, chassis: 0x300, processor: 0x400, array: 0x1000, device: 0x1100 } as const;

/** The tables of a machine (SMBIOS 2.8), with the structures and the values of QEMU's (hw/smbios/smbios.c). */
export function smbiosImage(information: SmbiosInformation): SmbiosImage {
  const { bios, system = {}, uuid = new Array<number>(16).fill(0) } = information;
  const structures = [
    ...(bios ? [biosStructure(bios)] : []),
    systemStructure(system, uuid),
    chassisStructure(system),
    processorStructure(information.processor),
    ...memoryStructures(information.memory),
    structure(Type.boot, 0x2000, [new Uint8Array(6), [1, 0]]),
    structure(Type.end, 0x7f00, []),
  ];
  const tables = Uint8Array.from(structures.flatMap((bytes) => [...bytes]));
  return { anchor: anchorOf(structures, tables.length), tables };
}

/** The structure about the firmware: ISA, PCI, APM, shadowing and booting from CD are there, and it is that of a virtual machine. */
export function biosStructure({
  vendor = MAKER,
  version = VERSION,
  date = '04/01/2014',
  release = '0.0',
}: BiosInformation): Uint8Array {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  return structure(Type.bios, handles.bios, [
    ...[vendor, version],
    [2, 0xf000],
    date,
    // 64 KB.
    ...([
      [1, 0],
      [8, 0x9490],
      [1, 0],
      [1, 0x10],
      [1, major],
      [1, minor],
      [2, NONE],
    ] as const),
  ]);
}

const wakeUpBySwitch = 6;

function systemStructure(system: SystemInformation, uuid: readonly number[]): Uint8Array {
  const { manufacturer = MAKER, product = PRODUCT, version = VERSION, serial = '', sku = '', family = '' } = system;
  const texts = [manufacturer, product, version, serial];
  return structure(Type.system, handles.system, [...texts, wireUuid(uuid), [1, wakeUpBySwitch], sku, family]);
}

/** The first three fields have their low byte first (7.2.1). */
function wireUuid(uuid: readonly number[]): Uint8Array {
  return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], (from) => uuid[from]!);
}

/** All states are "safe"; it is of another kind than those that there are. */
function chassisStructure({ manufacturer = MAKER, version = VERSION }: SystemInformation): Uint8Array {
  const states: Field[] = [
    [1, 3],
    [1, 3],
    [1, 3],
    [1, 2],
  ];
  const rest: Field[] = [
    [4, 0],
    [1, 0],
    [1, 0],
    [1, 0],
    [1, 0],
  ];
  return structure(Type.chassis, handles.chassis, [manufacturer, [1, 1], version, '', '', ...states, ...rest, '']);
}

function processorStructure([signature, features]: readonly [number, number]): Uint8Array {
  return structure(Type.processor, handles.processor, [
    'CPU 0',
    // A central processor of another family; then voltage, clocks in MHz, enabled in a socket of another kind, no caches.
    ...([
      [1, 3],
      [1, 1],
    ] as const),
    MAKER,
    ...([
      [4, signature],
      [4, features >>> 0],
    ] as const),
    VERSION,
    ...([
      [1, 0],
      [2, 0],
      [2, 2000],
      [2, 2000],
      [1, 0x41],
      [1, 1],
      [2, NONE],
      [2, NONE],
      [2, NONE],
    ] as const),
    ...['', '', ''],
    // One core, enabled, with one thread.
    ...([
      [1, 1],
      [1, 1],
      [1, 1],
      [2, 2],
      [2, 1],
    ] as const),
  ]);
}

/** One array with one module, which is at address 0 and goes on at 4 GB. */
function memoryStructures([below, above]: readonly [number, number]): Uint8Array[] {
  const total = below + above;
  const noError = 0xfffe;
  const array = structure(Type.memoryArray, handles.array, [
    ...([
      [1, 1],
      [1, 3],
      [1, 6],
      [4, total / KB],
      [2, noError],
      [2, 1],
      [8, 0],
    ] as const),
  ]);
  const device = structure(Type.memoryDevice, handles.device, [
    ...([
      [2, handles.array],
      [2, noError],
      [2, NONE],
      [2, NONE],
      [2, total / MB],
      [1, 9],
      [1, 0],
    ] as const),
    ...['DIMM 0', ''],
    ...([
      [1, 7],
      [2, 2],
      [2, 0],
    ] as const),
    ...[MAKER, '', '', ''],
    ...([
      [1, 0],
      [4, 0],
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 0],
    ] as const),
  ]);
  const ranges = [[0, below] as const, ...(above > 0 ? [[FOUR_GB, above] as const] : [])];
  const mapped = ranges.map(([start, bytes], n) =>
    structure(Type.memoryMapped, 0x1300 + n, [
      ...([
        [4, start / KB],
        [4, (start + bytes) / KB - 1],
        [2, handles.array],
        [1, 1],
        [8, 0],
        [8, 0],
      ] as const),
    ]),
  );
  return [array, device, ...mapped];
}

/** The entry point (5.2.1). Firmware enters the tables' address and the checksums. */
function anchorOf(structures: readonly Uint8Array[], bytes: number): Uint8Array {
  const largest = Math.max(...structures.map(({ length }) => length));
  return Uint8Array.from([
    ...[...ascii('_SM_'), 0, 0x1f, 2, 8, ...littleEndian(2, largest), 0, 0, 0, 0, 0, 0],
    ...[...ascii('_DMI_'), 0, ...littleEndian(2, bytes), 0, 0, 0, 0, ...littleEndian(2, structures.length), 0x28],
  ]);
}

/** Where the entry point has the tables' address, its checksums, and what these are about. */
const Anchor = { checksum: 4, intermediate: 0x10, intermediateChecksum: 0x15, tables: 0x18 } as const;

/** As firmware would place them: the entry point at an address that is a multiple of 16, the tables behind it. */
export function placedSmbios({ anchor, tables }: SmbiosImage, address: number): Uint8Array {
  const start = Math.ceil(anchor.length / 16) * 16;
  const bytes = new Uint8Array(start + tables.length);
  bytes.set(anchor);
  bytes.set(tables, start);
  new DataView(bytes.buffer).setUint32(Anchor.tables, address + start, true);
  const sum = (from: number) => bytes.subarray(from, anchor.length).reduce((total, byte) => total + byte, 0);
  bytes[Anchor.intermediateChecksum] = -sum(Anchor.intermediate);
  bytes[Anchor.checksum] = -sum(0);
  return bytes;
}
