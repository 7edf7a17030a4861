/** Where the files of the page's Linux are; scripts/page.ts puts them beside the page. */
export interface LinuxFiles {
  readonly kernel: string;
  readonly initrd: string;
  /** The machine after its boot. */
  readonly state: string;
  /** What was on its serial terminal then. */
  readonly terminal: string;
}

/** Null: the page was built without Linux. */
export const linuxFiles = null as LinuxFiles | null;
