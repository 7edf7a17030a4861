import type { Progress } from '../../src/util/progress.ts';
import type { DiskImage } from '../disks.ts';
import type { BenchCard } from '../network.ts';

/** The files that engines are started with, on the host's disk. */
export interface GuestFiles {
  readonly kernel: string;
  /** Root file system with the programs, and one without, for the boot that is measured. */
  readonly initrd: string;
  readonly plainInitrd: string;
  /** The folder of the programs themselves. */
  readonly programs: string;
  /** A folder that may be written to. */
  readonly scratch: string;
  /** Disks, where programs need some. Each engine gets copies. */
  readonly disks?: readonly DiskImage[];
  /** Network cards, where programs need some. */
  readonly cards?: readonly BenchCard[];
}

/** One start of the guest. */
export interface Start {
  readonly kernel: string;
  readonly initrd: string;
  readonly append: string;
  readonly memoryMegabytes: number;
  /** Its hard disks, first to last. */
  readonly disks?: readonly DiskImage[];
  /** Its network cards, each with a user-mode network of its own. */
  readonly cards?: readonly BenchCard[];
}

/** A start from a floppy disk that boots by itself. */
export interface FloppyStart {
  /** The file of the disk. */
  readonly floppy: string;
  readonly memoryMegabytes: number;
}

/** A process to start; its standard input and output are the guest's serial console. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** It answers every message on its IPC channel with its machine's counters (counters.ts). */
  readonly hasCounters?: boolean;
}

/** Something that runs the guest's programs, in a process of its own. */
export interface Engine {
  readonly name: string;
  readonly about: string;
  /** A machine boots the guest; the host runs the programs as they are. */
  readonly kind: 'machine' | 'host';
  /**
   * Times a program's standard size that it runs: less where it would take too long (of programs in steadyGroups only), more
   * where it is soon over.
   */
  readonly share: number;
  /** True if it is used only when it is named. */
  readonly optional?: boolean;
  /** True if it has translations, of which its process tells (Command.hasCounters). */
  readonly translates?: boolean;
  /** True if the machine is not in the process that is started: nothing is known of its memory then. */
  readonly runsElsewhere?: boolean;
  /** True if it takes disks: programs that need some are left out otherwise. */
  readonly takesDisks?: boolean;
  /** True if it has the cards, and a user-mode network: the same for programs that need some. */
  readonly takesCards?: boolean;
  /** Gets what it needs, and returns its version. Throws if it can't be used here; the message says why. */
  prepare(folder: string, progress: Progress): Promise<string>;
  /** The command that starts the engine; `prepare` has been called with the same folder. */
  command(start: Start, folder: string): Command;
  /** The command for a start from a floppy disk. Engines without it are given none. */
  floppyCommand?(start: FloppyStart, folder: string): Command;
}
