import { expect, onTestFinished, test } from 'vitest';
import { Machine, openMonitor } from '../../../src/index.ts';
import type { Monitor } from '../../../src/monitor/monitor.ts';
import { classicTables, endlessTables, extendedTables, pagingRom } from '../../support/paging-rom.ts';

async function monitorOf(bios: Uint8Array): Promise<Monitor> {
  const machine = await Machine.create({ memory: 16, boot: { bios }, isolate: 'caller' });
  onTestFinished(() => machine.stop());
  const halted = new Promise((resolve) => machine.once('halt', resolve));
  await machine.start();
  await halted;
  return openMonitor(machine);
}

test('pages of 32-bit paging, each with what its entry says', async () => {
  const monitor = await monitorOf(pagingRom(classicTables));
  expect(await monitor.execute('info tlb')).toBe(`\
0000000000000000: 0000000000000000 -------UW
0000000000001000: 0000000000001000 --------W
0000000000002000: 0000000000002000 -------U-
0000000000004000: 0000000000005000 ---DACTUW
0000000000005000: 0000000000006000 -G-----UW
00000000003ff000: 0000000000005000 ---------
0000000000400000: 0000000000800000 -GP-----W
0000000000800000: 0000000000400000 --P------
00000000ffc00000: 00000000ffc00000 --P-A---W
`);
});

test('ranges with the same rights, those of both levels', async () => {
  const monitor = await monitorOf(pagingRom(classicTables));
  expect(await monitor.execute('info mem')).toBe(`\
0000000000000000-0000000000001000 0000000000001000 urw
0000000000001000-0000000000002000 0000000000001000 -rw
0000000000002000-0000000000003000 0000000000001000 ur-
0000000000004000-0000000000006000 0000000000002000 urw
00000000003ff000-0000000000400000 0000000000001000 -r-
0000000000400000-0000000000800000 0000000000400000 -rw
0000000000800000-0000000000c00000 0000000000400000 -r-
00000000ffc00000-0000000100000000 0000000000400000 -rw
`);
});

test('PAE paging, with a page that cannot be executed', async () => {
  const monitor = await monitorOf(pagingRom(extendedTables));
  expect(await monitor.execute('info tlb')).toBe(`\
0000000000000000: 0000000000000000 -------UW
0000000000001000: 0000000000001000 X-------W
0000000000002000: 0000000000002000 -------U-
0000000000004000: 0000000000005000 ---DA--UW
00000000001ff000: 0000000000005000 ---------
0000000000200000: 0000000000600000 --P-----W
0000000000400000: 0000000000200000 --P----U-
00000000ffe00000: 00000000ffe00000 --P-A---W
`);
});

test('a guest that maps a million pages gets a megabyte of text', async () => {
  const text = await (await monitorOf(pagingRom(endlessTables))).execute('info tlb');
  expect(text).toMatch(/\.\.\. there is more\n$/);
  expect(text.length).toBeLessThan(1.01 * 2 ** 20);
});

test('without paging there is nothing to show', async () => {
  const machine = await Machine.create({ memory: 16, boot: { demo: true }, isolate: 'caller' });
  onTestFinished(() => machine.stop());
  const monitor = openMonitor(machine);
  expect(await monitor.execute('info tlb')).toBe('PG disabled\n');
  expect(await monitor.execute('info mem')).toBe('PG disabled\n');
});
