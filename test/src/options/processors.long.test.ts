import { expect, test } from 'vitest';
import { checkedPresence, checkedProcessors, type ProcessorOptions } from '../../../src/options/processors.ts';

test('a number is cores of one socket; what is left out of a topology is 1', () => {
  expect(checkedProcessors(4, undefined)).toEqual({ sockets: 1, cores: 4, threads: 1 });
  expect(checkedProcessors({ sockets: 2, threads: 2 }, 'qemu32')).toEqual({ sockets: 2, cores: 1, threads: 2 });
  expect(checkedProcessors({ cores: 3, threads: 2 }, 'max')).toEqual({ sockets: 1, cores: 3, threads: 2 });
  expect(checkedProcessors(1, '486')).toEqual({ sockets: 1, cores: 1, threads: 1 });
});

test.each<[ProcessorOptions, string | undefined, string]>([
  [0, undefined, 'processors is 0; it must be a whole number from 1 to 32'],
  [1.5, undefined, 'processors is 1.5; it must be a whole number from 1 to 32'],
  [{ cores: 0 }, undefined, 'processors.cores is 0; it must be a whole number from 1 to 32'],
  [
    { nodes: 2 } as ProcessorOptions,
    undefined,
    "unknown 'nodes' in processors; it is one of: sockets, cores, threads, present",
  ],
  [{ sockets: 8, cores: 8 }, undefined, '64 processors are too many; there can be 32'],
  [{ sockets: 2, cores: 3 }, undefined, '2 sockets of 3 cores of 1 threads would leave numbers of processors out'],
  [{ cores: 2, threads: 3 }, undefined, '1 sockets of 2 cores of 3 threads would leave numbers of processors out'],
  [2, '486', "cpu '486' has no local APIC"],
  [2, 'pentium,-apic', "cpu 'pentium,-apic' has no local APIC"],
])('%j with cpu %s is refused', (processors, cpu, message) => {
  expect(() => checkedProcessors(processors, cpu)).toThrow(message);
});

test('processors that are there at the start are so many, or those that are named', () => {
  expect(checkedPresence(4)).toBeUndefined();
  expect(checkedPresence({ cores: 4 })).toBeUndefined();
  expect(checkedPresence({ cores: 4, present: 2 })).toEqual([{ number: 0 }, { number: 1 }]);
  expect(checkedPresence({ cores: 4, present: [{ number: 3, id: 'three' }, 0] })).toEqual([
    { number: 0 },
    { number: 3, id: 'three' },
  ]);
});

test.each<[unknown, string]>([
  [0, 'processors.present is 0; it must be a whole number from 1 to 4'],
  [5, 'processors.present is 5; it must be a whole number from 1 to 4'],
  [[0, 4], 'processors.present is 4; it must be a whole number from 0 to 3'],
  [[1, 2], 'processors.present must have the first processor, 0; add it'],
  [[], 'processors.present must have the first processor, 0; add it'],
  [[0, 2, { number: 2 }], 'processors.present names a processor twice; name each once'],
  [[0, { number: 1, id: '7' }], 'is no name; begin it with a letter'],
  ['all', 'processors.present'],
  [[0, null], 'processors.present'],
])('present %j is refused', (present, message) => {
  expect(() => checkedPresence({ cores: 4, present } as ProcessorOptions)).toThrow(message);
});
