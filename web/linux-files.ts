import type { PageFile } from './cached-file.ts';

/** The files of the page's Linux; scripts/page.ts puts them beside the page. */
export interface LinuxFiles {
  readonly kernel: PageFile;
  readonly initrd: PageFile;
  /** The machine after its boot. */
  readonly state: PageFile;
  /** The text on its serial terminal at that time. */
  readonly terminal: string;
}

/** Null: the page was built without Linux. */
export const linuxFiles = null as LinuxFiles | null;
