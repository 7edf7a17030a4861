import { expect, test } from 'vitest';
import { ALONE, initialApicIds, processorCount } from '../../../runtime/cpu/topology.ts';
import { cacheLeaf, topologyLeaf } from '../../../runtime/cpu/topology-leaves.ts';

test('numbers of local APICs have bits for thread, core and socket', () => {
  expect(initialApicIds(ALONE)).toEqual([0]);
  expect(initialApicIds({ sockets: 2, cores: 2, threads: 2 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(initialApicIds({ sockets: 2, cores: 3, threads: 1 })).toEqual([0, 1, 2, 4, 5, 6]);
  expect(initialApicIds({ sockets: 1, cores: 2, threads: 3 })).toEqual([0, 1, 2, 4, 5, 6]);
  expect(processorCount({ sockets: 2, cores: 3, threads: 4 })).toBe(24);
});

test('the leaf of caches tells how many numbers share one, and how many cores a package has numbers for', () => {
  const shared = (eax: number) => [(eax >>> 14) & 0xfff, eax >>> 26];
  expect(shared(cacheLeaf(ALONE, 0)[0])).toEqual([0, 0]);
  expect(shared(cacheLeaf({ sockets: 2, cores: 3, threads: 2 }, 2)[0])).toEqual([1, 3]);
  expect(cacheLeaf(ALONE, 3)).toEqual([0, 0, 0, 0]);
  // 16 KB, 16 KB and 512 KB: ways, lines and sets.
  const sizes = [0, 1, 2]
    .map((n) => cacheLeaf(ALONE, n))
    .map(([, ebx, sets]) => ((ebx >>> 22) + 1) * ((ebx & 0xfff) + 1) * (sets + 1));
  expect(sizes).toEqual([16 << 10, 16 << 10, 512 << 10]);
});

test('the leaf of the topology has a level for threads and one for cores', () => {
  const topology = { sockets: 2, cores: 4, threads: 2 };
  expect(topologyLeaf(topology, 5, 0)).toEqual([1, 2, 0x100, 5]);
  expect(topologyLeaf(topology, 5, 1)).toEqual([3, 8, 0x201, 5]);
  expect(topologyLeaf(topology, 5, 2)).toEqual([0, 0, 2, 5]);
});
