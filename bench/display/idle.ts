import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { debianLinux } from '../../src/index.ts';

const SECONDS = 10;
/** A second of /proc's times (proc(5), stat). */
const TICKS = 100;

/** Between words the painter may move the cursor. */
const ESCAPE = '\x1b';
const ESCAPES = new RegExp(`(${ESCAPE}\\[[?\\d;]*[A-Za-z])+`, 'g');

/** Starts the command on a terminal of script(1), and waits until its screen has this; what ends it, and its process. */
async function onTerminal(folder: string, flags: readonly string[], shows: RegExp) {
  const command = join(import.meta.dirname, '../../bin/rawiron.cjs');
  const words = [process.execPath, command, ...flags].map((word) => `'${word}'`).join(' ');
  const line = `stty rows 30 cols 100; echo $$ > '${folder}/process'; exec ${words}`;
  const child = spawn('script', ['-qec', line, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (bytes: Buffer) => {
      output = (output + bytes.toString()).slice(-20_000);
      if (shows.test(output.replaceAll(ESCAPES, ' '))) resolve();
    });
  });
  return { child, process: Number(await readFile(join(folder, 'process'), 'utf8')) };
}

/** Seconds of processor time that a process has used. */
async function processorTime(process: number): Promise<number> {
  const fields = (await readFile(`/proc/${process}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

async function shareOf(folder: string, flags: readonly string[], shows: RegExp): Promise<number> {
  const { child, process } = await onTerminal(folder, flags, shows);
  await wait(2000);
  const before = await processorTime(process);
  await wait(1000 * SECONDS);
  const used = (await processorTime(process)) - before;
  child.kill();
  return used / SECONDS;
}

/** How much of a core guests take that wait for a key, with all drives and the screen on a terminal. */
export async function idleShare(): Promise<[name: string, share: number][]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-idle-'));
  try {
    for (const name of ['disk', 'cd', 'floppy']) await writeFile(join(folder, name), '');
    for (const name of ['disk', 'cd']) await truncate(join(folder, name), 1 << 20);
    await truncate(join(folder, 'floppy'), 1440 << 10);
    const drives = ['-hda', `${folder}/disk`, '-cdrom', `${folder}/cd`, '-fda', `${folder}/floppy`];
    const linux = await debianLinux();
    await writeFile(join(folder, 'kernel'), linux.kernel);
    await writeFile(join(folder, 'initrd'), linux.initrd());
    const kernel = ['-kernel', `${folder}/kernel`, '-initrd', `${folder}/initrd`, '-append', 'cryptomgr.notests'];
    return [
      ['firmware without anything to boot', await shareOf(folder, [...drives, '-display', 'terminal'], /No bootable/)],
      ['Linux at its shell', await shareOf(folder, [...drives, ...kernel, '-display', 'terminal'], /~ #/)],
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}
