import { type Boot, ConfigurationError, Machine, type MachineOptions } from '../index.ts';
import { connectInput, connectLog, connectOutput, namedBackend, serialBackends } from './console.ts';
import { reportDeaths } from './deaths.ts';
import { drivesOf } from './drive-flags.ts';
import { openInspector } from './inspector.ts';
import { standardOutputGone } from './output-error.ts';
import { checkOutputFiles } from './output-files.ts';
import type { Settings } from './settings.ts';
import { onSignals } from './signals.ts';
import { Terminal } from './terminal.ts';

/** Runs the machine that the settings describe until it ends, the user leaves or a signal comes. Returns the exit code. */
export async function runMachine(settings: Settings, boot: Boot = bootOf(settings)): Promise<number> {
  const { startTime } = settings;
  const options: MachineOptions = {
    ...settings.machine,
    boot,
    drives: drivesOf(settings),
    ...(startTime && { startTime: startTime() }),
  };
  const serials = settings.serials.map((backend) => namedBackend(backend, settings.chardevs));
  const backends = serialBackends(serials, settings);
  const debugConsole = settings.debugConsole && namedBackend(settings.debugConsole, settings.chardevs);
  checkOutputFiles(settings, backends, debugConsole);
  const terminal = new Terminal();
  const left = Promise.withResolvers<number>();
  // It may be rejected before anyone waits for it.
  left.promise.catch(() => {});
  using _signals = onSignals(left.resolve);
  await using machine = await Machine.create(options);
  if (backends.length > machine.serialPorts.length)
    throw new ConfigurationError('-serial: there are four ports at most');
  for (const [index, backend] of backends.entries()) {
    connectOutput(machine.serialPorts[index], backend, terminal, left.reject);
  }
  using _inspector = await openInspector(machine, settings, terminal);
  await using _company = await settings.accompany?.(machine, () => left.resolve(0));
  if (debugConsole) connectOutput(machine.debugConsole, debugConsole, terminal, left.reject);
  machine.on('log', (message) => terminal.note(`rawiron: ${message}`));
  connectLog(machine, settings, terminal, left.reject);
  reportDeaths(machine, (text) => terminal.note(text));

  process.stdout.on('error', (error) =>
    Promise.resolve(error).then(standardOutputGone).then(left.resolve, left.reject),
  );
  connectInput(machine, backends, terminal, () => left.resolve(leave(terminal)));
  try {
    await machine.start();
    return await Promise.race([machine.exited.then(({ code }) => code), left.promise]);
  } finally {
    await terminal.close();
  }
}

/** Boots the demo guest, which takes nothing of what the flags may name. */
export function demo(settings: Settings): Promise<number> {
  const given = (['kernel', 'initrd', 'append', 'bios'] as const).find((name) => settings[name] !== undefined);
  if (given !== undefined)
    throw new ConfigurationError(`-${given} is not for the demo guest; leave out "demo" to boot a guest of your own`);
  return runMachine(settings, { demo: true });
}

function leave(terminal: Terminal): number {
  terminal.note('rawiron: terminated');
  return 0;
}

/** What the flags name. */
export function bootOf(settings: Settings): Boot {
  const { kernel, initrd, append, bios } = settings;
  if (bios !== undefined && kernel !== undefined) throw new ConfigurationError('-bios and -kernel exclude each other');
  const forKernel = (['initrd', 'append'] as const).find((name) => settings[name] !== undefined);
  if (kernel === undefined && forKernel !== undefined)
    throw new ConfigurationError(`-${forKernel} is for a kernel; give -kernel FILE`);
  if (bios !== undefined) return { bios };
  if (kernel === undefined && drivesOf(settings).length > 0) return { bios: 'rawiron' };
  if (kernel === undefined)
    throw new ConfigurationError(
      'nothing to boot; give a disk image, -cdrom, -kernel or -bios, try "start" or "demo", or see --help',
    );
  return { kernel, ...(initrd !== undefined && { initrd }), ...(append !== undefined && { append }) };
}
