import { describe, expect, test } from 'vitest';
import { Frames, type WriteWatch } from '../../../runtime/memory/frames.ts';
import { Mmu } from '../../../runtime/memory/mmu.ts';
import { PhysicalMap } from '../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { WORD_COUNT } from '../../../translator/abi/state.ts';

const FRAMES = 64;

/** An MMU without paging: a linear page is the frame of the same number. */
class Rig {
  readonly mmu = new Mmu(new Int32Array(WORD_COUNT), new PhysicalMap(new GuestRam(FRAMES * 4096)));
  readonly frames: Frames = this.mmu.ram.frames;

  watch(first = 8, count = 8): WriteWatch {
    const watch = this.frames.watch(first, count);
    watch.take();
    return watch;
  }

  /** A store as generated code does it, by the TLB if that has an entry. */
  store(linear: number): 'direct' | 'slow' {
    const { tlb, ram } = this.mmu;
    const at = tlb.lookup(tlb.writeSupervisor, linear >>> 12);
    if (at < 0) this.mmu.current.store32(linear, 1);
    else ram.words[(at | (linear & 0xfff)) >>> 2] = 1;
    return at < 0 ? 'slow' : 'direct';
  }
}

describe('a watch of writes', () => {
  test('takes all frames as written at first, and then none', () => {
    const watch = new Frames(FRAMES).watch(8, 3);
    expect([watch.take(), watch.take()]).toEqual([[0, 1, 2], []]);
  });

  test('sees the first store to each frame that had a write entry before; later ones are direct', () => {
    const rig = new Rig();
    rig.store(0x9000);
    expect(rig.store(0x9000)).toBe('direct');
    const watch = rig.watch();
    expect([rig.store(0x9004), rig.store(0x9008), rig.store(0x900c)]).toEqual(['slow', 'slow', 'direct']);
    rig.store(0x7000);
    rig.store(0x10000);
    expect([watch.take(), watch.take(), rig.store(0x9000), watch.take()]).toEqual([[1], [], 'slow', [1]]);
  });

  test('takes a part of its range and leaves the rest for later', () => {
    const rig = new Rig();
    const watch = rig.watch();
    for (const address of [0x8000, 0xa000, 0xf000]) rig.store(address);
    expect([watch.take(1, 4), watch.take()]).toEqual([[2], [0, 7]]);
  });

  test('does not disturb another one', () => {
    const rig = new Rig();
    const watches = [rig.watch(), rig.watch(9, 2)];
    rig.store(0x9000);
    expect(watches[0]!.take()).toEqual([1]);
    rig.store(0xa000);
    expect(watches.map((watch) => watch.take())).toEqual([[2], [0, 1]]);
  });

  test('costs nothing when it is released, and its place is free again', () => {
    const rig = new Rig();
    for (let n = 0; n < 20; n++) rig.watch().release();
    rig.store(0x9000);
    expect(rig.store(0x9000)).toBe('direct');
    const watches = Array.from({ length: 7 }, () => rig.watch());
    expect(() => rig.watch()).toThrow('release one');
    watches[0]!.release();
    rig.watch();
  });

  test('released twice gives its place back once', () => {
    const rig = new Rig();
    const watch = rig.watch();
    watch.release();
    const later = rig.watch();
    watch.release();
    expect([later.take(), rig.watch().take(), later.take()]).toEqual([[], [], []]);
    rig.store(0x9000);
    expect(later.take()).toEqual([1]);
  });

  test('leaves the mark of code alone', () => {
    const rig = new Rig();
    const told: number[] = [];
    rig.frames.codeListener = { codeWritten: (offset) => void told.push(offset) };
    rig.frames.markCode(9);
    const watch = rig.watch();
    rig.store(0x9010);
    rig.store(0x9020);
    expect([told, watch.take(), rig.frames.holdsCode(9)]).toEqual([[0x9010, 0x9020], [1], true]);
  });
});

test('a watch takes those of some frames, in any order and more than once', () => {
  const rig = new Rig();
  const watch = rig.watch();
  for (const address of [0x8000, 0xa000, 0xf000]) rig.store(address);
  expect([watch.takeAmong([7, 1, 2, 7]), watch.takeAmong([2]), watch.take()]).toEqual([[7, 2, 7], [], [0]]);
  expect(rig.store(0xf000)).toBe('slow');
});

describe('spans of RAM that may be accessed directly', () => {
  test('are those of pages that were accessed so before, up to the end of the page', () => {
    const { mmu } = new Rig();
    expect([mmu.readableSpan(0x9100, 16), mmu.writableSpan(0x9100, 16)]).toEqual([null, null]);
    mmu.current.load8(0x9000);
    mmu.current.store8(0xa000, 1);
    expect(mmu.readableSpan(0x9ffe, 16)?.length).toBe(2);
    mmu.writableSpan(0xa100, 16)!.set([1, 2, 3]);
    expect(mmu.current.load32(0xa100)).toBe(0x030201);
  });

  test('are not those of frames with code, or that are watched', () => {
    const rig = new Rig();
    for (const linear of [0x9000, 0xa000]) rig.mmu.current.store8(linear, 1);
    rig.watch(9, 1);
    rig.frames.markCode(10);
    expect([rig.mmu.writableSpan(0x9000, 4), rig.mmu.writableSpan(0xa000, 4)]).toEqual([null, null]);
    expect(rig.mmu.readableSpan(0x9000, 4)?.length).toBe(4);
  });
});
