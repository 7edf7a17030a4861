import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { program } from '../../src/support/command-line.ts';

/** Milliseconds between two tries to reach a server that is starting. */
const INTERVAL = 100;
const TRIES = 300;

/** Debian's gdb, which scripts/install-oracles.sh gets. */
export function hasGdb(): boolean {
  return spawnSync('gdb', ['--version']).error === undefined;
}

/** A machine with a server for gdb. */
export interface DebuggedProgram {
  readonly command: string;
  readonly args: readonly string[];
}

const flags = (rom: string, socket: string) => [
  ...['-m', '16', '-bios', rom, '-display', 'none', '-serial', 'null', '-monitor', 'none', '-S'],
  ...['-gdb', `unix:${socket},server=on,wait=off`],
];

export const ours = (rom: string, socket: string, more: readonly string[] = []): DebuggedProgram => ({
  command: process.execPath,
  args: [program, ...flags(rom, socket), ...more],
});

/** Beside ours it needs to be told to have nothing else, and a display adapter. */
export const qemu = (rom: string, socket: string, more: readonly string[] = []): DebuggedProgram => ({
  command: 'qemu-system-i386',
  args: [...flags(rom, socket), '-nodefaults', '-vga', 'std', ...more],
});

/** The output of gdb for these commands at a machine that has not run yet. */
export async function shownByGdb(
  debugged: DebuggedProgram,
  socket: string,
  commands: readonly string[],
): Promise<string> {
  const child = spawn(debugged.command, debugged.args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const exit = once(child, 'exit');
  try {
    return await runGdb(child, socket, commands);
  } finally {
    child.kill('SIGKILL');
    await exit;
  }
}

const settings = ['set pagination off', 'set confirm off', 'set width 0', 'set architecture i386'];

async function runGdb(child: ChildProcess, socket: string, commands: readonly string[]): Promise<string> {
  for (let tries = 0; tries < TRIES && child.exitCode === null; tries++) {
    const script = [...settings, `target remote ${socket}`, ...commands].flatMap((command) => ['-ex', command]);
    const output = await outputOf('gdb', ['-nx', '-q', '-batch', ...script]);
    if (!/No such file|Connection refused|could not connect/.test(output)) return output;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
  throw new Error('gdb finds nobody to attach to');
}

/** All that it writes. What `monitor` answers goes to standard error. */
async function outputOf(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      output += bytes;
    });
  await once(child, 'close');
  return output.replaceAll(/^warning: No executable[\s\S]*?Try using the "file" command\.\n/gm, '');
}
