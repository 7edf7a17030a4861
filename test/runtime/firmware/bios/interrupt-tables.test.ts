import { expect, test } from 'vitest';
import { interruptRoutingTable } from '../../../../runtime/firmware/bios/tables/interrupt-routing.ts';
import { MP_SPARE_BYTES, multiprocessorTables } from '../../../../runtime/firmware/bios/tables/multiprocessor.ts';

const routes = [5, 9, 10, 11];
const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => (total + byte) & 0xff, 0);

/** The PIRQ of a pin, 0 for A: pins of devices one after the other rotate (PIIX3 on QEMU's board). */
const pirqOf = (device: number, pin: number): number => (device + pin - 1) % 4;

test('the table of interrupt routes has all slots of the bus', () => {
  const table = interruptRoutingTable(routes);
  const view = new DataView(table.buffer);
  expect(sum(table)).toBe(0);
  expect(view.getUint16(6, true)).toBe(table.length);
  const entries = Array.from({ length: (table.length - 32) / 16 }, (_, n) => table.subarray(32 + 16 * n));
  expect(entries.map(([, devfn]) => devfn! >> 3)).toEqual(Array.from({ length: 31 }, (_, n) => n + 1));
  for (const entry of entries)
    for (const pin of [0, 1, 2, 3]) expect(entry[2 + 3 * pin]).toBe(0x60 + pirqOf(entry[1]! >> 3, pin));
});

test('so has the MP table', () => {
  const overrides = [{ irq: 0, input: 2, level: false }];
  const table = multiprocessorTables(0x1000, { localAddress: 0, ioAddress: 0, overrides, pirqRoutes: routes });
  const body = table.subarray(16 + MP_SPARE_BYTES);
  expect(sum(body)).toBe(0);
  // Interrupts of bus 0, which is PCI: (MultiProcessor Specification 1.4, 4.3.4).
  const interrupts: number[][] = [];
  for (let at = 44; at < body.length; at += body[at] === 0 ? 20 : 8)
    if (body[at] === 3 && body[at + 4] === 0) interrupts.push([...body.subarray(at + 5, at + 8)]);
  expect(interrupts).toHaveLength(31 * 4);
  for (const [source, , input] of interrupts) expect(input).toBe(routes[pirqOf(source! >> 2, source! & 3)]);
});
