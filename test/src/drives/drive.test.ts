import { expect, test, vi } from 'vitest';
import type { BlockInput } from '../../../runtime/host/block.ts';
import { type DriveOptions, planDrives } from '../../../src/drives/options.ts';
import type { DriveStatus } from '../../../src/drives/protocol.ts';
import { ServedDrive } from '../../../src/drives/served-drive.ts';
import { MemoryStore } from '../../../src/storage/memory-store.ts';
import type { StorageHost } from '../../../src/storage/open.ts';
import { type ByteStore, StorageError } from '../../../src/storage/store.ts';

const SECTOR = 512;
const pattern = (sectors: number) => Uint8Array.from({ length: sectors * SECTOR }, (_, n) => n >> 9);

/** A host whose files are these; a store that fails takes the place of its name. */
function storageOf(files: Readonly<Record<string, ByteStore>>): StorageHost {
  const find = async (name: string) => {
    const store = files[name];
    if (store === undefined) throw new StorageError({ name }, 'cannot open it: there is no such file');
    return store;
  };
  return {
    open: find,
    identify: async (name) => (await find(name)).identity,
    resolve: (_, name) => name,
    decompressor: { deflate: async (bytes) => bytes, zstd: undefined },
  };
}

async function readSectors(drive: ServedDrive, sector: number, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(new SharedArrayBuffer(count * SECTOR));
  expect(await drive.answer({ type: 'read', sector, bytes })).toEqual({ error: null });
  return bytes;
}

function closedDrive(options: DriveOptions, files: Readonly<Record<string, ByteStore>> = {}) {
  const told: string[] = [];
  const media: BlockInput[] = [];
  const statuses: DriveStatus[] = [];
  const moves: boolean[] = [];
  const drive = new ServedDrive(planDrives([options])[0]!, {
    storage: storageOf(files),
    statusChanged: (_, status) => statuses.push(status),
    trayMoved: (_, isOpen) => moves.push(isOpen),
    tell: (message) => told.push(message),
    mediumChanged: (_, medium) => media.push(medium),
  });
  return { drive, told, media, statuses, moves };
}

async function makeDrive(options: DriveOptions, files: Readonly<Record<string, ByteStore>> = {}) {
  const made = closedDrive(options, files);
  await made.drive.open();
  return made;
}

const looked = () => closedDrive({ image: pattern(4) });
const readOf = (sector: number) => ({ type: 'read', sector, bytes: new Uint8Array(SECTOR) }) as const;

test('requests of a machine that arrives wait until its image is found as it was left', async () => {
  const { drive, told } = looked();
  await drive.look();
  const answer = drive.answer(readOf(2));
  const isDone = vi.fn();
  void answer.then(isDone);
  await drive.open();
  // What it writes would make the image another one than that which the machine has left.
  await drive.stage(await drive.save());
  await drive.exchangeStaged();
  await drive.dropStaged();
  expect(isDone).not.toHaveBeenCalled();
  drive.admit();
  expect(await answer).toEqual({ error: null, bytes: new Uint8Array(SECTOR).fill(2) });
  expect(told).toEqual([]);
});

test('they are answered where the machine ends without its image', async () => {
  const { drive } = looked();
  await drive.look();
  const answer = drive.answer(readOf(2));
  await drive.close();
  expect(await answer).toEqual({ error: 'no-medium' });
});

test('sectors are read and written', async () => {
  const { drive } = await makeDrive({ image: pattern(4) });
  expect(drive.status.medium).toEqual({ sectors: 4, isReadOnly: false });
  expect(await drive.answer({ type: 'write', sector: 2, bytes: new Uint8Array(SECTOR).fill(9) })).toEqual({
    error: null,
  });
  expect(await drive.answer({ type: 'flush' })).toEqual({ error: null });
  const bytes = await readSectors(drive, 1, 3);
  expect([bytes[0], bytes[SECTOR], bytes[2 * SECTOR]]).toEqual([1, 9, 3]);
});

