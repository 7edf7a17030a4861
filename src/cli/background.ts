import { type ChildProcess, spawn } from 'node:child_process';
import { setImmediate as turn } from 'node:timers/promises';
import { ConfigurationError } from '../index.ts';
import { type BackendPlan, backendsOf } from './backends/plan.ts';
import { letLauncherGo, READY } from './launcher.ts';
import type { Settings } from './settings.ts';

/** Set in the environment of the process in the background. */
const MARK = 'RAWIRON_BACKGROUND';

/** Whether this process is the one in the background. What it starts is not. */
const isHere = process.env[MARK] !== undefined;
delete process.env[MARK];

/** Whether the machine of these settings is one for another process, which goes on without a terminal. */
export function isForBackground({ daemonize }: Settings): boolean {
  return daemonize === true && !isHere;
}

/**
 * Has the same command done by a process without a terminal. Resolves with the exit code: 0 when the machine is set up, or that of
 * what went wrong before.
 */
export async function runInBackground(): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    env: { ...process.env, [MARK]: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr!.pipe(process.stderr);
  return await Promise.race([isReady(child), hasEnded(child)]);
}

async function isReady(child: ChildProcess): Promise<number> {
  await new Promise<void>((resolve) => child.on('message', (message) => message === READY && resolve()));
  // What it had said before is read in this turn.
  await turn();
  return 0;
}

/** When all that it has said is read, too. */
function hasEnded(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
}

/** The machine is set up, or waited for: whoever waits for this process, as it is the one in the background, goes on. */
export async function enterBackground({ daemonize }: Settings): Promise<void> {
  if (!daemonize) return;
  // Nobody hears from now on what it says.
  process.stderr.on('error', () => {});
  await letLauncherGo();
}

/**
 * @throws ConfigurationError if the flags want the terminal, which there is none of in the background
 */
export function checkBackground({ daemonize, nographic, display }: Settings, plan: BackendPlan): void {
  if (!daemonize) return;
  if (nographic) throw new ConfigurationError('-nographic cannot be used with -daemonize; give -display none');
  if (display === 'terminal')
    throw new ConfigurationError('-display terminal cannot be used with -daemonize; give -vnc, or -display none');
  if ([...backendsOf(plan), ...Object.values(plan.chardevs)].some(({ type }) => type === 'stdio'))
    throw new ConfigurationError('cannot use stdio with -daemonize; give unix:PATH,server,nowait, or file:PATH');
}
