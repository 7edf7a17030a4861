/** DumpGuestMemoryFormat of QEMU's schema. */
export const dumpFormats = ['elf', 'kdump-zlib', 'kdump-lzo', 'kdump-snappy', 'win-dmp'] as const;
export type DumpFormat = (typeof dumpFormats)[number];

/** Why a dump cannot have a format besides ELF, in QEMU's words. */
export function formatError(format: Exclude<DumpFormat, 'elf'>): string {
  return format === 'win-dmp' ? 'Windows dump is only available for x86-64' : `${format} is not available now`;
}
