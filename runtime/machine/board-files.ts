/** Firmware runs the files of fw_cfg in this folder as option ROMs. */
export const ROM_FOLDER = 'genroms/';

/** Names of files in fw_cfg by which the board tells its firmware something, as QEMU's. Not all machines have each of them. */
export const BoardFile = {
  smbiosAnchor: 'etc/smbios/smbios-anchor',
  smbiosTables: 'etc/smbios/smbios-tables',
  memoryRanges: 'etc/e820',
  rsdp: 'etc/acpi/rsdp',
  acpiTables: 'etc/acpi/tables',
  tableLoader: 'etc/table-loader',
  bootOrder: 'bootorder',
  sleepStates: 'etc/system-states',
  bootFailWait: 'etc/boot-fail-wait',
  bootMenuWait: 'etc/boot-menu-wait',
  kernelLoader: `${ROM_FOLDER}kernel.bin`,
} as const;

const names: ReadonlySet<string> = new Set(Object.values(BoardFile));

/** Whether a file of this name is the board's, so that it cannot be given. */
export function isBoardFile(name: string): boolean {
  return names.has(name);
}
