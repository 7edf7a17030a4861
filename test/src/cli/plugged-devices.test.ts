import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { waitingNetworks } from '../../../src/cli/network-flags.ts';

const settingsOf = (line: string) => parseArguments(line.split(' '));

test('the id of a disk with a controller of its own is the name by which it is pulled out', () => {
  const { machine } = settingsOf(
    'demo -drive if=none,id=a,file=a -device virtio-blk-pci,drive=a,id=v1 -drive if=none,id=b,file=b -device nvme,drive=b,serial=s',
  );
  expect(machine.drives).toEqual([
    { id: 'a', image: 'a', media: 'disk', interface: 'virtio', device: 'v1' },
    { id: 'b', image: 'b', media: 'disk', interface: 'nvme', serial: 's' },
  ]);
});

test('networks without a card wait for one that is plugged in', () => {
  const settings = settingsOf('demo -netdev user,id=n0 -netdev user,id=n1 -device e1000,netdev=n1');
  expect([...waitingNetworks(settings).keys()]).toEqual(['n0']);
});
