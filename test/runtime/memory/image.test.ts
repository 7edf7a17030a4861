import { describe, expect, test } from 'vitest';
import { ImageLoader, ImageTaker, type MemoryImage } from '../../../runtime/memory/image.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { Random } from '../../support/random.ts';

const FRAMES = 64;
const bytesIn = ({ chunks }: MemoryImage): number => chunks.reduce((sum, { length }) => sum + length, 0);

function write(ram: GuestRam, frame: number, byte: number): void {
  ram.bytes.fill(byte, frame * 4096, (frame + 1) * 4096);
  ram.frames.stored(frame * 4096, 4096, 'device');
}

let memories = 0;

/** Memory with a taker and a loader, and some frames that are not zeros. */
function memory(...full: readonly number[]) {
  const ram = new GuestRam(FRAMES * 4096);
  for (const frame of full) write(ram, frame, frame + 1);
  const taker = new ImageTaker(ram);
  const origin = `memory ${++memories}`;
  return { ram, taker: { take: () => taker.take(origin) }, loader: new ImageLoader(ram) };
}

describe('an image of memory', () => {
  test('has what was there when it was taken', () => {
    const source = memory(3, 9);
    const before = source.ram.bytes.slice();
    const image = source.taker.take();
    write(source.ram, 9, 77);
    write(source.ram, 10, 78);
    const target = memory(5, 9);
    target.loader.load(image);
    expect(Buffer.compare(target.ram.bytes, before)).toBe(0);
  });

  test('has contents of its own only where something was written', () => {
    const source = memory(3, 9, 12);
    const first = source.taker.take();
    write(source.ram, 9, 77);
    const second = source.taker.take();
    expect(bytesIn(first)).toBe(3 * 4096);
    expect(second.chunks[0]).toBe(first.chunks[0]);
    expect(bytesIn(second) - bytesIn(first)).toBe(4096);
    expect(second.contents.filter((number, frame) => number !== first.contents[frame]).length).toBe(1);
  });

  test('drops contents that are there no more', () => {
    const source = memory(3, 9, 12);
    let most = 0;
    for (let n = 0; n < 1000; n++) {
      write(source.ram, 9, n);
      most = Math.max(most, bytesIn(source.taker.take()));
    }
    expect(most).toBeLessThanOrEqual(6 * 4096);
  });

  test('shares the large part of what it has with all others, however many there are', () => {
    const frames = 2048;
    const ram = new GuestRam(frames * 4096);
    for (let frame = 0; frame < frames; frame++) write(ram, frame, 1 + (frame % 255));
    const taker = new ImageTaker(ram);
    const target = new GuestRam(frames * 4096);
    const loader = new ImageLoader(target);
    const first = taker.take('it');
    const images = Array.from({ length: 1000 }, (_, n) => {
      write(ram, n % 100, n);
      const image = taker.take('it');
      loader.load(image);
      return image;
    });
    expect(images.filter(({ chunks }) => chunks[0] !== first.chunks[0]).length).toBe(0);
    expect(Math.max(...images.map(({ chunks }) => chunks.length))).toBeLessThanOrEqual(32);
    expect(Buffer.compare(target.bytes, ram.bytes)).toBe(0);
  });

  test('is refused by memory of another size', () => {
    const loader = new ImageLoader(new GuestRam(4096));
    expect(() => loader.load(memory(3).taker.take())).toThrow('memory: expected 4096 bytes, found 262144 bytes');
  });
});

describe('memory that is put to an image', () => {
  test('is stored to only where it differs', () => {
    const source = memory(3, 9, 12);
    const target = memory();
    target.loader.load(source.taker.take());
    write(source.ram, 9, 77);
    const image = source.taker.take();
    const watch = target.ram.frames.watch(0, FRAMES);
    watch.take();
    write(target.ram, 20, 5);
    watch.take();
    target.loader.load(image);
    expect(watch.take()).toEqual([9, 20]);
    expect(Buffer.compare(target.ram.bytes, source.ram.bytes)).toBe(0);
  });

  test('keeps code that is the same', () => {
    const source = memory(3, 9);
    const target = memory();
    target.loader.load(source.taker.take());
    const dropped: number[] = [];
    target.ram.frames.codeListener = { codeWritten: (offset) => dropped.push(offset >>> 12) };
    for (const frame of [3, 9]) target.ram.frames.markCode(frame);
    // Another source has other numbers for the same contents.
    const other = memory(3);
    target.loader.load(other.taker.take());
    expect(dropped).toEqual([9]);
  });

  test('is the same as the source after any writes on both sides', () => {
    const random = new Random(7);
    const source = memory();
    const target = memory();
    for (let round = 0; round < 300; round++) {
      for (let n = random.below(6); n > 0; n--) write(source.ram, random.below(FRAMES), random.below(3));
      for (let n = random.below(6); n > 0; n--) write(target.ram, random.below(FRAMES), random.below(3));
      target.loader.load(source.taker.take());
      expect(Buffer.compare(target.ram.bytes, source.ram.bytes)).toBe(0);
    }
  });
});
