import { describe, expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';
import { BlobStore } from '../../../src/storage/blob-store.ts';

const bytes = Uint8Array.from({ length: 1000 }, (_, n) => n % 251);

describe('a store of a Blob', () => {
  const store = new BlobStore('a blob', new Blob([bytes]));

  test('has its bytes', async () => {
    const target = new Uint8Array(300);
    await store.read(650, target);
    expect(target).toEqual(bytes.slice(650, 950));
    expect(store.size).toBe(1000);
  });

  test('cannot be read beyond its end', async () => {
    await expect(store.read(999, new Uint8Array(2))).rejects.toThrow('a blob: bytes 999 to 1001 are not within');
  });

  test('cannot be changed', async () => {
    await expect(store.write()).rejects.toThrow('a blob: is open for reading only');
    await expect(store.resize()).rejects.toThrow('a blob: is open for reading only');
  });

  test('says why it cannot be read', async () => {
    const blob = { size: 10, slice: () => ({ arrayBuffer: () => Promise.reject(new Error('the file was removed')) }) };
    const gone = new BlobStore('gone.img', blob as unknown as Blob);
    await expect(gone.read(0, new Uint8Array(1))).rejects.toThrow('gone.img: cannot read it: the file was removed');
  });
});

describe('a Blob as an image', () => {
  test('of a hard disk can be written, but the Blob stays as it is', async () => {
    const image = new File([new Uint8Array(1 << 20)], 'my disk.img');
    await using machine = await Machine.create({ memory: 4, drives: [{ image }] });
    const [drive] = machine.drives;
    expect([drive!.image, drive!.isReadOnly]).toEqual(['my disk.img', false]);
  });

  test('of a CD cannot be written', async () => {
    const image = new Blob([new Uint8Array(1 << 20)]);
    await using machine = await Machine.create({ memory: 4, drives: [{ image, media: 'cdrom' }] });
    const [drive] = machine.drives;
    expect([drive!.image, drive!.isReadOnly]).toEqual(['the image of ide1-cd0', true]);
  });

  test('of a kernel that is none is refused', async () => {
    await expect(Machine.create({ boot: { kernel: new Blob([bytes]) } })).rejects.toThrow(/no|not/);
  });
});
