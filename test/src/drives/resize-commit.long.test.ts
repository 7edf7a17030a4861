import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { type DriveOptions, Machine, openMonitor, openQmp } from '../../../src/index.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { openDisk } from '../../../src/storage/open.ts';
import { rawironEach } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'resize-commit-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);
const [base, changes] = [file('base.raw'), file('changes.qcow2')];
const MB = 1 << 20;

/** Stores 5Ah in the first sector of the first disk, by PIO, when a key is pressed; a ROM image. */
function writingRom(): Uint8Array {
  const bytes = new Uint8Array(0x10000);
  const out = (port: number, value: number) => [0xba, port & 0xff, port >> 8, 0xb0, value, 0xee];
  const program = [
    ...[0xfa, ...out(0x1f6, 0xe0), ...out(0x1f2, 1), ...out(0x1f3, 0), ...out(0x1f4, 0), ...out(0x1f5, 0)],
    // in al, dx (status) until DRQ
    ...[...out(0x1f7, 0x30), 0xec, 0xa8, 0x08, 0x74, 0xfb],
    // mov dx, 1f0; mov cx, 256; mov ax, 5a5a; 1: out dx, ax; loop 1
    ...[0xba, 0xf0, 0x01, 0xb9, 0x00, 0x01, 0xb8, 0x5a, 0x5a, 0xef, 0xe2, 0xfd],
    // mov dx, 1f7; 1: in al, dx; test al, 80; jnz 1; hlt
    ...[0xba, 0xf7, 0x01, 0xec, 0xa8, 0x80, 0x75, 0xfb, 0xf4],
  ];
  bytes.set(program, 0x100);
  bytes.set([0xe9, 0x0d, 0x01], 0xfff0);
  return bytes;
}

beforeEach(async () => {
  writeFileSync(base, new Uint8Array(MB).fill(1));
  rmSync(changes, { force: true });
  await rawironEach([['image', 'create', '-f', 'qcow2', '-b', base, '-F', 'raw', changes]]);
});

/** A machine that has written to its disk. */
async function written(drive: DriveOptions): Promise<Machine> {
  const machine = await Machine.create({ memory: 4, boot: { bios: writingRom() }, vga: 'none', drives: [drive] });
  const halted = new Promise((resolve) => machine.once('halt', resolve));
  await machine.start();
  await halted;
  return machine;
}

async function contents(path: string): Promise<Uint8Array> {
  const disk = await openDisk(nodeStorage, path, { access: 'read' });
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  await disk.close();
  return bytes;
}

const expected = () => new Uint8Array(MB).fill(1).fill(0x5a, 0, 512);

test.each<[string, () => DriveOptions]>([
  ['changes that would be forgotten', () => ({ image: base, format: 'raw', snapshot: true })],
  ['what an image has of its own', () => ({ image: changes })],
])('%s are committed while the machine runs', async (_what, drive) => {
  await using machine = await written(drive());
  const monitor = openMonitor(machine);
  expect(readFileSync(base)[0]).toBe(1);
  expect(machine.drives[0]!.canCommit).toBe(true);
  expect(await monitor.execute('commit all')).toBe('');
  expect(readFileSync(base)).toEqual(Buffer.from(expected()));
  // The drive goes on, and has nothing of its own any more.
  expect(await monitor.execute('commit ide0-hd0')).toBe('');
  const image = machine.drives[0]!.image!;
  await machine.stop();
  expect(await contents(image)).toEqual(expected());
});

test('what could not be committed is still there', async () => {
  await using machine = await written({ image: base, format: 'raw', snapshot: true });
  const monitor = openMonitor(machine);
  await using reader = await Machine.create({
    boot: { demo: true },
    drives: [{ image: base, format: 'raw', snapshot: true }],
  });
  expect(await monitor.execute('commit all')).toMatch(/^'commit' error for 'all': .*in use/);
  expect(readFileSync(base)[0]).toBe(1);
  await reader.stop();
  expect(await monitor.execute('commit all')).toBe('');
  expect(readFileSync(base)).toEqual(Buffer.from(expected()));
});

