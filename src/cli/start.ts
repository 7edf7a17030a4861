import type { Boot } from '../index.ts';
import { hasApt } from '../node/assets/apt.ts';
import type { KernelFlavour } from '../node/assets/debian-client.ts';
import { inCache } from '../node/files/cache-problem.ts';
import { type Attached, attachedTo } from '../node/linux/attached.ts';
import { attachedRoot } from '../node/linux/attached-system.ts';
import type { ArchiveEntry } from '../node/linux/cpio.ts';
import { type DebianLinux, debianLinux } from '../node/linux/debian.ts';
import { hasFlash } from '../options/flash.ts';
import { messageOf } from '../util/errors.ts';
import { drivesOf } from './drive-flags.ts';
import { checkKernelFeatures } from './kernel-features.ts';
import { cardsOf } from './network-flags.ts';
import { ProgressLine } from './progress-line.ts';
import { runMachine } from './run.ts';
import { type Settings, warned } from './settings.ts';
import { sharesOf } from './share-flags.ts';

/** Leaves out the kernel's own tests of its cryptography, which are half of its boot. */
const quickBoot = 'cryptomgr.notests';

/** Boots Debian's kernel to a shell; where it cannot be had, the demo guest. What the flags name goes before both. */
export async function start(settings: Settings): Promise<number> {
  const { kernel, bios, machine } = settings;
  if (kernel !== undefined || bios !== undefined || hasFlash(machine.drives)) return runMachine(settings);
  const guest = await findGuest(settings);
  const { unserved } = attached(settings);
  const told = unserved.reduce((told, name) => warned(told, `Debian's kernel has no driver for ${name}`), settings);
  return runMachine('demo' in guest ? settings : told, guest);
}

/** The hardware that the flags attach and for which Linux needs drivers. */
function attached(settings: Settings): Attached {
  const { machine, parallels } = settings;
  const options = { ...machine, drives: drivesOf(settings), network: cardsOf(settings), shares: sharesOf(settings) };
  return attachedTo(options, parallels.length > 0);
}

/**
 * The guest that `start` boots: Debian's kernel, or the demo guest where it cannot be had.
 * @throws ConfigurationError if the processor lacks what that kernel needs
 */
export async function findGuest(settings: Settings): Promise<Boot> {
  const linux = await findLinux(kernelFlavour(settings));
  if (linux === null) return { demo: true };
  checkKernelFeatures(linux, settings.machine.cpu);
  return await linuxBoot(linux, settings);
}

/** The kernel with drivers for what a machine is: of Debian's two the one without PAE knows nothing of Xen. */
export function kernelFlavour({ machine: { xen = false } }: Settings): KernelFlavour {
  return xen ? '686-pae' : '686';
}

async function findLinux(flavour: KernelFlavour): Promise<DebianLinux | null> {
  const progress = new ProgressLine();
  try {
    return await inCache(() => debianLinux(progress.report, flavour));
  } catch (error) {
    progress.end();
    process.stderr.write(await apology(error));
    return null;
  } finally {
    progress.end();
  }
}

async function linuxBoot(linux: DebianLinux, settings: Settings): Promise<Boot> {
  const motd = `
Linux ${linux.release} of Debian, with busybox, on rawiron.
"exit" or Ctrl-A x leaves, Ctrl-A h helps.

`;
  const text: ArchiveEntry = { type: 'file', path: 'etc/motd', data: motd };
  return {
    kernel: linux.kernel,
    initrd: settings.initrd ?? (await attachedRoot(linux, attached(settings), [text])),
    append: ['console=ttyS0', ...terminalParameters(), settings.append ?? quickBoot].join(' ').trim(),
  };
}

/** Kernel parameters that become the environment of the first process: type and size of this terminal. */
function terminalParameters(): string[] {
  const { isTTY, rows, columns } = process.stdout;
  const { TERM = '' } = process.env;
  if (!isTTY) return [];
  const size = rows > 0 && columns > 0 ? [`LINES=${rows}`, `COLUMNS=${columns}`] : [];
  return /^[\w.+-]+$/.test(TERM) ? [`TERM=${TERM}`, ...size] : size;
}

async function apology(error: unknown): Promise<string> {
  const why = (await hasApt()) ? messageOf(error).replace(/\s+/g, ' ') : 'there is no apt client here';
  return `rawiron: no Debian kernel (${why}); for one of your own give -kernel, -initrd and -append. Booting the demo guest.\n`;
}
