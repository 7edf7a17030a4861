import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { withEmptyDrives } from '../../../src/cli/drive-flags.ts';
import { planDrives } from '../../../src/drives/options.ts';
import { rawiron } from '../support/command-line.ts';

let folder: string;
let image: string;
let medium: string;
/** One that Multiboot loads. */
let kernel: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'empty-drives-test-'));
  image = join(folder, 'disk.img');
  medium = join(folder, 'medium.img');
  kernel = join(folder, 'kernel');
  await writeFile(kernel, multibootKernel());
  for (const path of [image, medium]) await writeFile(path, new Uint8Array(1 << 16));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  [
    ['-hda', 'a'],
    ['ide0-hd0', 'ide1-cd0', 'floppy0'],
  ],
  [
    ['-cdrom', 'a'],
    ['ide1-cd0', 'floppy0'],
  ],
  [
    ['-fda', 'a'],
    ['floppy0', 'ide1-cd0'],
  ],
  [
    ['-fdb', 'a'],
    ['floppy1', 'ide1-cd0', 'floppy0'],
  ],
  [
    ['-hdc', 'a'],
    ['ide1-hd0', 'floppy0'],
  ],
  [
    ['-hda', 'a', '-drive', 'if=floppy', '-cdrom', 'b'],
    ['ide0-hd0', 'floppy0', 'ide1-cd0'],
  ],
  [
    ['-drive', 'if=none,id=x,file=a', '-device', 'ide-hd,drive=x'],
    ['ide0-hd0', 'floppy0'],
  ],
  [
    ['-drive', 'if=none,id=x,file=a', '-device', 'virtio-blk-pci,drive=x'],
    ['virtio0', 'ide1-cd0', 'floppy0'],
  ],
  [
    ['-drive', 'file=a,if=virtio', '-drive', 'media=cdrom,index=3'],
    ['virtio0', 'ide1-cd1', 'ide1-cd0', 'floppy0'],
  ],
])('%j', (flags, names) => {
  const drives = withEmptyDrives(parseArguments(flags));
  expect(planDrives(drives).map(({ name }) => name)).toEqual(names);
});

/** Nothing but a header with addresses, and HLT. */
function multibootKernel(): Uint8Array {
  const [magic, flags, address] = [0x1badb002, 0x10000, 0x100000];
  const words = [magic, flags, -magic - flags, address, address, 0, 0, address + 32, 0xf4f4f4f4];
  return new Uint8Array(Int32Array.from(words, (word) => word | 0).buffer);
}

async function drivesWith(flags: readonly string[]): Promise<readonly string[]> {
  const { output, code } = await rawiron(
    [...flags, '-S', '-serial', 'null', '-monitor', 'stdio'],
    'info block\nquit\n',
  );
  expect(code).toBe(0);
  return [...output.matchAll(/^(\w+-?\w+): /gm)].map(([, name]) => name!);
}

test('firmware finds empty drives, unless -nodefaults is given; a kernel that needs none does not', async () => {
  expect(await drivesWith([image])).toEqual(['ide0-hd0', 'ide1-cd0', 'floppy0']);
  expect(await drivesWith([image, '-nodefaults'])).toEqual(['ide0-hd0']);
  expect(await drivesWith(['-bios', 'rawiron'])).toEqual(['ide1-cd0', 'floppy0']);
  expect(await drivesWith(['demo'])).toEqual([]);
  expect(await drivesWith(['-kernel', kernel])).toEqual([]);
  expect(await drivesWith(['-kernel', kernel, '-bios', 'rawiron'])).toEqual([]);
});

test('a medium is put into a drive that nobody has asked for', async () => {
  const commands = `change ide1-cd0 ${image}\nchange floppy0 ${medium}\ninfo block\nquit\n`;
  const { output } = await rawiron(['-bios', 'rawiron', '-S', '-serial', 'null', '-monitor', 'stdio'], commands);
  expect(output).toMatch(/^ide1-cd0: \S+disk\.img \(raw, read-only\)/m);
  expect(output).toMatch(/^floppy0: \S+medium\.img \(raw\)/m);
});
