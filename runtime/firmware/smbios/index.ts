import type {
  BiosInformation,
  BoardInformation,
  ChassisInformation,
  MemoryInformation,
  ProcessorInformation,
  SmbiosInformation,
  SystemInformation,
} from './information.ts';
import { ascii, type Field, littleEndian, structure, Type } from './structures.ts';

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
/** The handle of a structure about errors, where there was none. */
const NO_ERROR = 0xfffe;
const handles = {
  ...{ bios: 0, system: 0x100, board: 0x200, chassis: 0x300, processor: 0x400 },
  ...{ oemStrings: 0xe00, array: 0x1000, device: 0x1100 },
} as const;

/** The tables of a machine (SMBIOS 2.8), with the structures and the values of QEMU's (hw/smbios/smbios.c). */
export function smbiosImage(information: SmbiosInformation): SmbiosImage {
  const { bios, system = {}, board, chassis = {}, processor = {}, oemStrings = [], memory = {} } = information;
  const { uuid = new Array<number>(16).fill(0), cpuid, ram } = information;
  const structures = [
    ...(bios ? [biosStructure(bios)] : []),
    systemStructure(system, uuid),
    ...(board ? [boardStructure(board)] : []),
    chassisStructure(chassis),
    processorStructure(processor, cpuid),
    ...(oemStrings.length > 0 ? [oemStructure(oemStrings)] : []),
    ...memoryStructures(memory, ram),
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

/** It is the motherboard, in the chassis. */
function boardStructure({
  manufacturer = MAKER,
  product = PRODUCT,
  version = VERSION,
  serial = '',
  asset = '',
  location = '',
}: BoardInformation): Uint8Array {
  return structure(Type.board, handles.board, [
    ...[manufacturer, product, version, serial, asset],
    ...[[1, 1] as const, location, [2, handles.chassis] as const],
    ...([
      [1, 0x0a],
      [1, 0],
    ] as const),
  ]);
}

/** All states are "safe"; it is of another kind than those that there are. */
function chassisStructure({
  manufacturer = MAKER,
  version = VERSION,
  serial = '',
  asset = '',
  sku = '',
}: ChassisInformation): Uint8Array {
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
  const texts = [manufacturer, [1, 1] as const, version, serial, asset];
  return structure(Type.chassis, handles.chassis, [...texts, ...states, ...rest, sku]);
}

/** A processor's clock in MHz, as QEMU gives it. */
const USUAL_SPEED = 2000;

function processorStructure(
  {
    socket = 'CPU',
    manufacturer = MAKER,
    version = VERSION,
    serial = '',
    asset = '',
    part = '',
    maxSpeed = USUAL_SPEED,
    currentSpeed = USUAL_SPEED,
    id,
  }: ProcessorInformation,
  cpuid: SmbiosInformation['cpuid'],
): Uint8Array {
  const [signature, features] = id ?? cpuid;
  return structure(Type.processor, handles.processor, [
    `${socket} 0`,
    // A central processor of another family; then voltage, clocks in MHz, enabled in a socket of another kind, no caches.
    ...([
      [1, 3],
      [1, 1],
    ] as const),
    manufacturer,
    ...([
      [4, signature >>> 0],
      [4, features >>> 0],
    ] as const),
    version,
    ...([
      [1, 0],
      [2, 0],
      [2, maxSpeed],
      [2, currentSpeed],
      [1, 0x41],
      [1, 1],
      [2, NONE],
      [2, NONE],
      [2, NONE],
    ] as const),
    ...[serial, asset, part],
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

/** The texts have no fields, only a number of how many there are. */
function oemStructure(texts: readonly string[]): Uint8Array {
  return structure(Type.oemStrings, handles.oemStrings, [[1, texts.length]], texts);
}

/** One array with one module, which is at address 0 and goes on at 4 GB. */
function memoryStructures(information: MemoryInformation, [below, above]: readonly [number, number]): Uint8Array[] {
  const total = below + above;
  const array = structure(Type.memoryArray, handles.array, [
    ...([
      [1, 1],
      [1, 3],
      [1, 6],
      [4, total / KB],
      [2, NO_ERROR],
      [2, 1],
      [8, 0],
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
  return [array, memoryDevice(information, total), ...mapped];
}

function memoryDevice(
  {
    locator = 'DIMM',
    bank = '',
    manufacturer = MAKER,
    serial = '',
    asset = '',
    part = '',
    speed = 0,
  }: MemoryInformation,
  total: number,
): Uint8Array {
  return structure(Type.memoryDevice, handles.device, [
    ...([
      [2, handles.array],
      [2, NO_ERROR],
      [2, NONE],
      [2, NONE],
      [2, total / MB],
      [1, 9],
      [1, 0],
    ] as const),
    ...[`${locator} 0`, bank],
    ...([
      [1, 7],
      [2, 2],
      [2, speed],
    ] as const),
    ...[manufacturer, serial, asset, part],
    ...([
      [1, 0],
      [4, 0],
      [2, speed],
      [2, 0],
      [2, 0],
      [2, 0],
    ] as const),
  ]);
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
