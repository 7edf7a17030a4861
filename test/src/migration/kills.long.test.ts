import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { sectorRom } from '../../support/sector-roms.ts';
import { program } from '../support/command-line.ts';

const letters = Uint8Array.from({ length: 16 * 512 }, (_, n) => 0x61 + (n >> 9));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kills-'));
  await writeFile(join(folder, 'rom'), sectorRom);
});
afterAll(() => rm(folder, { recursive: true }));

/** Those of the test that runs: what it leaves, where it fails, would keep the disk from the next one. */
const owners: Owner[] = [];
afterEach(async () => {
  for (const owner of owners.splice(0)) await owner.kill();
});

/** A machine in a process of its own: its guest at the standard input and output, its monitor at a socket. */
class Owner {
  output = '';
  /** Its own output. */
  told = '';
  readonly child: ChildProcess;
  readonly monitor: string;

  constructor(name: string, flags: readonly string[]) {
    this.monitor = join(folder, `${name}.monitor`);
    const fixed = ['-hda', join(folder, 'disk'), '-m', '4', '-display', 'none', '-serial', 'stdio'];
    const place = ['-monitor', `unix:${this.monitor},server=on,wait=off`];
    this.child = spawn(process.execPath, [program, ...fixed, ...place, ...flags], { stdio: 'pipe' });
    owners.push(this);
    this.child.stderr!.on('data', (bytes) => {
      this.told += bytes;
    });
    this.child.stdout!.on('data', (bytes) => {
      this.output += bytes;
    });
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Asks its guest for the sector's first byte. */
  ask(): void {
    this.child.stdin!.write('r3');
  }

  get hasAnswered(): boolean {
    return this.output.includes('3');
  }

  /** Says something to its monitor; what that says. */
  async says(command: string): Promise<string> {
    const socket = connect(this.monitor);
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes;
    });
    await once(socket, 'connect');
    socket.write(`${command}\n`);
    await within(2_000, () => /\n\(qemu\) $/.test(heard));
    socket.destroy();
    return heard;
  }

  async kill(): Promise<void> {
    if (this.hasEnded) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

async function within(milliseconds: number, isSo: () => boolean): Promise<boolean> {
  const end = Date.now() + milliseconds;
  while (!isSo() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  return isSo();
}

/** Whether a source answers, or stands still since its machine has moved. */
async function goesOnOrStands(source: Owner): Promise<boolean> {
  return source.hasAnswered || (await source.says('info status')).includes('postmigrate');
}

/** Kills are spread over the whole of a move. */
const moments = [0, 100, 200, 300, 400, 600, 900, 1_300];

test.each(moments.flatMap((moment) => [['source', moment] as const, ['destination', moment] as const]))(
  'the %s is killed after %i ms: exactly one goes on',
  async (victim, moment) => {
    await writeFile(join(folder, 'disk'), letters);
    const path = join(folder, 'way');
    const source = new Owner('source', ['-bios', join(folder, 'rom'), '-vga', 'none']);
    source.child.stdin!.write('w3');
    expect(await within(60_000, () => source.output === '.' && existsSync(source.monitor))).toBe(true);
    const destination = new Owner('destination', ['-incoming', `unix:${path}`]);
    // The socket's file is there before anybody listens.
    expect(await within(60_000, () => destination.told.includes('waits for a machine'))).toBe(true);
    expect(await source.says(`migrate -d unix:${path}`)).not.toContain('Error');
    // A destination to which nobody has begun to send waits on.
    expect(await within(60_000, () => !existsSync(path))).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, moment + Math.random() * 100));
    const [killed, other] = victim === 'source' ? [source, destination] : [destination, source];
    await killed.kill();
    other.ask();
    if (victim === 'source') expect(await within(60_000, () => other.hasAnswered || other.hasEnded)).toBe(true);
    else await expect.poll(() => goesOnOrStands(other), { timeout: 60_000 }).toBe(true);
  },
);
