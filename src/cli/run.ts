import { isDeepStrictEqual } from 'node:util';
import { cpuWarnings } from '../../runtime/cpu/model.ts';
import { Netdevs } from '../hot-plug/netdevs.ts';
import {
  type Boot,
  ConfigurationError,
  type DriveOptions,
  listenForGdb,
  Machine,
  type MachineOptions,
  type MonitorSettings,
  openMonitor,
  openQmp,
} from '../index.ts';
import { checkBootFolder } from '../node/network/boot-files.ts';
import { nodeGdbSession } from '../node/sockets/monitor.ts';
import { hasFlash } from '../options/flash.ts';
import { checkUnrecorded } from '../snapshot/options.ts';
import { printableMessage } from '../util/printable.ts';
import { acceleratorWarnings } from './accelerators.ts';
import { BackendConnections, makeConnections } from './backends/connect.ts';
import type { OpenGdb } from './backends/devices.ts';
import { PlannedDevices } from './backends/info.ts';
import { type BackendPlan, planBackends } from './backends/plan.ts';
import { checkBackground, enterBackground, isForBackground, runInBackground } from './background.ts';
import { reportDeaths } from './deaths.ts';
import { adapterOf, showsDisplay } from './display/choice.ts';
import { TerminalDisplay } from './display/terminal-display.ts';
import { openVnc } from './display/vnc.ts';
import { drivesOf, unusedDrives, withEmptyDrives } from './drive-flags.ts';
import { helpFor, usualEscapeKey } from './escape.ts';
import { connectLog } from './guest-log.ts';
import { comingMachine } from './incoming.ts';
import { openInspector } from './inspector.ts';
import { withModules } from './kernel-modules.ts';
import { reportLimits } from './limits.ts';
import { cardsOf, networkWarnings, waitingNetworks } from './network-flags.ts';
import { standardOutputGone } from './output-error.ts';
import { checkOutputFiles } from './output-files.ts';
import { slotsOf } from './pci-addresses.ts';
import { writePidFile } from './pid-file.ts';
import { announce } from './ps/announce.ts';
import { reportReplayEnd } from './replay-end.ts';
import type { Settings } from './settings.ts';
import { sharesOf } from './share-flags.ts';
import { onSignals } from './signals.ts';
import { audiodevOf, soundOf } from './sound-flags.ts';
import { Terminal } from './terminal.ts';
import { nameWaitingDrives } from './waiting-drives.ts';

/** Runs the machine that the settings describe until it ends, the user leaves or a signal comes. Returns the exit code. */
export async function runMachine(settings: Settings, boot: Boot = bootOf(settings)): Promise<number> {
  // Before anything is opened. What goes to files does so with a screen and without.
  const plan = planBackends(settings, false);
  checkOutputFiles(settings, plan);
  checkBackground(settings, plan);
  if (isForBackground(settings)) return await runInBackground();
  return await runUntilLeft(settings, await withModules(boot));
}

async function runUntilLeft(settings: Settings, boot: Boot): Promise<number> {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const terminal = new Terminal();
  const left = Promise.withResolvers<number>();
  // It may be rejected before anyone waits for it.
  left.promise.catch(() => {});
  using _signals = onSignals(left.resolve);
  // Whoever reads it may send a signal at once.
  using _pidFile = writePidFile(settings.pidFile);
  using _alive = keptAlive();
  for (const warning of warningsOf(settings, boot)) terminal.note(`rawiron: warning: ${warning}`);
  const made = await madeUnlessLeft(
    makeMachine(settings, boot, async (text) => {
      terminal.note(text);
      await enterBackground(settings);
    }),
    left.promise,
  );
  if (typeof made === 'number') return made;
  await using machine = made;
  const plan = planBackends(settings, showsDisplay(settings, { hasScreen: machine.screen.isThere, isTerminal }));
  if (plan.serials.length > machine.serialPorts.length)
    throw new ConfigurationError('-serial: there are four ports at most');
  if (plan.parallels.length > 1) throw new ConfigurationError('-parallel: there is one port');
  using inspector = await openInspector(machine, settings, terminal);
  await using _company = await settings.accompany?.(machine, () => left.resolve(0));
  machine.on('log', (message) => terminal.note(`rawiron: ${printableMessage(message)}`));
  connectLog(machine, settings, terminal, left.reject);
  reportDeaths(machine, (text) => terminal.note(text));
  reportLimits(machine, (text) => terminal.note(text));
  reportReplayEnd(
    machine,
    settings,
    (text) => terminal.note(text),
    () => left.resolve(0),
  );
  process.stdout.on('error', (error) =>
    Promise.resolve(error).then(standardOutputGone).then(left.resolve, left.reject),
  );
  const { escapeKey = usualEscapeKey } = settings;
  const actions = {
    exit: () => left.resolve(leave(terminal)),
    help: () => showHelp(terminal, plan, escapeKey),
  };
  await using vnc = await openVnc(machine, settings, (message) => terminal.note(message));
  using _announcement = announce(machine, { plan, settings, vnc, inspector: inspector.place });
  const connected = makeConnections(plan, { terminal, failed: left.reject });
  const program = {
    ...namesFor(settings, machine),
    vnc,
    quit: () => left.resolve(0),
    characterDevices: new PlannedDevices(plan, connected),
  };
  const monitor = openMonitor(machine, program);
  const qmp = openQmp(machine, program);
  const display = plan.display && new TerminalDisplay(machine, terminal);
  const openGdb: OpenGdb = (write) => nodeGdbSession(machine, program, write);
  const devices = { machine, monitor, qmp, openGdb, terminal, display };
  await using _gdb = settings.gdb && (await listenForGdb(machine, settings.gdb, { quit: () => left.resolve(0) }));
  await using connections = new BackendConnections(plan, connected, { ...devices, actions, escapeKey });
  try {
    return await Promise.race([connectAndRun(machine, connections, settings), left.promise]);
  } finally {
    await terminal.close();
  }
}

