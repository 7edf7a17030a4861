import type { CpuFeature } from '../cpu/features.ts';
import { driveTypeOf } from '../devices/floppy82077/geometry.ts';
import type { RtcCmos } from '../devices/rtc-cmos/index.ts';
import type { Geometry } from '../disks/geometry.ts';
import type { DriveConfig } from './drives.ts';

const KB = 1024;
const MB = 1024 * KB;

/** Where PC firmware keeps the sizes of memory in CMOS: 16-bit words, low byte first. */
const Cmos = {
  baseKilobytes: 0x15,
  extendedKilobytes: 0x17,
  extendedAgain: 0x30,
  above16MB: 0x34,
  above4GB: 0x5b,
} as const;

/**
 * Enters the memory size as a PC's setup does: conventional memory, memory from 1 MB on (in KB), from 16 MB on and from
 * 4 GB on (in 64 KB). `below4GB`: bytes from address 0 on; `above4GB`: bytes from 4 GB on.
 */
export function setCmosMemorySize(rtc: RtcCmos, below4GB: number, above4GB: number): void {
  const extended = Math.min(0xffff, Math.max(0, below4GB - MB) / KB);
  setWord(rtc, Cmos.baseKilobytes, 640);
  setWord(rtc, Cmos.extendedKilobytes, extended);
  setWord(rtc, Cmos.extendedAgain, extended);
  setWord(rtc, Cmos.above16MB, Math.min(0xffff, Math.max(0, below4GB - 16 * MB) / (64 * KB)));
  setWord(rtc, Cmos.above4GB, above4GB / (64 * KB));
}

/** Bochs' and QEMU's: how many processors there are besides the first one. */
const OTHER_PROCESSORS = 0x5f;

export function setCmosProcessors(rtc: RtcCmos, count: number): void {
  rtc.setMemory(OTHER_PROCESSORS, count - 1);
}

/** The equipment byte (floppy drives, a coprocessor, a PS/2 mouse, how many floppy drives), and the types of drives A and B. */
const Equipment = { byte: 0x14, aFloppy: 0x01, fpu: 0x02, mouse: 0x04, floppiesShift: 6, floppyTypes: 0x10 } as const;

/** Enters the FPU, the mouse and the floppy drives: what is in them at the start tells their types. */
export function setCmosEquipment(
  rtc: RtcCmos,
  features: ReadonlySet<CpuFeature>,
  drives: readonly (DriveConfig | null)[],
): void {
  const fpu = features.has('fpu') ? Equipment.fpu : 0;
  const types = drives.map((drive) => (drive === null ? 0 : driveTypeOf(drive.medium?.sectors ?? null)));
  const count = types.filter((type) => type !== 0).length;
  const floppies = count === 0 ? 0 : Equipment.aFloppy | ((count - 1) << Equipment.floppiesShift);
  rtc.setMemory(Equipment.byte, Equipment.mouse | fpu | floppies);
  rtc.setMemory(Equipment.floppyTypes, ((types[0] ?? 0) << 4) | (types[1] ?? 0));
}

/**
 * Hard disks of the first IDE channel: a nibble for the type of each, 15 where the extended byte has it; of type 47 what
 * follows holds the geometry. 39h is Bochs' and QEMU's: 2 bits a disk, how firmware shows its cylinders.
 */
const HardDisks = { types: 0x12, extendedTypes: 0x19, geometries: 0x1b, geometrySize: 9, translation: 0x39 } as const;
const USER_TYPE = 47;
/** The cylinder of write precompensation: none. */
const NO_PRECOMPENSATION = 0xffff;
/** Control byte: no retries, and more than 8 heads. */
const Control = { noRetries: 0xc0, manyHeads: 0x08 } as const;
/** INT 13h's own addresses have 10 bits for the cylinder. */
const BIOS_CYLINDERS = 1024;
const TRANSLATION_LBA = 1;

/** Enters the hard disks, as a PC's setup does: kernels without a BIOS of theirs look here. Null: no disk in this place. */
export function setCmosHardDisks(rtc: RtcCmos, geometries: readonly (Geometry | null)[]): void {
  let types = 0;
  let translation = 0;
  for (const [index, geometry] of geometries.entries()) {
    if (geometry === null) continue;
    if (index < 2) {
      types |= index === 0 ? 0xf0 : 0x0f;
      setCmosHardDisk(rtc, index, geometry);
    }
    if (geometry.cylinders > BIOS_CYLINDERS) translation |= TRANSLATION_LBA << (2 * index);
  }
  rtc.setMemory(HardDisks.types, types);
  rtc.setMemory(HardDisks.translation, translation);
}

function setCmosHardDisk(rtc: RtcCmos, index: number, { cylinders, heads, sectors }: Geometry): void {
  const place = HardDisks.geometries + index * HardDisks.geometrySize;
  rtc.setMemory(HardDisks.extendedTypes + index, USER_TYPE);
  setWord(rtc, place, cylinders);
  rtc.setMemory(place + 2, heads);
  setWord(rtc, place + 3, NO_PRECOMPENSATION);
  rtc.setMemory(place + 5, Control.noRetries | (heads > 8 ? Control.manyHeads : 0));
  setWord(rtc, place + 6, cylinders);
  rtc.setMemory(place + 8, sectors);
}

/** Kinds of boot devices in CMOS, by the letters of `-boot order=`; both floppy drives are one kind. */
const bootDevices: Readonly<Record<string, number>> = { a: 1, b: 1, c: 2, d: 3, n: 4 };
/** Bochs' and QEMU's, which SeaBIOS reads: first and second device; third device, and a bit for an unsigned floppy. */
const BootOrder = { first: 0x3d, third: 0x38, anyFloppy: 1 } as const;

/** Enters what firmware is to boot from: at most three of the letters a to d and n, first to last. */
export function setCmosBootOrder(rtc: RtcCmos, order: string, anyFloppy = false): void {
  const [first = 0, second = 0, third = 0] = [...order].map((letter) => bootDevices[letter] ?? 0);
  rtc.setMemory(BootOrder.first, (second << 4) | first);
  rtc.setMemory(BootOrder.third, (third << 4) | (anyFloppy ? BootOrder.anyFloppy : 0));
}

/** The shutdown code, and that of a system which is suspended to RAM (QEMU's, which SeaBIOS knows). */
const Shutdown = { address: 0x0f, suspended: 0xfe } as const;

/** Tells firmware that the machine was woken, so that the system goes on. */
export function setCmosWake(rtc: RtcCmos): void {
  rtc.setMemory(Shutdown.address, Shutdown.suspended);
}

function setWord(rtc: RtcCmos, address: number, value: number): void {
  rtc.setMemory(address, value & 0xff);
  rtc.setMemory(address + 1, (value >>> 8) & 0xff);
}
