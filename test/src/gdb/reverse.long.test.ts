import { afterEach, expect, test } from 'vitest';
import { numberFromHex } from '../../../src/gdb/hex.ts';
import { gdbRegisters } from '../../../src/gdb/register-table.ts';
import { type IcountOptions, listenForGdb, Machine } from '../../../src/index.ts';
import { corruptingKernel } from '../../support/corrupting-kernel.ts';
import { GdbClient } from '../../support/gdb-client.ts';

const { bytes: kernel, at } = corruptingKernel({ stores: 20_000, entries: 1 << 13 });
/** It runs so long that a way back through all of it takes seconds. */
const { bytes: long } = corruptingKernel({ stores: 400_000, entries: 1 << 13 });
const numberOf = (name: string): string => gdbRegisters.findIndex((one) => one.name === name).toString(16);

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

/** A gdb at a machine that has not run; what both have said that they can do. */
async function attached(icount?: IcountOptions, bytes = kernel) {
  const machine = await Machine.create({ memory: 16, boot: { kernel: bytes }, ...(icount && { icount }) });
  const server = await listenForGdb(machine, { host: '127.0.0.1', port: 0 });
  opened.push(machine, server);
  const gdb = await GdbClient.connect(server.address as { host: string; port: number });
  opened.push({ [Symbol.asyncDispose]: async () => gdb[Symbol.dispose]() });
  const features = await gdb.ask('qSupported:multiprocess+;swbreak+;hwbreak+');
  return { machine, gdb, features };
}

const eip = async (gdb: GdbClient): Promise<number> => Number(numberFromHex(await gdb.ask(`p${numberOf('eip')}`)));

test('goes back by an instruction, to a watchpoint, to a breakpoint and to the beginning', async () => {
  const { gdb, features } = await attached({ shift: 3 });
  expect(features).toContain('ReverseStep+;ReverseContinue+');
  await gdb.ask(`Z1,${at('panic').toString(16)},1`);
  expect(await gdb.ask('vCont;c')).toBe('T05thread:p1.1;hwbreak:;');
  const crash = await gdb.ask('g');
  expect(await gdb.ask('bs')).toBe('T05thread:p1.1;');
  expect(await eip(gdb)).not.toBe(at('panic'));
  const handler = at('handler').toString(16);
  await gdb.ask(`Z2,${handler},4`);
  expect(await gdb.ask('bc')).toBe(`T05thread:p1.1;watch:${handler};`);
  expect(await eip(gdb)).toBe(at('store'));
  await gdb.ask(`z2,${handler},4`);
  expect(await gdb.ask('vCont;c')).toBe('T05thread:p1.1;hwbreak:;');
  expect(await gdb.ask('g')).toBe(crash);
  expect(await gdb.ask('bc')).toBe('T05thread:p1.1;replaylog:begin;');
  expect(await eip(gdb)).toBe(at('start'));
  expect(await gdb.ask('bs')).toBe('T05thread:p1.1;replaylog:begin;');
});

test('Ctrl-C ends a way back', async () => {
  const { machine, gdb } = await attached({ shift: 3 }, long);
  const instructions = async (): Promise<number> => (await machine.metrics()).instructions;
  await gdb.ask(`Z1,${at('panic').toString(16)},1`);
  await gdb.ask('vCont;c');
  const crash = await instructions();
  // Nothing accesses it, but what is beside it is accessed all the time: the whole way back is slow, and nothing stops it.
  await gdb.ask(`Z2,${at('unused').toString(16)},4`);
  await gdb.send('bc');
  // On its way: before that it would stay where it is.
  while ((await instructions()) === crash);
  gdb.write('\x03');
  expect(await gdb.packet()).toMatch(/^T02thread:p1\.1;/);
  const place = await instructions();
  expect(place > 0 && place < crash).toBe(true);
  await gdb.ask(`z2,${at('unused').toString(16)},4`);
  expect(await gdb.ask('vCont;c')).toMatch(/hwbreak/);
  expect(await instructions()).toBe(crash);
});

test('a machine whose instructions are not counted does not offer it', async () => {
  const { gdb, features } = await attached();
  expect(features).not.toContain('Reverse');
  expect(await gdb.ask('bs')).toBe('');
  expect(await gdb.ask('bc')).toBe('');
});
