import { expect, test } from 'vitest';
import { DriveCounter } from '../../../src/drives/statistics.ts';
import { Machine, openMonitor, openQmp } from '../../../src/index.ts';
import { askSectors, sectorRom } from '../../support/sector-roms.ts';

const nothing = { requests: 0, failures: 0, bytes: 0, nanoseconds: 0 };
const all = { reads: nothing, writes: nothing, flushes: nothing, discards: nothing };
const noStatistics = { ...all, writtenUpTo: 0, idleNanoseconds: null };

test('requests are counted with their bytes, failures and times, those at the same time each', () => {
  let now = 5;
  const counter = new DriveCounter({ now: () => now });
  expect(counter.statistics).toEqual(noStatistics);
  const read = counter.begin({ type: 'read', sector: 0, bytes: new Uint8Array(1024) });
  const write = counter.begin({ type: 'write', sector: 8, bytes: new Uint8Array(512) });
  now += 2;
  read({ error: null });
  counter.begin({ type: 'flush' })({ error: null });
  counter.begin({ type: 'lock', locked: true })({ error: null });
  now += 1;
  write({ error: null });
  counter.begin({ type: 'write', sector: 100, bytes: new Uint8Array(512) })({ error: 'io' });
  counter.begin({ type: 'discard', sector: 0, count: 4 })({ error: null });
  now += 0.5;
  expect(counter.statistics).toEqual({
    reads: { requests: 1, failures: 0, bytes: 1024, nanoseconds: 2e6 },
    writes: { requests: 1, failures: 1, bytes: 512, nanoseconds: 3e6 },
    flushes: { requests: 1, failures: 0, bytes: 0, nanoseconds: 0 },
    discards: { requests: 1, failures: 0, bytes: 2048, nanoseconds: 0 },
    writtenUpTo: 9 * 512,
    idleNanoseconds: 5e5,
  });
});

/** Those of QEMU 7.2. */
const names =
  'unmap_operations unmap_merged flush_total_time_ns wr_highest_offset wr_total_time_ns failed_wr_operations failed_rd_operations wr_merged wr_bytes timed_stats failed_unmap_operations failed_flush_operations account_invalid rd_total_time_ns invalid_unmap_operations flush_operations wr_operations unmap_bytes rd_merged rd_bytes unmap_total_time_ns invalid_flush_operations account_failed idle_time_ns rd_operations invalid_wr_operations invalid_rd_operations';

test('what a guest asks of its disk is told by the library, the monitor and QMP', async () => {
  const drives = [{ image: new Uint8Array(16 * 512) }, { media: 'cdrom' as const }];
  await using machine = await Machine.create({ memory: 2, vga: 'none', boot: { bios: sectorRom }, drives });
  const [disk, cd] = machine.drives;
  expect(await disk!.statistics()).toEqual(noStatistics);
  await machine.start();
  await askSectors(machine, 'w3', 'r3', 'r4');
  const { reads, writes, writtenUpTo, idleNanoseconds } = await disk!.statistics();
  expect([reads.requests, reads.bytes, writes.requests, writes.bytes, writtenUpTo]).toEqual([2, 1024, 1, 512, 2048]);
  expect(Math.min(reads.nanoseconds, writes.nanoseconds, idleNanoseconds!)).toBeGreaterThan(0);
  expect(await cd!.statistics()).toEqual(noStatistics);

  const lines = (await openMonitor(machine).execute('info blockstats')).split('\n');
  expect(lines[0]).toMatch(
    /^ide0-hd0: rd_bytes=1024 wr_bytes=512 rd_operations=2 wr_operations=1 flush_operations=\d+ wr_total_time_ns=\d+ rd_total_time_ns=\d+ flush_total_time_ns=\d+ rd_merged=0 wr_merged=0 idle_time_ns=\d+$/,
  );
  expect(lines[1]).toMatch(/^ide1-cd0: rd_bytes=0 .* idle_time_ns=0$/);

  const qmp = openQmp(machine);
  const told = (await qmp.execute('query-blockstats')) as { device: string; stats: Record<string, unknown> }[];
  expect(told.map(({ device }) => device)).toEqual(['ide0-hd0', 'ide1-cd0']);
  expect(Object.keys(told[0]!.stats).sort()).toEqual(names.split(' ').sort());
  expect(told[0]!.stats).toMatchObject({ rd_bytes: 1024, wr_operations: 1, wr_highest_offset: 2048 });
  expect(await qmp.execute('query-blockstats', { 'query-nodes': true })).toMatchObject([
    { 'node-name': '#ide0-hd0', stats: { rd_operations: 2 } },
  ]);
});
