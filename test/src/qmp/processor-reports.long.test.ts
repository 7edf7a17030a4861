import { expect, test } from 'vitest';
import { Machine, openQmp } from '../../../src/index.ts';

test("a system's answers about processors are told, as QEMU tells them", async () => {
  const processors = { cores: 4, present: [0, { number: 1, id: 'more' }] };
  await using machine = await Machine.create({ memory: 8, boot: { demo: true }, processors });
  const qmp = openQmp(machine);
  const events: unknown[] = [];
  qmp.listen((event, data) => void events.push([event, data]));
  const write = (line: string) => qmp.execute('human-monitor-command', { 'command-line': `o/${line}` });
  await write('b 0xaf00 0');
  for (const processor of [1, 2]) {
    await write(`w 0xaf00 ${processor}`);
    for (const line of ['b 0xaf05 1', 'w 0xaf08 0x103', 'b 0xaf05 2', 'w 0xaf08 0x84']) await write(line);
  }
  const status = { 'slot-type': 'CPU', source: 0x103, status: 0x84 };
  await expect
    .poll(() => events)
    .toEqual([
      ['ACPI_DEVICE_OST', { info: { device: 'more', slot: '1', ...status } }],
      ['ACPI_DEVICE_OST', { info: { slot: '2', ...status } }],
    ]);
});
