import { expect, test } from 'vitest';
import type { MakingGuest } from '../../../../../src/node/linux/debian-disk/disk.ts';
import { Making } from '../../../../../src/node/linux/debian-disk/making.ts';

const guest = { archiveCount: 4, packageCount: 2 } as MakingGuest;

function making(): { making: Making; steps: string[] } {
  const steps: string[] = [];
  return { making: new Making(guest, (activity, percent) => steps.push(`${activity} ${percent ?? ''}`.trim())), steps };
}

test('its steps are told in per cent', () => {
  const { making: it, steps } = making();
  it.receive('@@step Making the file system\r\n@@unpa');
  it.receive('cked\r\n@@unpacked\r\nsomething else\r\n@@configured\r\n@@done\r\n');
  expect(steps).toEqual([
    'Making the file system',
    'Writing packages to the disk 25',
    'Writing packages to the disk 50',
    'Configuring packages 50',
  ]);
  expect(it.failure).toBeUndefined();
  expect(it.said).toBe('something else\n');
});

test('what failed is said, with what the guest said last', () => {
  const { making: it } = making();
  it.receive('No space left on device\r\n@@failed an archive cannot be unpacked\r\n');
  expect(it.failure).toBe('an archive cannot be unpacked');
  expect(it.lastLines).toBe('No space left on device');
});

test('a guest that ends early has failed', () => {
  expect(making().making.failure).toBe('the guest ended before it was done');
});
