import { expect, test } from 'vitest';
import type { MachineOptions } from '../../../src/index.ts';
import { checkOptions } from '../../../src/options/options.ts';

const boot = { demo: true } as const;

test('a machine with Xen has as many consoles as were asked for', () => {
  expect(checkOptions({ boot, xen: true, xenConsoles: 3 })).toMatchObject({ xen: true, xenConsoles: 3 });
  expect(checkOptions({ boot, xenConsoles: 0 }).xenConsoles).toBeUndefined();
});

test('a machine with Xen has its keyboard and its framebuffer if they were asked for', () => {
  const config = checkOptions({ boot, xen: true, xenKeyboard: true, xenFramebuffer: true });
  expect(config).toMatchObject({ xenKeyboard: true, xenFramebuffer: true });
  const without = checkOptions({ boot, xen: true, xenKeyboard: false });
  expect([without.xenKeyboard, without.xenFramebuffer]).toEqual([undefined, undefined]);
});

test.each([
  ['4.0', 0x40000],
  ['4.16', 0x40010],
  ['4.17', undefined],
])('version %s', (version, xenVersion) => {
  expect(checkOptions({ boot, xen: { version } }).xenVersion).toBe(xenVersion);
});

test.each<[MachineOptions, string]>([
  [{ xenConsoles: 1 }, 'xenConsoles is for drivers of Xen, which the machine has not; give xen (-machine xen=on)'],
  [{ xenKeyboard: true }, 'xenKeyboard is for drivers of Xen'],
  [{ xenFramebuffer: true }, 'xenFramebuffer is for drivers of Xen'],
  [{ xen: true, xenFramebuffer: 1 as never }, 'xenFramebuffer is 1; it must be a boolean'],
  [{ drives: ['a', { interface: 'xen', image: 'b' }] }, 'drives[1] is for drivers of Xen'],
  [{ network: [{ card: 'xen-net-device' }] }, 'network[0] is for drivers of Xen'],
  [{ xen: { version: '4.18' } }, "xen.version is '4.18'; give a version from 4.0 to 4.17"],
  [{ xen: { version: 4 } as never }, 'xen.version is 4; give a version from 4.0 to 4.17'],
  [{ xen: { release: '4.17' } as never }, "unknown 'release' in xen"],
  [{ xen: 1 as never }, 'xen is 1; it must be a boolean'],
  [{ xen: true, xenConsoles: 11 }, 'xenConsoles is 11; it must be a whole number from 0 to 10'],
])('%j: %s', (options, message) => {
  expect(() => checkOptions({ boot, ...options })).toThrow(message);
});