test('memory that is not shared comes back with the answer', async () => {
  const { drive } = await makeDrive({ image: pattern(4) });
  const { bytes } = await drive.answer({ type: 'read', sector: 2, bytes: new Uint8Array(SECTOR) });
  expect(bytes).toEqual(new Uint8Array(SECTOR).fill(2));
});

test('bytes that were given as an image stay as they are', async () => {
  const image = pattern(2);
  const { drive } = await makeDrive({ image });
  await drive.answer({ type: 'write', sector: 0, bytes: new Uint8Array(SECTOR).fill(9) });
  expect(image).toEqual(pattern(2));
});

test('with snapshot the image stays as it is', async () => {
  const store = new MemoryStore('disk.img', pattern(2));
  const { drive } = await makeDrive({ image: 'disk.img', snapshot: true }, { 'disk.img': store });
  await drive.answer({ type: 'write', sector: 0, bytes: new Uint8Array(SECTOR).fill(9) });
  const bytes = await readSectors(drive, 0, 1);
  const below = new Uint8Array(SECTOR);
  await store.read(0, below);
  expect([bytes[0], below[0]]).toEqual([9, 0]);
});

test.each<[string, DriveOptions]>([
  ['a CD-ROM', { image: pattern(4), media: 'cdrom' }],
  ['a drive that is to be read only', { image: pattern(4), readOnly: true }],
])('%s is not written', async (_, options) => {
  const { drive } = await makeDrive(options);
  expect(drive.status.medium!.isReadOnly).toBe(true);
  const { error } = await drive.answer({ type: 'write', sector: 0, bytes: new Uint8Array(SECTOR) });
  expect(error).not.toBe(null);
});

test.each([
  ['ENOSPC', 'no-space'],
  ['EROFS', 'read-only'],
  ['EIO', 'io'],
])('an error %s of the host is %s for the guest, and the user is told once', async (code, expected) => {
  const store = new MemoryStore('disk.img', pattern(4));
  store.write = async () => {
    const cause = Object.assign(new Error(code), { code });
    throw new StorageError(store, `cannot write it: ${code}`, { cause });
  };
  const { drive, told } = await makeDrive({ image: 'disk.img' }, { 'disk.img': store });
  for (let n = 0; n < 3; n++) {
    expect(await drive.answer({ type: 'write', sector: n, bytes: new Uint8Array(SECTOR) })).toEqual({
      error: expected,
    });
  }
  expect(told).toEqual([`ide0-hd0: disk.img: cannot write it: ${code}`]);
});

test('a sector beyond the end is an error', async () => {
  const { drive } = await makeDrive({ image: pattern(4) });
  expect(await drive.answer({ type: 'read', sector: 3, bytes: new Uint8Array(2 * SECTOR) })).toEqual({ error: 'io' });
});

test('a medium is changed and taken out; the machine sees it', async () => {
  const { drive, media } = await makeDrive({ media: 'cdrom' });
  expect([drive.status.medium, await drive.answer({ type: 'read', sector: 0, bytes: new Uint8Array(SECTOR) })]).toEqual(
    [null, { error: 'no-medium' }],
  );
  await drive.change(pattern(4));
  expect((await readSectors(drive, 1, 1))[0]).toBe(1);
  await drive.change(pattern(8));
  await drive.eject();
  expect(media).toEqual([{ sectors: 4, isReadOnly: true }, { sectors: 8, isReadOnly: true }, null]);
});

test('an image that cannot be opened leaves the medium that is there', async () => {
  const { drive } = await makeDrive({ media: 'cdrom', image: pattern(4) });
  await expect(drive.change('gone.iso')).rejects.toThrow('gone.iso: cannot open it: there is no such file');
  expect((await drive.answer({ type: 'read', sector: 1, bytes: new Uint8Array(SECTOR) })).error).toBe(null);
});

