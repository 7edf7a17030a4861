import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { program } from '../support/command-line.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migration-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A command line that runs, and what it has said. */
class Running {
  output = '';
  readonly #child: ChildProcess;

  constructor(...flags: string[]) {
    this.#child = spawn(process.execPath, [program, ...flags], { stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (bytes) => {
        this.output += bytes;
      });
  }

  write(text: string): void {
    this.#child.stdin!.write(text);
  }

  async hears(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output)) {
      if (this.#child.exitCode !== null) throw new Error(`it has ended: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async ended(): Promise<number | null> {
    return this.#child.exitCode ?? (await once(this.#child, 'exit'))[0];
  }
}

test.each([
  ['a socket that waits', (path: string) => ['-incoming', `unix:${path}`], ''],
  ['defer', () => ['demo', '-m', '16', '-incoming', 'defer'], 'migrate_incoming'],
])('a machine moves from one process to another: %s', async (_, flags, order) => {
  const path = join(folder, 'socket');
  const other = new Running(...flags(path), '-nographic');
  // What is typed before the machine is here waits for it.
  if (order === '') other.write('bench 1\rpoweroff\r');
  if (order !== '') {
    other.write('\x01c');
    await other.hears(/\(qemu\) /);
    other.write(`${order} unix:${path}\n`);
  }
  const machine = new Running('demo', '-m', '16', '-nographic');
  await machine.hears(/demo> $/);
  machine.write('\x01c');
  await machine.hears(/\(qemu\) $/);
  // The socket is there when somebody listens.
  while (!/status: completed/.test(machine.output)) {
    machine.write(`migrate unix:${path}\ninfo migrate\n`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  if (order !== '') other.write('\x01cbench 1\rpoweroff\r');
  await other.hears(/with 23000 primes/);
  expect(await other.ended()).toBe(0);
  machine.write('info status\nquit\n');
  expect(await machine.ended()).toBe(0);
  expect(machine.output).toMatch(/VM status: paused \(postmigrate\)/);
});

test('a machine goes through a program, and comes from one', async () => {
  const kept = join(folder, 'kept.gz');
  const machine = new Running('demo', '-m', '16', '-nographic');
  await machine.hears(/demo> $/);
  machine.write(`\x01c`);
  await machine.hears(/\(qemu\) $/);
  machine.write(`migrate "exec:gzip -c > ${kept}"\ninfo migrate\nquit\n`);
  expect(await machine.ended()).toBe(0);
  expect(machine.output).toMatch(/Migration status: completed/);
  const other = new Running('-incoming', `exec:gzip -dc ${kept}`, '-nographic');
  other.write('bench 1\rpoweroff\r');
  await other.hears(/with 23000 primes/);
  expect(await other.ended()).toBe(0);
  const broken = new Running('-incoming', `exec:gzip -dc ${kept} | head -c 10000`, '-nographic');
  expect(await broken.ended()).toBe(1);
  expect(broken.output).toMatch(/the migration: it ends too early/);
});
