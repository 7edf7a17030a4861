import { expect, test } from 'vitest';
import { checkedVirtioPorts } from '../../../src/options/virtio-ports.ts';

test('ports are named or not, and consoles or not', () => {
  expect(checkedVirtioPorts([{}, { name: 'org.test' }, { console: true }])).toEqual([
    { name: '', isConsole: false },
    { name: 'org.test', isConsole: false },
    { name: '', isConsole: true },
  ]);
});

test.each<[unknown, string]>([
  ['a', "virtioPorts is 'a'; it must be an array of at most 30 ports"],
  [[{ title: 'a' }], "unknown 'title' in virtioPorts[0]"],
  [[{}, { name: 'ä' }], 'virtioPorts[1].name must be at most 100 characters of ASCII'],
  [[{ name: 'a'.repeat(101) }], 'virtioPorts[0].name must be at most 100 characters of ASCII'],
  [[{ console: 1 }], 'virtioPorts[0].console is 1; it must be a boolean'],
])('%j is refused', (ports, message) => {
  expect(() => checkedVirtioPorts(ports as never)).toThrow(message);
});