/** IDs of the flags whose devices cannot be pulled out, so that nothing gets these IDs. */
function stayingIds({ deviceIds = [] }: Settings, { usb, pci }: Machine): string[] {
  return deviceIds.filter((id) => pci.find(id) === undefined && !usb.devices.some((device) => device.id === id));
}

/** Warnings about the flags, for the user to see before the machine is made. */
function warningsOf(settings: Settings, boot: Boot): string[] {
  const { warnings = [], machine } = settings;
  return [
    ...acceleratorWarnings(settings),
    ...cpuWarnings(machine.cpu ?? 'max'),
    ...warnings,
    ...networkWarnings(settings),
    ...bootWarnings(settings, boot),
  ];
}

/** The machine, or the exit code of who left while it was made: a server of an image may not answer. */
async function madeUnlessLeft(making: Promise<Machine>, left: Promise<number>): Promise<Machine | number> {
  const made = await Promise.race([making, left]);
  if (typeof made === 'number')
    making.then(
      (machine) => machine.stop(),
      () => {},
    );
  return made;
}

async function makeMachine(settings: Settings, boot: Boot, waits: (text: string) => Promise<void>): Promise<Machine> {
  const { incoming, loadvm } = settings;
  const options = optionsOf(settings, boot);
  if (incoming ?? loadvm) checkUnrecorded(options);
  if (incoming === 'defer') return Machine.create({ ...options, incoming: true });
  if (loadvm !== undefined) return await loadedMachine(options, loadvm);
  if (incoming === undefined) return Machine.create(options);
  const { boot: _, drives = [], network = [], shares = [], ...others } = options;
  const changes = {
    ...others,
    ...(boot !== SAVED && { boot }),
    ...(drives.length > 0 && { drives }),
    ...(network.length > 0 && { network }),
    ...(shares.length > 0 && { shares }),
  };
  return await comingMachine(incoming, changes, waits);
}