test('a disk that stands on nothing, an empty drive and none', async () => {
  await using machine = await Machine.create({ boot: { demo: true }, drives: [base, { media: 'cdrom' }] });
  const monitor = openMonitor(machine);
  expect(await monitor.execute('commit ide0-hd0')).toBe("'commit' error for 'ide0-hd0': Operation not supported\n");
  expect(await monitor.execute('commit ide1-cd0')).toBe("Device 'ide1-cd0' has no medium\n");
  expect(await monitor.execute('commit foo')).toBe("Device 'foo' not found\n");
  expect(await monitor.execute('commit all')).toBe('');
});

test.each<[string, string, () => DriveOptions]>([
  ['a raw disk', base, () => ({ image: base, format: 'raw' })],
  ['a qcow2 disk', changes, () => ({ image: changes, interface: 'virtio' })],
])('%s is resized while the machine runs', async (_what, path, drive) => {
  await using machine = await Machine.create({ boot: { demo: true }, drives: [drive()] });
  const [monitor, qmp] = [openMonitor(machine), openQmp(machine)];
  const { name } = machine.drives[0]!;
  expect(await monitor.execute(`block_resize ${name} 3`)).toBe('');
  expect(await qmp.execute('query-block')).toMatchObject([{ inserted: { image: { 'virtual-size': 3 * MB } } }]);
  expect(await qmp.execute('block_resize', { device: name, size: 2 * MB })).toEqual({});
  expect(await qmp.execute('block_resize', { 'node-name': `#${name}`, size: 1.5 * MB })).toEqual({});
  await expect(qmp.execute('block_resize', { device: name, size: -1 })).rejects.toThrow("'size' expects a >0 size");
  await machine.stop();
  expect((await contents(path)).length).toBe(1.5 * MB);
  expect((await contents(path)).subarray(0, MB)).toEqual(new Uint8Array(MB).fill(1));
  expect((await contents(path)).subarray(MB)).toEqual(new Uint8Array(MB / 2));
});

test('sizes that are no whole sectors: a raw image has them, the last sector ends with zeros; qcow2 has none', async () => {
  const other = file('other.qcow2');
  await rawironEach([['image', 'create', '-f', 'qcow2', other, '1M']]);
  const drives: DriveOptions[] = [{ image: base, format: 'raw' }, { image: other }];
  await using machine = await Machine.create({ boot: { demo: true }, drives });
  const [monitor, qmp] = [openMonitor(machine), openQmp(machine)];
  expect(await qmp.execute('block_resize', { device: 'ide0-hd0', size: MB + 1 })).toEqual({});
  expect(await qmp.execute('query-block')).toMatchObject([
    { inserted: { image: { 'virtual-size': MB + 512 } } },
    { inserted: { image: { 'virtual-size': MB } } },
  ]);
  expect(await monitor.execute('block_resize ide0-hd0 1000b')).toBe('');
  const refused = 'The new size must be a multiple of 512';
  expect(await monitor.execute('block_resize ide0-hd1 1000b')).toBe(`Error: ${refused}\n`);
  await expect(qmp.execute('block_resize', { device: 'ide0-hd1', size: 1000 })).rejects.toThrow(refused);
  await machine.stop();
  expect(statSync(base).size).toBe(1000);
});

test('what cannot be resized', async () => {
  const drives: DriveOptions[] = [{ image: base, format: 'raw', snapshot: true }, { media: 'cdrom' }];
  await using machine = await Machine.create({ boot: { demo: true }, drives });
  const monitor = openMonitor(machine);
  const answers = {
    'block_resize foo 3M': "Error: Cannot find device='foo' nor node-name=''\n",
    'block_resize ide1-cd0 3M': "Error: Device 'ide1-cd0' has no medium\n",
    'block_resize ide0-hd0 -3': 'invalid size\nTry "help block_resize" for more information\n',
    'block_resize ide0-hd0 0': 'Error: The new size must be at least 1 byte\n',
    'block_resize ide0-hd0 3M': `Error: ${base}: its changes are forgotten in the end: it cannot be resized\n`,
  };
  for (const [line, answer] of Object.entries(answers)) expect(await monitor.execute(line)).toBe(answer);
  expect(statSync(base).size).toBe(MB);
});