test('the guest locks, and opens the tray, in which the medium stays', async () => {
  const { drive, media, statuses, moves } = await makeDrive({ media: 'cdrom', image: pattern(4) });
  await drive.answer({ type: 'lock', locked: true });
  expect(drive.status.isLocked).toBe(true);
  for (const open of [true, true, false, true]) await drive.answer({ type: 'tray', open });
  expect(statuses.slice(1).map(({ isTrayOpen }) => isTrayOpen)).toEqual([true, false, true]);
  expect(drive.status.medium?.sectors).toBe(4);
  await drive.closeTray();
  expect([drive.status.isTrayOpen, media]).toEqual([false, ['tray closed']]);
  expect(moves).toEqual([true, false, true, false]);
});

test('a medium is taken out by opening the tray, and put in by closing it; a floppy drive has none', async () => {
  const { drive, moves } = await makeDrive({ media: 'cdrom', image: pattern(4) });
  for (const _ of [1, 2]) await drive.eject();
  expect([drive.status.isTrayOpen, moves]).toEqual([true, [true]]);
  for (const _ of [1, 2]) await drive.change(pattern(4));
  expect([drive.status.isTrayOpen, moves]).toEqual([false, [true, false, true, false]]);
  const floppy = await makeDrive({ interface: 'floppy', image: pattern(4) });
  await floppy.drive.eject();
  await floppy.drive.change(pattern(4));
  expect([floppy.drive.status.isTrayOpen, floppy.moves]).toEqual([false, []]);
});

test('an empty drive is unlocked too', async () => {
  const { drive } = await makeDrive({ media: 'cdrom', image: pattern(4) });
  await drive.answer({ type: 'lock', locked: true });
  await drive.eject();
  expect(await drive.answer({ type: 'lock', locked: false })).toEqual({ error: null });
  expect(drive.status.isLocked).toBe(false);
});

test('the library is told only if the lock changes', async () => {
  const { drive, statuses } = await makeDrive({ media: 'cdrom', image: pattern(4) });
  for (const locked of [false, true, true, true, false, false]) await drive.answer({ type: 'lock', locked });
  expect(statuses.map(({ isLocked }) => isLocked)).toEqual([true, false]);
});

test('the disk of a hard disk stays in it', async () => {
  const { drive } = await makeDrive({ image: pattern(4) });
  await expect(drive.change(pattern(4))).rejects.toThrow('ide0-hd0 is a hard disk: its medium cannot be changed');
  await expect(drive.eject()).rejects.toThrow('ide0-hd0 is a hard disk');
});

test('nothing is no disk', async () => {
  await expect(makeDrive({ image: new Uint8Array() })).rejects.toThrow(
    'the image of ide0-hd0: has 0 bytes, less than a sector',
  );
});

test('zeros follow an image that ends within a sector, until it is written', async () => {
  const store = new MemoryStore('disk.img', new Uint8Array(SECTOR + 3).fill(7));
  const { drive } = await makeDrive({ image: 'disk.img', format: 'raw' }, { 'disk.img': store });
  expect(drive.status.medium!.sectors).toBe(2);
  const bytes = await readSectors(drive, 1, 1);
  expect([...bytes.subarray(0, 5)]).toEqual([7, 7, 7, 0, 0]);
  expect(await drive.answer({ type: 'write', sector: 1, bytes: new Uint8Array(SECTOR).fill(9) })).toEqual({
    error: null,
  });
  expect(store.size).toBe(2 * SECTOR);
});

test('a drive of a machine that has ended opens no image', async () => {
  const { drive, media } = await makeDrive({ media: 'cdrom' });
  await drive.close();
  await expect(drive.change(pattern(4))).rejects.toThrow('ide1-cd0: the machine has ended');
  expect(media).toEqual([]);
});

