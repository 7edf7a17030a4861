import { expect, test } from 'vitest';
import { MemoryHistory } from '../../../runtime/history/memory-history.ts';
import { Transfer } from '../../../runtime/machine/transfer.ts';
import { memoryComponent } from '../../../runtime/memory/component.ts';
import { ImageLoader, ImageTaker } from '../../../runtime/memory/image.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';

const PAGE_BYTES = 4096;
const FRAMES = 4;
const devices = { takeInput: () => {}, save: () => ({}), check: () => {}, load: () => {} };

/** Memory with words in frames 1 and 2, and what is written of its code: its frames are marked as code when `watched` is called. */
function memory() {
  const ram = new GuestRam(FRAMES * PAGE_BYTES);
  for (const frame of [1, 2]) write(ram, frame, frame);
  const dropped: number[] = [];
  const watched = () => {
    for (let frame = 0; frame < FRAMES; frame++) ram.frames.markCode(frame);
    ram.frames.codeListener = { codeWritten: (offset) => dropped.push(offset / PAGE_BYTES) };
  };
  return { ram, dropped, watched };
}

function write(ram: GuestRam, frame: number, value: number): void {
  ram.words[frame * (PAGE_BYTES / 4)] = value;
  ram.frames.stored(frame * PAGE_BYTES, 4, 'device');
}

/** Ways to put memory back to what it held: each returns what does that. */
const ways: Readonly<Record<string, (ram: GuestRam) => () => void>> = {
  'a snapshot': (ram) => {
    const component = memoryComponent(ram);
    const saved = component.save();
    return () => component.load(saved);
  },
  'an image for forks': (ram) => {
    const image = new ImageTaker(ram).take('origin');
    return () => new ImageLoader(ram).load(image);
  },
  'a moment of its history': (ram) => {
    const history = new MemoryHistory(ram);
    history.add(0);
    return () => history.restore(0);
  },
  'what a migration brings': (ram) => {
    const source = new Transfer(ram, devices);
    source.begin();
    const { part } = source.changed(0, FRAMES);
    // As in a record, its bytes may begin anywhere.
    const contents = new Uint8Array(part.contents.length + 1).subarray(1);
    contents.set(part.contents);
    return () => new Transfer(ram, devices).store({ ...part, contents });
  },
};

test.each(Object.entries(ways))('%s stores to frames that differ, and to no others', (_, way) => {
  const { ram, dropped, watched } = memory();
  const before = ram.bytes.slice();
  const putBack = way(ram);
  write(ram, 2, 7);
  write(ram, 3, 7);
  watched();
  putBack();
  expect(Buffer.compare(ram.bytes, before)).toBe(0);
  expect(dropped.sort()).toEqual([2, 3]);
});

test('memory of which it is known what nobody has written becomes what was saved', () => {
  const saved = memoryComponent(memory().ram).save();
  const ram = new GuestRam(FRAMES * PAGE_BYTES);
  ram.watchUntouched();
  write(ram, 2, 7);
  write(ram, 3, 7);
  memoryComponent(ram).load(saved);
  expect(Buffer.compare(ram.bytes, memory().ram.bytes)).toBe(0);
  expect([0, 1, 2, 3].map((frame) => ram.isUntouched(frame))).toEqual([true, false, false, false]);
  ram.unwatchUntouched();
  expect(ram.isUntouched(0)).toBe(false);
});

test('frames after RAM are never untouched: a machine is made with contents there', () => {
  const ram = new GuestRam(PAGE_BYTES, PAGE_BYTES);
  ram.watchUntouched();
  expect([0, 1].map((frame) => ram.isUntouched(frame))).toEqual([true, false]);
});
