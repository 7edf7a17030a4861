import { expect, test } from 'vitest';
import { checkedProcessors, type ProcessorOptions } from '../../../src/options/processors.ts';

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
  [{ nodes: 2 } as ProcessorOptions, undefined, "unknown 'nodes' in processors; it is one of: sockets, cores, threads"],
  [{ sockets: 8, cores: 8 }, undefined, '64 processors are too many; there can be 32'],
  [{ sockets: 2, cores: 3 }, undefined, '2 sockets of 3 cores of 1 threads would leave numbers of processors out'],
  [{ cores: 2, threads: 3 }, undefined, '1 sockets of 2 cores of 3 threads would leave numbers of processors out'],
  [2, '486', "cpu '486' has no local APIC"],
  [2, 'pentium,-apic', "cpu 'pentium,-apic' has no local APIC"],
])('%j with cpu %s is refused', (processors, cpu, message) => {
  expect(() => checkedProcessors(processors, cpu)).toThrow(message);
});
