import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IcountOptions, listenForGdb, Machine } from '../../../src/index.ts';
import { GdbClient } from '../../support/gdb-client.ts';
import { countingPair, counts, labelAt } from '../../support/two-processors.ts';

const at = (label: string) => labelAt(countingPair, label).toString(16);
const machineOptions = { memory: 16, processors: 2, boot: { bios: countingPair.bytes } };

let folder: string;
let recording: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reverse-'));
  recording = join(folder, 'recording');
  await using machine = await Machine.create({ ...machineOptions, icount: { shift: 3, record: recording } });
  await machine.start();
  while (new DataView((await machine.memoryRead(counts.second, 4)).buffer).getUint32(0, true) < 100_000) {}
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each<[string, () => IcountOptions]>([
  ['a machine that nothing enters', () => ({ shift: 3 })],
  ['a replay', () => ({ shift: 3, replay: recording })],
])('the past of two processors, in %s', (_, icount) => {
  test('is that of the one that ran', async () => {
    await using machine = await Machine.create({ ...machineOptions, icount: icount() });
    await using server = await listenForGdb(machine, { host: '127.0.0.1', port: 0 });
    using gdb = await GdbClient.connect(server.address as { host: string; port: number });
    await gdb.ask('qSupported:multiprocess+;swbreak+;hwbreak+');
    const counted = async () => [
      await gdb.ask(`m${counts.first.toString(16)},4`),
      await gdb.ask(`m${counts.second.toString(16)},4`),
    ];
    await gdb.ask(`Z1,${at('rise')},1`);
    expect(await gdb.ask('vCont;c')).toBe('T05thread:p1.2;hwbreak:;');
    const [place, registers] = [await counted(), await gdb.ask('g')];
    await gdb.ask(`z1,${at('rise')},1`);
    await gdb.ask(`Z1,${at('bump')},1`);
    expect(await gdb.ask('bc')).toBe('T05thread:p1.1;hwbreak:;');
    expect(await counted()).not.toEqual(place);
    await gdb.ask(`z1,${at('bump')},1`);
    await gdb.ask(`Z1,${at('rise')},1`);
    expect(await gdb.ask('vCont;c')).toBe('T05thread:p1.2;hwbreak:;');
    expect([await counted(), await gdb.ask('g')]).toEqual([place, registers]);
    expect(await gdb.ask('s')).toBe('T05thread:p1.2;');
    expect(await gdb.ask('bs')).toBe('T05thread:p1.2;');
    expect([await counted(), await gdb.ask('g')]).toEqual([place, registers]);
  });
});

test('in a replay nobody steps but the one that ran', async () => {
  await using machine = await Machine.create({ ...machineOptions, icount: { shift: 3, replay: recording } });
  await using server = await listenForGdb(machine, { host: '127.0.0.1', port: 0 });
  using gdb = await GdbClient.connect(server.address as { host: string; port: number });
  await gdb.ask(`Z1,${at('rise')},1`);
  expect(await gdb.ask('c')).toBe('T05thread:2;');
  expect(await gdb.ask('vCont;s:1')).toBe('E22');
  expect(await gdb.ask('vCont;s:2')).toBe('T05thread:2;');
});
