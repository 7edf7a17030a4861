import type { Boot, Machine, MachineOptions, SnapshotBytes } from '../src/browser/index.ts';
import { cachedFile } from './cached-file.ts';
import { type LinuxFiles, linuxFiles } from './linux-files.ts';
import { LINUX_APPEND } from './linux-machine.ts';
import type { Loading } from './loading.ts';

/** A system that the page brings. */
export interface System {
  /** Its name in the page's address. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** Whether it shows something on its screen, and not on its serial line. */
  readonly hasScreen: boolean;
  /** The network where none is given. */
  readonly network?: string;
  options(loading: Loading): Promise<MachineOptions>;
  /** A machine that has booted it with the settings of an untouched form; the network may be any whose guests are alone. */
  readonly booted?: BootedSystem;
  /** Does what a machine of it needs that goes on from a state, when it runs. */
  readonly goesOn?: (machine: Machine) => void;
}

/** A machine that goes on from where its system had booted. */
export interface BootedSystem {
  state(loading: Loading): Promise<SnapshotBytes>;
  /** The text on its serial terminal. */
  readonly terminal: string;
}

/** A disk of the gallery's (scripts/gallery), assembled here. */
async function pictureDisk(name: 'desktop' | 'text'): Promise<MachineOptions> {
  const [{ diskWith }, { programs }] = await Promise.all([
    import('../scripts/gallery/disk.ts'),
    import('../scripts/gallery/programs.ts'),
  ]);
  return { drives: [{ image: diskWith(programs[name]), format: 'raw' }] };
}

/** Debian's kernel with busybox, which is beside the page and loaded when it is wanted. */
function linuxSystem(files: LinuxFiles): System {
  const { kernel, initrd, state, terminal } = files;
  const get = (name: 'kernel' | 'initrd' | 'state', loading: Loading) =>
    cachedFile(files[name], [kernel, initrd, state], loading.download(name));
  const boot = async (loading: Loading): Promise<Boot> => {
    const [kernel, initrd] = await Promise.all([get('kernel', loading), get('initrd', loading)]);
    return { kernel, initrd, append: LINUX_APPEND };
  };
  return {
    name: 'linux',
    title: 'Linux',
    about: "Debian's kernel with busybox, and a network. The first start loads it.",
    hasScreen: false,
    network: 'user',
    options: async (loading) => ({ boot: await boot(loading) }),
    booted: { state: (loading) => get('state', loading), terminal },
    goesOn: setLinuxClock,
  };
}

/** A program on COM2 of the page's Linux (scripts/page-linux.ts) sets the clock, which stood still with the machine. */
function setLinuxClock({ serialPorts }: Machine): void {
  void serialPorts[1]!.write(`${Math.round(Date.now() / 1000)}\n`).catch(() => {});
}

export const systems: readonly System[] = [
  {
    name: 'demo',
    title: 'Demo',
    about: 'A small system with a shell on the serial line. Type "help".',
    hasScreen: false,
    options: async () => ({ boot: { demo: true } }),
  },
  ...(linuxFiles ? [linuxSystem(linuxFiles)] : []),
  {
    name: 'desktop',
    title: 'Desktop',
    about: 'A boot sector that draws a picture of a desktop.',
    hasScreen: true,
    options: () => pictureDisk('desktop'),
  },
  {
    name: 'text',
    title: 'Text mode',
    about: 'Characters and colors of the VGA.',
    hasScreen: true,
    options: () => pictureDisk('text'),
  },
];