/** A machine that stands still keeps no program alive, but somebody may come who lets it go on. */
function keptAlive(): Disposable {
  const timer = setInterval(() => {}, 2 ** 30);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** A machine that goes on from a snapshot within its images, with its PCI devices where they were then. */
async function loadedMachine(options: MachineOptions, name: string): Promise<Machine> {
  const machine = await Machine.create(options);
  try {
    const { pciSlots = {} } = await machine.snapshots.options(name);
    const { pciSlots: here = {} } = options;
    const isOfSameDevices = Object.keys(pciSlots).every((device) => device in here);
    if (isOfSameDevices && !isDeepStrictEqual(pciSlots, here)) {
      await machine.stop();
      return await loadedMachine({ ...options, pciSlots }, name);
    }
    await machine.snapshots.load(name);
    return machine;
  } catch (error) {
    await machine.stop();
    throw error;
  }
}

/** Names the networks that are opened when a card is plugged in; whether their folders are there is checked at once. */
async function nameWaitingNetworks(machine: Machine, settings: Settings): Promise<void> {
  for (const [id, network] of waitingNetworks(settings)) {
    if (network.type === 'user' && network.tftp !== undefined) await checkBootFolder(network.tftp);
    Netdevs.of(machine).name(id, network);
  }
}

/** Until the machine ends. */
async function connectAndRun(machine: Machine, connections: BackendConnections, settings: Settings): Promise<number> {
  await nameWaitingNetworks(machine, settings);
  await nameWaitingDrives(machine, settings);
  await connections.open();
  const { migration } = machine;
  // The monitor is to be told where from.
  if (migration.isAwaited) await enterBackground(settings);
  const { wasRunning } = migration.isAwaited ? await migration.arrived : { wasRunning: true };
  if (wasRunning && !settings.startsPaused) await machine.start();
  await enterBackground(settings);
  return (await machine.exited).code;
}

/** Names of the flags that monitors know. */
function namesFor(settings: Settings, machine: Machine): MonitorSettings {
  const { name } = settings.machine;
  return { ...(name !== undefined && { name }), ...audiodevOf(settings), deviceIds: stayingIds(settings, machine) };
}

function optionsOf(settings: Settings, boot: Boot): MachineOptions {
  const { startTime } = settings;
  const sound = soundOf(settings);
  const options: MachineOptions = {
    ...settings.machine,
    ...adapterOf(settings, boot),
    boot,
    drives: machineDrives(settings, boot),
    network: cardsOf(settings),
    ...(sound && { sound }),
    shares: sharesOf(settings),
    ...(startTime && { startTime: startTime() }),
  };
  // What comes from elsewhere has the slots that it had there.
  return settings.incoming === undefined || settings.incoming === 'defer'
    ? { ...options, pciSlots: slotsOf(settings, options) }
    : options;
}

/**
 * Where firmware looks for what to boot there are empty drives, too. A machine that comes from elsewhere has those that it had there; with
 * -incoming defer it is not known yet, and made of the flags.
 */
function machineDrives(settings: Settings, boot: Boot): readonly (string | DriveOptions)[] {
  const { incoming, nodefaults } = settings;
  const isOfFlags = incoming === undefined || incoming === 'defer';
  const looksForDisks = ('bios' in boot || 'flash' in boot) && !('kernel' in boot);
  return isOfFlags && looksForDisks && !nodefaults ? withEmptyDrives(settings) : drivesOf(settings);
}

/** Boots the demo guest, which takes nothing of what the flags may name. */
export function demo(settings: Settings): Promise<number> {
  const given = (['kernel', 'initrd', 'append', 'bios'] as const).find((name) => settings[name] !== undefined);
  if (given !== undefined)
    throw new ConfigurationError(`-${given} is not for the demo guest; leave out "demo" to boot a guest of your own`);
  return runMachine(settings, { demo: true });
}

function showHelp(terminal: Terminal, { display, monitors }: BackendPlan, escapeKey: number): void {
  terminal.note(helpFor({ size: display ? undefined : terminal.size, hasMonitor: monitors.length > 0, escapeKey }));
}

function leave(terminal: Terminal): number {
  terminal.note('rawiron: terminated');
  return 0;
}

/** Stands for what a snapshot's machine was started with. */
const SAVED: Boot = { demo: true };

/** A card with an option ROM boots without a disk. */
function bootsFromNetwork(settings: Settings): boolean {
  return cardsOf(settings).some(({ rom }) => rom !== undefined);
}

/** A warning if firmware can boot from nothing that the machine has: the BIOS of our own has no driver for SCSI controllers. */
export function bootWarnings(settings: Settings, boot: Boot): string[] {
  if ('kernel' in boot || !('bios' in boot) || boot.bios !== 'rawiron') return [];
  const media = drivesOf(settings).filter((drive) => typeof drive === 'string' || drive.image !== undefined);
  const isScsi = (drive: (typeof media)[number]) => typeof drive !== 'string' && drive.interface === 'scsi';
  const hasMore = unusedDrives(settings).length > 0 || bootsFromNetwork(settings);
  if (media.length === 0 || hasMore || !media.every(isScsi)) return [];
  return ['the BIOS that is used does not boot from SCSI drives; give -bios seabios, which does'];
}

/** The kernel or firmware that the flags name. */
export function bootOf(settings: Settings): Boot {
  const { kernel, initrd, append, bios } = settings;
  const forKernel = (['initrd', 'append'] as const).find((name) => settings[name] !== undefined);
  if (kernel === undefined && forKernel !== undefined)
    throw new ConfigurationError(`-${forKernel} is for a kernel; give -kernel FILE`);
  if (kernel === undefined && bios !== undefined) return { bios };
  const { incoming } = settings;
  if (kernel === undefined && incoming !== undefined && incoming !== 'defer') return SAVED;
  const drives = drivesOf(settings);
  const isInFlash = hasFlash(drives);
  if (kernel === undefined && isInFlash) return { flash: true };
  const hasDrives = drives.length > 0 || unusedDrives(settings).length > 0;
  const hasMore = incoming !== undefined || hasDrives || bootsFromNetwork(settings);
  if (kernel === undefined && hasMore) return { bios: 'rawiron' };
  if (kernel === undefined && settings.loadvm !== undefined)
    throw new ConfigurationError(
      '-loadvm: there is no image to look for the snapshot in; give the flags of the machine that it was taken of',
    );
  if (kernel === undefined)
    throw new ConfigurationError(
      'nothing to boot; give a disk image, -cdrom, -kernel or -bios, try "start" or "demo", or see --help',
    );
  return {
    kernel,
    ...(initrd !== undefined && { initrd }),
    ...(append !== undefined && { append }),
    ...(bios !== undefined && { bios }),
    ...(isInFlash && bios === undefined && { flash: true }),
  };
}
