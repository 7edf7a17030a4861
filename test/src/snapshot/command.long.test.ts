import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, openMonitor } from '../../../src/index.ts';
import { nodeCompressor } from '../../../src/node/files/compressor.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { readSnapshot } from '../../../src/snapshot/read.ts';
import { writeSnapshot } from '../../../src/snapshot/write.ts';
import { program } from '../support/command-line.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snapshot-'));
  file = join(folder, 'machine.snapshot');
  await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
  const monitor = openMonitor(machine);
  await machine.start();
  await machine.serial.expect('demo> ');
  expect(await monitor.execute(`migrate file:${file}`)).toBe('');
  expect(machine.state).toBe('paused');
  expect(await monitor.execute('info status')).toBe('VM status: paused (postmigrate)\n');
  expect(await monitor.execute('info migrate')).toBe('Migration status: completed\n');
  expect(await monitor.execute(`migrate file:${file}`)).toBe(
    "Error: Can't migrate the vm that was paused due to previous migration\n",
  );
});
afterAll(() => rm(folder, { recursive: true }));

async function run(flags: readonly string[], input: string): Promise<{ output: string; errors: string; code: number }> {
  const child = spawn(process.execPath, [program, ...flags]);
  child.stdin.end(input);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
  return { output, errors, code };
}

/** The file of a machine that stands on an image. */
async function machineWithDisk(): Promise<string> {
  const [image, path] = [join(folder, 'disk.img'), join(folder, 'disk.snapshot')];
  await writeFile(image, new Uint8Array(1 << 16));
  await using machine = await Machine.create({ memory: 4, boot: { demo: true }, drives: [image] });
  await writeFile(path, await machine.snapshot());
  return path;
}

test.each([[[]], [['-engine', 'interpreter', '-isolate', 'caller']]])(
  'a machine goes on from a file: %j',
  async (flags) => {
    const { output, code } = await run(['-incoming', `file:${file}`, ...flags], 'bench 1\rpoweroff\r');
    expect(output).toMatch(/with 23000 primes/);
    expect(output).not.toMatch(/rawiron demo/i);
    expect(code).toBe(0);
  },
);

test.each<[string, string[], RegExp]>([
  ['nothing', ['-incoming', 'rdma:0:4444'], /cannot go to or come from 'rdma:0:4444'; give tcp:HOST:PORT, /],
  ['no file', ['-incoming', 'file:/nowhere/x'], /-incoming: cannot read \/nowhere\/x: /],
  [
    'another machine',
    ['-incoming', 'FILE', '-m', '32'],
    /the snapshot: is of a machine with other options; give those that it was made with: memory 16 \(here "32"\)/,
  ],
  [
    'no image',
    ['-incoming', 'DISK'],
    /ide0-hd0: the machine had disk.img .* in it, .*: give them by flags such as -hda$/m,
  ],
  [
    'no display adapter for viewers',
    ['-incoming', 'FILE', '-vnc', ':0'],
    /-vnc: the machine that -incoming names has no display adapter, and cannot get one; /,
  ],
  ['a damaged file', ['-incoming', 'DAMAGED'], /-incoming file:\S+damaged.snapshot: the snapshot: is damaged/],
  [
    'no image for a tag',
    ['-loadvm', 'tag'],
    /^rawiron: -loadvm: there is no image to look for the snapshot in; give the flags /m,
  ],
])('what cannot be gone on from is an error: %s', async (_, flags, message) => {
  const damaged = join(folder, 'damaged.snapshot');
  const bytes = await readFile(file);
  bytes[bytes.length - 5]! ^= 1;
  await writeFile(damaged, bytes);
  const withDisk = await machineWithDisk();
  const named = flags.map(
    (flag) => ({ FILE: `file:${file}`, DAMAGED: `file:${damaged}`, DISK: `file:${withDisk}` })[flag] ?? flag,
  );
  const { errors, code } = await run(named, '');
  expect(errors).toMatch(message);
  expect(code).toBe(1);
});

test('who waits for a machine says where', async () => {
  const child = spawn(process.execPath, [program, '-incoming', 'tcp:127.0.0.1:0']);
  const [said] = await once(child.stderr, 'data');
  expect(String(said)).toMatch(/^rawiron: waits for a machine at tcp:127\.0\.0\.1:\d+\n$/);
  child.kill();
  await once(child, 'exit');
});

test('whether there is a screen is what the saved machine says', async () => {
  const withScreen = join(folder, 'screen.snapshot');
  await using machine = await Machine.create({ memory: 16, boot: { bios: 'rawiron' }, vga: 'std' });
  await writeFile(withScreen, await machine.snapshot());
  const errorOf = async (path: string) => (await run(['-incoming', `file:${path}`, '-display', 'terminal'], '')).errors;
  expect(await errorOf(withScreen)).toMatch(/input and output must be a terminal/);
  expect(await errorOf(file)).toMatch(/there is no display adapter/);
});

test('what a file says is shown so that no terminal obeys it, and not at length', async () => {
  const path = join(folder, 'hostile.snapshot');
  const { decompressor } = nodeStorage;
  const saved = (await readSnapshot('a', await readFile(file), decompressor)) as { readonly options: object };
  const errors: string[] = [];
  for (const keyboardLayout of ['\x1b]0;title\x07', 'x'.repeat(1 << 20)]) {
    const options = { ...saved.options, keyboardLayout };
    await writeFile(path, await writeSnapshot({ ...saved, options } as never, nodeCompressor));
    errors.push((await run(['-incoming', `file:${path}`], '')).errors);
  }
  expect(errors[0]).toMatch(/^rawiron: unknown keyboard layout '\\x1b\]0;title\\x07'; it is one of/);
  expect(errors[1]).toMatch(/^rawiron: unknown keyboard layout 'x{3000,4000} …\n$/);
});
