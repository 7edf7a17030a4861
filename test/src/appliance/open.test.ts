import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { opened } from '../../../src/cli/appliance.ts';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { checkImage } from '../../../src/cli/image/check.ts';
import { imageInfo } from '../../../src/cli/image/info.ts';
import { parseImage } from '../../../src/cli/image/main.ts';
import { Machine } from '../../../src/index.ts';
import { openAppliance } from '../../../src/node/appliance/index.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { archiveOf, descriptorOf, disk, file, item } from './samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'appliance-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A disk whose boot sector says "ova" on COM1. */
const booting = new Uint8Array(64 * 1024);
booting.set(
  assemble(
    `        mov     dx, 0x3f8
        mov     al, 'o'
        out     dx, al
        mov     al, 'v'
        out     dx, al
        mov     al, 'a'
        out     dx, al
        hlt
        times   510 - ($ - $$) db 0
        dw      0xaa55`,
    { origin: 0x7c00, bits: 16 },
  ).bytes,
);

const items = [
  item(4, 1, { VirtualQuantity: 16 }),
  item(5, 2),
  item(17, 3, { Parent: 2, AddressOnParent: 0, HostResource: '/disk/d' }),
];
const descriptor = descriptorOf({ files: [file('f', 'a.vmdk')], disks: [disk('d', 'f')], items });

async function imageOf(contents: Uint8Array, name: string): Promise<Buffer> {
  writeFileSync(join(folder, 'disk.raw'), contents);
  await (await parseImage(['convert', '-O', 'vmdk', join(folder, 'disk.raw'), join(folder, name)]))();
  return readFileSync(join(folder, name));
}

/** An appliance in a file: its path. */
async function written(name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, await archiveOf(files));
  return path;
}

test('an archive boots from its image, which is read where it is', async () => {
  const path = await written('boot.ova', {
    'a.ovf': descriptor,
    'a.mf': 'x',
    'a.vmdk': await imageOf(booting, 'b.vmdk'),
  });
  const { options, notes, name } = await openAppliance(path);
  expect([name, notes, options.memory]).toEqual(['Sample & Co', [], 16]);
  await using machine = await Machine.create({ ...options, isolate: 'caller' });
  const said = machine.serial.expect('ova');
  await machine.start();
  await said;
});

test('a descriptor finds its images beside it', async () => {
  writeFileSync(join(folder, 'a.vmdk'), await imageOf(booting, 'c.vmdk'));
  writeFileSync(join(folder, 'beside.ovf'), descriptor);
  const { options } = await openAppliance(join(folder, 'beside.ovf'));
  expect(options.drives).toEqual([expect.objectContaining({ image: join(folder, 'a.vmdk'), format: 'vmdk' })]);
});

test.each([
  ['steps that lead nowhere', './', 'a.vmdk', 'a.vmdk'],
  ['a folder', 'some/folder/', 'a.vmdk', './a.vmdk'],
  ['an address for a name', '', 'my disk.vmdk', 'my%20disk.vmdk'],
  ['letters beyond ASCII', '', 'größe.vmdk', 'größe.vmdk'],
])('an archive with %s finds its image', async (_, folderOf, name, href) => {
  const text = descriptorOf({ files: [file('f', href)], disks: [disk('d', 'f')], items });
  const image = await imageOf(booting, 'e.vmdk');
  const path = await written('named.ova', { [`${folderOf}a.ovf`]: text, [`${folderOf}${name}`]: image });
  const { drives } = (await openAppliance(path)).options;
  await using machine = await Machine.create({ memory: 16, drives: drives!, isolate: 'caller' });
  const said = machine.serial.expect('ova');
  await machine.start();
  await said;
});

test('a file of an archive has a name, and is only read', async () => {
  const path = await written('part.ova', { 'a.ovf': 'text', 'b.bin': 'bytes of b' });
  const store = await nodeStorage.open(`${path}/b.bin`, 'read');
  const bytes = new Uint8Array(store.size);
  await store.read(0, bytes);
  await store.close();
  expect([Buffer.from(bytes).toString(), store.isReadOnly]).toEqual(['bytes of b', true]);
  await expect(nodeStorage.open(`${path}/b.bin`, 'write')).rejects.toThrow(/can only be read/);
  await expect(nodeStorage.open(`${path}/c.bin`, 'read')).rejects.toThrow(/has no file 'c.bin'/);
  // The archive is not locked any more.
  await (await nodeStorage.open(path, 'write')).close();
});

test('an image in an archive is looked at, checked and copied out by its name', async () => {
  const path = await written('look.ova', { 'a.ovf': descriptor, './a.vmdk': await imageOf(booting, 'f.vmdk') });
  const image = { values: {}, words: [`${path}/a.vmdk`] } as const;
  expect(await imageInfo(image)).toContain('virtual size: 64 KiB (65536 bytes)\ndisk size: unavailable\n');
  expect(await checkImage(image)).toMatchObject({ code: 0 });
  expect(await (await parseImage(['convert', '-O', 'raw', `${path}/a.vmdk`, join(folder, 'copy.raw')]))()).toBe(0);
  expect(readFileSync(join(folder, 'copy.raw'))).toEqual(Buffer.from(booting));
});

test.each([
  ['-nic user', ['vmxnet3']],
  ['-nic user -nic user', ['vmxnet3', undefined]],
  ['-nic user,model=e1000', ['e1000']],
  ['', ['vmxnet3']],
])('a command line with "%s" has the cards %j', async (flags, cards) => {
  const card = item(10, 4, { ResourceSubType: 'VmxNet3' });
  const path = await written('card.ova', {
    'a.ovf': descriptorOf({ files: [file('f', 'a.vmdk')], disks: [disk('d', 'f')], items: [...items, card] }),
    'a.vmdk': await imageOf(booting, 'd.vmdk'),
  });
  const settings = await opened(parseArguments([path, ...flags.split(' ').filter(Boolean)]));
  expect(settings.cards.map(({ card }) => card)).toEqual(cards);
});

test('an image that names a file of the host is refused', async () => {
  const [base, above] = [join(folder, 'secret.raw'), join(folder, 'above.qcow2')];
  writeFileSync(base, booting);
  await (await parseImage(['create', '-f', 'qcow2', '-b', base, '-F', 'raw', above]))();
  const path = await written('backing.ova', { 'a.ovf': descriptor, 'a.vmdk': readFileSync(above) });
  await expect(openAppliance(path)).rejects.toThrow(/names another file/);
});

test.each<[string, Record<string, string>, RegExp]>([
  ['no descriptor', { 'a.txt': 'x' }, /has no descriptor/],
  ['no image', { 'a.ovf': descriptor }, /the image a.vmdk is missing/],
  [
    'an image that is elsewhere',
    { 'a.ovf': descriptor.replace('a.vmdk', '../a.vmdk'), '../a.vmdk': 'x' },
    /the image ..\/a.vmdk is missing/,
  ],
])('an archive with %s is refused', async (_, files, message) => {
  await expect(openAppliance(await written('bad.ova', files))).rejects.toThrow(message);
});

test('an archive that is cut off, and what is none, are refused', async () => {
  const path = join(folder, 'cut.ova');
  writeFileSync(path, (await archiveOf({ 'a.ovf': descriptor, 'a.vmdk': new Uint8Array(5000) })).subarray(0, 4096));
  await expect(openAppliance(path)).rejects.toThrow(/cut off: it ends in the middle of a.vmdk/);
  writeFileSync(path, 'no archive');
  await expect(openAppliance(path)).rejects.toThrow(/cut.ova is no archive/);
});
