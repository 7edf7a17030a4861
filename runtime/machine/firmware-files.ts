import type { FirmwareFile } from '../devices/fw-cfg/directory.ts';
import type { AcpiImage } from '../devices/power/image.ts';
import { SleepType } from '../devices/power/registers.ts';
import { RangeType } from '../firmware/load/memory-map.ts';
import { BoardFile } from './board-files.ts';
import type { MachineConfig } from './config.ts';
import { splitMemory } from './memory-size.ts';
import { smbiosOf } from './smbios.ts';
import { tableLoader } from './table-loader.ts';

/** Memory that ACPI tables take from the guest, as QEMU's (hw/i386/acpi-build.c): systems that map so much from the first of them on don't come to its end. */
const ACPI_ROOM = 128 << 10;
/** At most this part of memory. */
const ACPI_SHARE = 1 / 64;
const FOUR_GB = 0x100000000;
const E820_ENTRY_BYTES = 20;
/** For `etc/boot-fail-wait`: where nothing can be booted there is no second try. */
const NO_SECOND_TRY = Uint8Array.of(0xff, 0xff, 0xff, 0xff);

const OFFERED = 0x80;
/** For `etc/system-states`, by the number of the state: SLP_TYP, and whether the state is offered (QEMU, hw/acpi/piix4.c). */
const SLEEP_STATES = Uint8Array.of(
  ...[OFFERED, 0, 0],
  OFFERED | SleepType.suspendToRam,
  OFFERED | SleepType.suspendToDisk,
  OFFERED | SleepType.softOff,
);

/**
 * The files in fw_cfg that the board has for its firmware, as QEMU has, and those of its owner. `acpi` makes the tables as
 * firmware has set up the chips; `bootPaths` are those of devices that are to be booted from, once all devices are there.
 */
export function firmwareFiles(
  config: MachineConfig,
  acpi: () => AcpiImage,
  bootPaths: () => readonly string[],
): FirmwareFile[] {
  const { bootMenuWait, bootOrder = [] } = config.firmware ?? {};
  const loader = config.kernelLoader;
  const first = [...(loader ? [`/rom@${BoardFile.kernelLoader}`] : []), ...bootOrder];
  const hasBootPaths = [...(config.drives ?? []), ...(config.cards ?? [])].some(
    ({ bootIndex }) => bootIndex !== undefined,
  );
  const smbios = smbiosOf(config);
  const files: FirmwareFile[] = [
    constant(BoardFile.smbiosAnchor, smbios.anchor),
    constant(BoardFile.smbiosTables, smbios.tables),
    constant(BoardFile.memoryRanges, memoryRanges(config)),
    constant(BoardFile.bootFailWait, NO_SECOND_TRY),
    constant(BoardFile.sleepStates, SLEEP_STATES),
  ];
  if (config.acpi !== false)
    files.push(
      { name: BoardFile.rsdp, content: () => acpi().rsdp },
      { name: BoardFile.acpiTables, content: () => withRoom(acpi().tables, config) },
      { name: BoardFile.tableLoader, content: () => tableLoader(acpi()) },
    );
  if (loader) files.push(constant(BoardFile.kernelLoader, loader));
  if (first.length > 0 || hasBootPaths)
    files.push({ name: BoardFile.bootOrder, content: () => ascii(`${[...first, ...bootPaths()].join('\n')}\0`) });
  if (bootMenuWait !== undefined) files.push(constant(BoardFile.bootMenuWait, word(bootMenuWait)));
  const given = Object.entries(config.firmwareFiles ?? {}).map(([name, content]) => constant(name, content));
  // A replay may be given them in another order than the recording was.
  given.sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...files, ...given];
}

function withRoom(tables: Uint8Array, config: MachineConfig): Uint8Array {
  const room = Math.min(ACPI_ROOM, splitMemory(config).below * ACPI_SHARE);
  const bytes = new Uint8Array(Math.max(room, tables.length));
  bytes.set(tables);
  return bytes;
}

function constant(name: string, content: Uint8Array): FirmwareFile {
  return { name, content: () => content };
}

/** RAM; what else is in the memory map firmware knows better. */
function memoryRanges(config: MachineConfig): Uint8Array {
  const { below, above } = splitMemory(config);
  const ranges = [[0, below], ...(above > 0 ? [[FOUR_GB, above]] : [])];
  const bytes = new Uint8Array(ranges.length * E820_ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  ranges.forEach(([start, length], n) => {
    const at = n * E820_ENTRY_BYTES;
    view.setBigUint64(at, BigInt(start), true);
    view.setBigUint64(at + 8, BigInt(length), true);
    view.setUint32(at + 16, RangeType.ram, true);
  });
  return bytes;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function word(value: number): Uint8Array {
  return Uint8Array.of(value, value >> 8);
}
