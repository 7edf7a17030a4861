import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, type Monitor, openMonitor, openQmp } from '../../../src/index.ts';

let machine: Machine;
let monitor: Monitor;

beforeAll(async () => {
  machine = await Machine.create({
    ...{ memory: 16, boot: { demo: true }, isolate: 'caller', edu: {} },
    drives: [
      { interface: 'nvme', id: 'nvm', image: new Uint8Array(1 << 20), serial: 'deadbeef' },
      { interface: 'nvme', image: new Uint8Array(1 << 20), limits: { iops: 100 } },
    ],
  });
  monitor = openMonitor(machine);
});
afterAll(() => machine.stop());

/** As QEMU 7.2 shows it. */
test('info pci: a base address register of 64 bits, and a class without a name', async () => {
  const text = await monitor.execute('info pci');
  expect(text).toContain(`  Bus  0, device   2, function 0:
    Class 0264: PCI device 1b36:0010
      PCI subsystem 1af4:1100
      IRQ 10, pin A
      BAR0: 64 bit memory at 0xffffffffffffffff [0x00003ffe].
      id ""
`);
  expect(text).toContain('Class 0255: PCI device 1234:11e8');
});

test('info qtree', async () => {
  expect(await monitor.execute('info qtree')).toContain(`      dev: nvme0 pci, id ""
        drive = "nvm"
        addr = 02.0
        class Class 0108, addr 00:02.0, pci id 1b36:0010 (sub 1af4:1100)
        bar 0: mem at 0xffffffffffffffff [0x3ffe]
`);
});

test('info block, with limits', async () => {
  const text = await monitor.execute('info block');
  expect(text).toMatch(/^nvm: .*\n {4}Attached to: {6}\/machine\/peripheral-anon\/device\[0\]\n/);
  expect(text).toMatch(/\nnvme1: .*\n {4}Attached to: {6}\/machine\/peripheral-anon\/device\[1\]\n.*\n.*iops=100/);
});

test('query-block and query-pci', async () => {
  const qmp = openQmp(machine);
  const [first] = (await qmp.execute('query-block')) as { device: string; removable: boolean; qdev?: string }[];
  expect(first).toMatchObject({ device: 'nvm', locked: false, removable: false, type: 'unknown' });
  const [bus] = (await qmp.execute('query-pci')) as { devices: { id: object; regions: object[] }[] }[];
  const found = bus!.devices.find(({ id }) => JSON.stringify(id).includes(`"device":${0x10}`));
  expect(found?.regions).toEqual([
    { bar: 0, size: 0x4000, address: -1, type: 'memory', mem_type_64: true, prefetch: false },
  ]);
});
