import { copyFile, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Saved } from '../../../runtime/snapshot/describe.ts';
import { type DriveOptions, planDrives } from '../../../src/drives/options.ts';
import type { SavedMedium } from '../../../src/drives/saved-medium.ts';
import { ServedDrive } from '../../../src/drives/served-drive.ts';
import { nodeStorage, openFile } from '../../../src/node/storage.ts';
import { SnapshotError } from '../../../src/snapshot/layout.ts';
import { checkedMedia } from '../../../src/snapshot/media.ts';
import { openDisk } from '../../../src/storage/open.ts';
import { createQcow2 } from '../../../src/storage/qcow2/create.ts';

const SECTOR = 512;
const SIZE = 100 * SECTOR;
const letters = Uint8Array.from({ length: SIZE }, (_, n) => 0x41 + (n >> 9));

let folder: string;
let image: string;
const drives: ServedDrive[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medium-'));
  image = join(folder, 'disk.img');
  await writeFile(image, letters);
});
afterEach(async () => {
  await Promise.all(drives.splice(0).map((drive) => drive.close()));
  await rm(folder, { recursive: true });
});

async function open(options: DriveOptions): Promise<ServedDrive> {
  const ignore = () => {};
  const backend = {
    storage: nodeStorage,
    statusChanged: ignore,
    trayMoved: ignore,
    tell: ignore,
    mediumChanged: ignore,
  };
  const drive = new ServedDrive(planDrives([options])[0]!, backend);
  await drive.open();
  drives.push(drive);
  return drive;
}

/** The saved medium of a drive with these options; the drive is closed. */
async function saved(options: DriveOptions, written: readonly number[] = []): Promise<SavedMedium> {
  const drive = await open(options);
  for (const sector of written) await write(drive, sector, 1);
  const medium = (await drive.save())!;
  await drive.close();
  return medium;
}

async function write(drive: ServedDrive, sector: number, value: number): Promise<void> {
  const bytes = new Uint8Array(SECTOR).fill(value);
  expect(await drive.answer({ type: 'write', sector, bytes })).toEqual({ error: null });
}

async function read(drive: ServedDrive, sector: number): Promise<number> {
  const { bytes } = await drive.answer({ type: 'read', sector, bytes: new Uint8Array(SECTOR) });
  return bytes![0]!;
}

async function qcow2(name: string, base?: string): Promise<string> {
  const path = join(folder, name);
  const disk = base === undefined ? undefined : await openDisk(nodeStorage, base, { access: 'read' });
  const backing = disk && { file: base!, format: 'raw', disk };
  const store = await openFile(path, 'write', 'new');
  await (await createQcow2(store, { size: SIZE, ...(backing && { backing }) }, nodeStorage.decompressor)).close();
  return path;
}

test.each<[string, DriveOptions]>([
  ['an image that is only read', { readOnly: true }],
  ['a CD', { media: 'cdrom' }],
  ['changes that are forgotten', { snapshot: true }],
  ['an image that is written', {}],
])('a medium that is as it was is taken: %s', async (_, options) => {
  const medium = await saved({ ...options, image });
  const drive = await open({ ...options, image });
  await drive.stage(medium);
  await drive.exchangeStaged();
  await drive.dropStaged();
  expect(await read(drive, 9)).toBe(letters[9 * SECTOR]);
});

test.each<[string, DriveOptions]>([
  ['in memory', { image: letters }],
  ['in memory, and forgotten', { image: letters, snapshot: true }],
])('what was written to a disk comes back: %s', async (_, options) => {
  const drive = await open(options);
  await write(drive, 3, 1);
  await write(drive, 99, 2);
  const medium = (await drive.save())!;
  await write(drive, 3, 5);
  await write(drive, 60, 5);
  await drive.stage(medium);
  expect(await read(drive, 60)).toBe(5);
  await drive.exchangeStaged();
  expect([await read(drive, 3), await read(drive, 60), await read(drive, 99)]).toEqual([1, letters[60 * SECTOR], 2]);
  await drive.exchangeStaged();
  expect([await read(drive, 3), await read(drive, 60), await read(drive, 99)]).toEqual([5, 5, 2]);
  await drive.exchangeStaged();
  await drive.dropStaged();
  await write(drive, 4, 7);
  expect([await read(drive, 3), await read(drive, 4)]).toEqual([1, 7]);
});

test('a medium that the user changes while a state is loaded is put in after that', async () => {
  const options = { interface: 'floppy', image, snapshot: true } as const;
  const medium = await saved(options, [3]);
  const drive = await open(options);
  await drive.stage(medium);
  const change = drive.change(new Uint8Array(SIZE).fill(9));
  const eject = drive.eject();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await drive.exchangeStaged();
  expect(await read(drive, 3)).toBe(1);
  await drive.dropStaged();
  await change;
  await eject;
  expect(drive.status.image).toBe(null);
});

test('saved changes stay as they are when the disk is written again', async () => {
  const medium = await saved({ image, snapshot: true }, [3]);
  const drive = await open({ image, snapshot: true });
  for (let n = 0; n < 2; n++) {
    await drive.stage(medium);
    await drive.exchangeStaged();
    await drive.dropStaged();
    expect([await read(drive, 3), await read(drive, 4)]).toEqual([1, letters[4 * SECTOR]]);
    await write(drive, 3, 8);
    await write(drive, 4, 8);
  }
});

