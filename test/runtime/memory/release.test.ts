import { expect, test } from 'vitest';
import { PhysicalMap } from '../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { releasePages } from '../../../runtime/memory/release.ts';

const PAGE = 4096;

function filled(): PhysicalMap {
  const map = new PhysicalMap(new GuestRam(16 * PAGE, 0, true));
  map.ram.bytes.fill(0xa5);
  return map;
}

/** The first and the last byte of each page that a host was given. */
function hostOf(map: PhysicalMap, takes: boolean) {
  const given: [number, number][] = [];
  const release = (bytes: Uint8Array): boolean => {
    given.push([bytes.byteOffset / PAGE, bytes.length / PAGE]);
    if (takes) bytes.fill(0);
    return takes;
  };
  const zeros = () => Array.from({ length: 16 }, (_, n) => n).filter((n) => map.ram.bytes[n * PAGE] === 0);
  return { given, release, zeros };
}

test.each([true, false])(
  'pages are zeros then; those that follow each other go together; the host takes them: %s',
  (takes) => {
    const map = filled();
    const { given, release, zeros } = hostOf(map, takes);
    releasePages(map, [9, 3, 4, 3, 5, 0xfffff, 2 ** 40], release);
    expect(given).toEqual([
      [3, 3],
      [9, 1],
    ]);
    expect(zeros()).toEqual([3, 4, 5, 9]);
    expect(map.ram.bytes.subarray(3 * PAGE, 6 * PAGE).some((byte) => byte !== 0)).toBe(false);
  },
);

test('who watches for stores hears of it', () => {
  const map = filled();
  const watch = map.ram.frames.watch(0, 16);
  watch.take();
  releasePages(map, [7, 8], () => true);
  expect(watch.take()).toEqual([7, 8]);
});
