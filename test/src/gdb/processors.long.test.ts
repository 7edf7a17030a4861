import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { numberFromHex, numberToHex } from '../../../src/gdb/hex.ts';
import { gdbRegisters } from '../../../src/gdb/register-table.ts';
import { listenForGdb, Machine, type SessionServer } from '../../../src/index.ts';
import { GdbClient } from '../../support/gdb-client.ts';
import { countingPair, counts, labelAt, OWN_LINEAR } from '../../support/two-processors.ts';

let machine: Machine;
let server: SessionServer;
let gdb: GdbClient;
beforeAll(async () => {
  machine = await Machine.create({ memory: 16, processors: 2, boot: { bios: countingPair.bytes } });
  server = await listenForGdb(machine, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await machine.stop();
});
beforeEach(async () => {
  gdb = await GdbClient.connect(server.address as { host: string; port: number });
  await gdb.ask('qSupported:multiprocess+;swbreak+;hwbreak+');
  await gdb.ask('?');
});
afterEach(() => gdb[Symbol.dispose]());

const numberOf = (name: string): string => gdbRegisters.findIndex((one) => one.name === name).toString(16);
const register = async (name: string) => Number(numberFromHex(await gdb.ask(`p${numberOf(name)}`)));
const at = (label: string) => labelAt(countingPair, label);
const memory = async (address: number) => Number(numberFromHex(await gdb.ask(`m${address.toString(16)},4`)));

/** Where each processor is. */
async function places(): Promise<[number, number]> {
  await gdb.ask('Hgp1.1');
  const first = await register('eip');
  await gdb.ask('Hgp1.2');
  return [first, await register('eip')];
}

/** Runs until one comes to a place; what gdb is told. */
async function runTo(label: string): Promise<string> {
  const point = `${at(label).toString(16)},1`;
  await gdb.ask(`Z1,${point}`);
  const reply = await gdb.ask('vCont;c:p1.-1');
  await gdb.ask(`z1,${point}`);
  return reply;
}

test.each([
  ['qfThreadInfo', 'mp1.1,p1.2'],
  ['qsThreadInfo', 'l'],
  ['qThreadExtraInfo,p1.1', Buffer.from('CPU#0').toString('hex')],
  ['qThreadExtraInfo,p1.2', Buffer.from('CPU#1').toString('hex')],
  ['qThreadExtraInfo,p1.3', 'E22'],
  ['Tp1.2', 'OK'],
  ['Tp1.3', 'E22'],
  ['Hgp1.3', 'E22'],
  ['Hcp2.1', 'E22'],
  ['vCont;s:p1.3', 'E22'],
  ['vCont;s;t:p1.1', 'E22'],
])('%s', async (question, answer) => {
  expect(await gdb.ask(question)).toBe(answer);
});

test('a client without processes names threads alone', async () => {
  await gdb.ask('qSupported:swbreak+');
  expect(await gdb.ask('qfThreadInfo')).toBe('m1,2');
  expect(await gdb.ask('Hg2')).toBe('OK');
  expect(await gdb.ask('qC')).toBe('QC2');
});

describe('a stop', () => {
  test('at a breakpoint of either is of all, and what is asked then is about that one', async () => {
    expect(await runTo('rise')).toBe('T05thread:p1.2;hwbreak:;');
    expect(await gdb.ask('qC')).toBe('QCp1.2');
    expect([await register('ebx'), await memory(OWN_LINEAR)]).toEqual([0x22222222, 0x22222222]);
    expect(await runTo('bump')).toBe('T05thread:p1.1;hwbreak:;');
    expect([await register('ebx'), await memory(OWN_LINEAR)]).toEqual([0x11111111, 0x11111111]);
  });

  test('by a watchpoint names the one that has stored', async () => {
    await runTo('bump');
    for (const [word, thread] of [
      [counts.second, 2],
      [counts.first, 1],
    ]) {
      const point = `${word!.toString(16)},4`;
      await gdb.ask(`Z2,${point}`);
      expect(await gdb.ask('vCont;c')).toBe(`T05thread:p1.${thread};watch:${word!.toString(16)};`);
      await gdb.ask(`z2,${point}`);
    }
  });
});

describe('one is chosen', () => {
  test('Hg chooses whose registers and memory are read and written', async () => {
    await runTo('rise');
    expect(await gdb.ask('Hgp1.1')).toBe('OK');
    expect([await register('ebx'), await memory(OWN_LINEAR)]).toEqual([0x11111111, 0x11111111]);
    // Any will do: it stays as it was.
    expect(await gdb.ask('Hgp0.0')).toBe('OK');
    expect(await gdb.ask(`P${numberOf('edi')}=05000000`)).toBe('OK');
    expect(await gdb.ask(`M${OWN_LINEAR.toString(16)},4:78563412`)).toBe('OK');
    const all = await gdb.ask('g');
    await gdb.ask('Hgp1.2');
    expect([await register('edi'), await memory(OWN_LINEAR)]).toEqual([0, 0x22222222]);
    expect(await gdb.ask('g')).not.toBe(all);
    await gdb.ask('Hgp1.1');
    expect([await register('edi'), await memory(OWN_LINEAR)]).toEqual([5, 0x12345678]);
    expect(await gdb.ask(`M${OWN_LINEAR.toString(16)},4:${numberToHex(0x11111111n, 4)}`)).toBe('OK');
  });

  test('the one that is named steps, and the other one stands still', async () => {
    await runTo('rise');
    const [first] = await places();
    const before = await memory(counts.second);
    expect(await gdb.ask('vCont;s:p1.2;c:p1.-1')).toBe('T05thread:p1.2;');
    expect(await memory(counts.second)).toBe(before + 1);
    expect(await places()).toEqual([first, at('rise') + 6]);
    const second = at('rise') + 6;
    for (let step = 0; step < 3; step++) expect(await gdb.ask('vCont;s:p1.1')).toBe('T05thread:p1.1;');
    const [moved, still] = await places();
    expect([moved === first, still]).toEqual([false, second]);
  });

  test('Hc chooses who steps by a packet that names none', async () => {
    await runTo('rise');
    const [, second] = await places();
    await gdb.ask('Hcp1.1');
    expect(await gdb.ask('s')).toBe('T05thread:p1.1;');
    expect((await places())[1]).toBe(second);
    // A stop chooses the one that has stopped.
    expect(await gdb.ask('s')).toBe('T05thread:p1.1;');
    await gdb.ask('Hcp1.2');
    expect(await gdb.ask(`s${at('climb').toString(16)}`)).toBe('T05thread:p1.2;');
    expect((await places())[1]).toBe(at('rise'));
  });

  test('after that both go on', async () => {
    await runTo('rise');
    await gdb.ask('vCont;s:p1.2');
    const before = [await memory(counts.first), await memory(counts.second)];
    await gdb.send('vCont;c');
    for (let n = 0; n < 2; n++) {
      const word = [counts.first, counts.second][n]!;
      while (new DataView((await machine.memoryRead(word, 4)).buffer).getUint32(0, true) === before[n]) {}
    }
    gdb.write('\x03');
    expect(await gdb.packet()).toMatch(/^T02thread:p1\.[12];$/);
  });
});

test('a step of one that waits to be started ends with Ctrl-C, and the other one has stood still', async () => {
  await machine.reset();
  const [first] = await places();
  await gdb.send('vCont;s:p1.2');
  gdb.write('\x03');
  expect(await gdb.packet()).toBe('T02thread:p1.2;');
  expect((await places())[0]).toBe(first);
  expect(await runTo('bump')).toBe('T05thread:p1.1;hwbreak:;');
});
