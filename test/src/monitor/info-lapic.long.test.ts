import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalApicState } from '../../../runtime/devices/local-apic/state.ts';
import { Machine, openMonitor } from '../../../src/index.ts';
import type { Monitor } from '../../../src/monitor/monitor.ts';

let machine: Machine;
let monitor: Monitor;

beforeAll(async () => {
  machine = await Machine.create({ memory: 4, boot: { demo: true } });
  monitor = openMonitor(machine, { quit: () => {} });
});
afterAll(() => machine.stop());

test('the local APIC, as a reset leaves it', async () => {
  expect(await monitor.execute('info lapic')).toBe(`dumping local APIC state for CPU 0${' '}

LVT0\t 0x00000700 active-hi edge                              ExtINT (vec 0)
LVT1\t 0x00010000 active-hi edge  masked                      Fixed  (vec 0)
LVTPC\t 0x00010000 active-hi edge  masked                      Fixed  (vec 0)
LVTERR\t 0x00010000 active-hi edge  masked                      Fixed  (vec 0)
LVTTHMR\t 0x00010000 active-hi edge  masked                      Fixed  (vec 0)
LVTT\t 0x00010000 active-hi edge  masked         one-shot     Fixed  (vec 0)
Timer\t DCR=0x0 (divide by 2) initial_count = 0 current_count = 0
SPIV\t 0x000000ff APIC disabled, focus=off, spurious vec 255
ICR\t 0x00000000 physical edge de-assert no-shorthand
ICR2\t 0x00000000 cpu 0 (APIC ID)
ESR\t 0x00000000
ISR\t (none)
IRR\t (none)

APR 0x00 TPR 0x00 DFR 0x0f LDR 0x00 PPR 0x00
`);
});

test('to look at the local APIC changes nothing, as a read of what is no register would', async () => {
  const errors = async () => ((await machine.examine('stateOf', 'local apic')) as LocalApicState).newErrors;
  await monitor.execute('info lapic');
  expect(await errors()).toBe(0);
  await monitor.execute('xp /1xw 0xfee00000');
  expect(await errors()).not.toBe(0);
});