test.each<[string, () => Promise<DriveOptions>, RegExp]>([
  [
    'bytes',
    async () => ({ image: letters }),
    /^ide0-hd0: .* is not what the snapshot was taken with: that was disk.img/,
  ],
  ['another format', async () => ({ image: await qcow2('a.qcow2') }), /a.qcow2 is not what the .* taken with/],
  ['another size', async () => ({ image: await resized() }), /disk.img is not what the snapshot was taken with/],
  ['no right to write', async () => ({ image, readOnly: true }), /disk.img could be written when the snapshot was/],
])('an image that was written is not replaced by %s', async (_, options, message) => {
  const medium = await saved({ image });
  const drive = await open(await options());
  await expect(drive.stage(medium)).rejects.toThrow(message);
});

async function resized(): Promise<string> {
  await writeFile(image, letters.subarray(SECTOR));
  return image;
}

test('changes need a disk whose changes are forgotten', async () => {
  const medium = await saved({ image, snapshot: true }, [3]);
  await expect((await open({ image })).stage(medium)).rejects.toThrow(/disk.img are in the snapshot; open it so that/);
});

test('a snapshot within an image is had from nowhere else', async () => {
  const path = await qcow2('a.qcow2');
  const media = checkedMedia({ 'ide0-hd0': { bytes: SIZE, isReadOnly: false, images: [], isInImage: true } });
  await expect((await open({ image: path })).stage(media['ide0-hd0'])).rejects.toThrow(
    /is in a snapshot within its image/,
  );
});

test('a drive that was empty, or is, is told of', async () => {
  const medium = await saved({ image, media: 'cdrom' });
  const full = await open({ image, media: 'cdrom' });
  await expect(full.stage(undefined)).rejects.toThrow(/^ide1-cd0: .* with nothing in it; take .*disk.img out/);
  await expect((await open({ media: 'cdrom' })).stage(medium)).rejects.toThrow(
    /with disk.img \(raw, 51200 bytes\) in it/,
  );
});

test.each<[string, DriveOptions]>([
  ['itself', {}],
  ['another program', { readOnly: true }],
])('an image that was written since is named: by %s', async (writer, options) => {
  const medium = await saved({ ...options, image });
  if (writer === 'itself') await saved({ image }, [3]);
  else await writeFile(image, letters);
  const drive = await open({ ...options, image });
  await expect(drive.stage(medium)).rejects.toThrow(/^ide0-hd0: .*disk.img was changed after the snapshot was taken/);
});

test('a qcow2 image that is written and closed after it was saved is as it was', async () => {
  const path = await qcow2('a.qcow2');
  const medium = await saved({ image: path }, [3]);
  const drive = await open({ image: path });
  await drive.stage(medium);
  await write(drive, 3, 4);
  await expect(drive.stage(medium)).rejects.toThrow(/a.qcow2 was changed after/);
});

test('a backing file that was changed is named', async () => {
  const top = await qcow2('top.qcow2', image);
  const medium = await saved({ image: top });
  await writeFile(image, letters);
  await expect((await open({ image: top })).stage(medium)).rejects.toThrow(
    /^ide0-hd0: disk.img, which .*top.qcow2 stands on, was changed/,
  );
});

test('a copy with the same times will do', async () => {
  await utimes(image, 1e9, 1e9);
  const medium = await saved({ image, readOnly: true });
  const copy = join(folder, 'copy.img');
  await copyFile(image, copy);
  const drive = await open({ image: copy, readOnly: true });
  await expect(drive.stage(medium)).rejects.toThrow(/copy.img .*was changed/);
  await utimes(copy, 1e9, 1e9);
  await drive.stage(medium);
});

const sound = {
  bytes: SIZE,
  isReadOnly: false,
  images: [{ file: 'disk.img', format: 'raw', bytes: SIZE, version: '5' }],
  changes: { numbers: Uint8Array.of(1, 0, 0, 0), contents: new Uint8Array(16384) },
};

test('media come out of a file as they went in', () => {
  expect(checkedMedia({ 'ide0-hd0': sound })).toEqual({ 'ide0-hd0': sound });
});

test.each<[string, Saved]>([
  ['none', [5]],
  ['a number', { floppy0: 5 }],
  ['no size', { floppy0: { ...sound, bytes: -1 } }],
  ['no images and no contents', { floppy0: { ...sound, images: [] } }],
  ['both', { floppy0: { ...sound, contents: new Uint8Array(SIZE) } }],
  ['contents of another size', { floppy0: { ...sound, images: [], contents: new Uint8Array(SIZE - 1) } }],
  ['an image that is none', { floppy0: { ...sound, images: [5] } }],
  ['an image without a name', { floppy0: { ...sound, images: [{ format: 'raw', bytes: 5, version: '' }] } }],
  ['changes that are none', { floppy0: { ...sound, changes: { numbers: 5, contents: new Uint8Array(0) } } }],
])('a forged medium is refused: %s', (_, media) => {
  expect(() => checkedMedia(media)).toThrow(SnapshotError);
});

test.each<[string, SavedMedium['changes']]>([
  ['a page beyond the end', { numbers: Uint8Array.of(4, 0, 0, 0), contents: new Uint8Array(16384) }],
  ['half a number', { numbers: Uint8Array.of(1, 0), contents: new Uint8Array(0) }],
  ['too few pages', { numbers: Uint8Array.of(1, 0, 0, 0), contents: new Uint8Array(4) }],
  ['a page twice', { numbers: Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0), contents: new Uint8Array(2 * 16384) }],
])('forged changes are refused: %s', async (_, changes) => {
  const medium = await saved({ image, snapshot: true });
  const drive = await open({ image, snapshot: true });
  await expect(drive.stage({ ...medium, changes: changes! })).rejects.toThrow(
    /disk.img: .* do not fit a disk of 51200 bytes/,
  );
  expect(await read(drive, 40)).toBe(letters[40 * SECTOR]);
});