/** Stores of these names, and which of them are not closed. */
function openStores(names: readonly string[]) {
  const open = new Set(names);
  const stores = names.map((name) => {
    const store = new MemoryStore(name, pattern(4), true);
    const close = store.close.bind(store);
    store.close = async () => {
      await new Promise((resolve) => setTimeout(resolve));
      open.delete(name);
      await close();
    };
    return [name, store] as const;
  });
  return { open, files: Object.fromEntries(stores) };
}

test('of two changes at once the later one stays, and the other disks are closed', async () => {
  const { open, files } = openStores(['old.iso', 'first.iso', 'second.iso']);
  const { drive, media } = await makeDrive({ media: 'cdrom', image: 'old.iso' }, files);
  await Promise.all([drive.change('first.iso'), drive.change('second.iso')]);
  expect([drive.status.image, [...open], media.length]).toEqual(['second.iso', ['second.iso'], 2]);
});

test('a disk that is opened while the machine ends is closed', async () => {
  const { open, files } = openStores(['old.iso', 'new.iso']);
  const { drive, media } = await makeDrive({ media: 'cdrom', image: 'old.iso' }, files);
  const change = expect(drive.change('new.iso')).rejects.toThrow('ide1-cd0: the machine has ended');
  // The change has begun.
  await Promise.resolve();
  await Promise.all([change, drive.close()]);
  expect([[...open], media]).toEqual([[], []]);
});

test('the end of a machine does not wait for an image that is being opened', async () => {
  const { open, files } = openStores(['old.iso', 'slow.iso']);
  const { promise: answer, resolve: arrive } = Promise.withResolvers<void>();
  const { read } = files['slow.iso']!;
  files['slow.iso']!.read = async (...range) => {
    await answer;
    await read.apply(files['slow.iso'], range);
  };
  const { drive, media } = await makeDrive({ media: 'cdrom', image: 'old.iso' }, files);
  const change = expect(drive.change('slow.iso')).rejects.toThrow('ide1-cd0: the machine has ended');
  // The image is being opened.
  await new Promise((resolve) => setTimeout(resolve));
  await drive.close();
  expect([...open]).toEqual(['slow.iso']);
  arrive();
  await change;
  expect([[...open], media]).toEqual([[], []]);
}, 5000);

/** The first sector of a disk as a guest would write it to have it taken for another format. */
function sectorOf(start: string): Uint8Array {
  const bytes = new Uint8Array(SECTOR);
  for (const [n, character] of [...start].entries()) bytes[n] = character.charCodeAt(0);
  return bytes;
}

test('a guest cannot make a raw disk look like an image where the format was found out, and the user is told once', async () => {
  const store = new MemoryStore('disk.img', pattern(4));
  const { drive, told } = await makeDrive({ image: 'disk.img' }, { 'disk.img': store });
  for (const start of ['QFI\xfb\0\0\0\x03', 'KDMV', 'QFI\xfb\0\0\0\x02', 'LUKS\xba\xbe'])
    expect(await drive.answer({ type: 'write', sector: 0, bytes: sectorOf(start) })).toEqual({ error: 'io' });
  expect(told).toEqual([expect.stringMatching(/^ide0-hd0: disk\.img: .*format=raw/)]);
  expect((await readSectors(drive, 0, 1))[0]).toBe(0);
  expect(await drive.answer({ type: 'write', sector: 1, bytes: sectorOf('KDMV') })).toEqual({ error: null });
  expect(await drive.answer({ type: 'write', sector: 0, bytes: sectorOf('boot') })).toEqual({ error: null });
});

test('a disk that was said to be raw holds whatever the guest writes', async () => {
  const { drive, told } = await makeDrive({ image: pattern(4), format: 'raw' });
  expect(await drive.answer({ type: 'write', sector: 0, bytes: sectorOf('QFI\xfb\0\0\0\x03') })).toEqual({
    error: null,
  });
  expect(told).toEqual([]);
});
