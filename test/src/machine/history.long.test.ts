import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type IcountOptions, Machine } from '../../../src/index.ts';
import { corruptingKernel } from '../../support/corrupting-kernel.ts';

const { bytes: kernel, at } = corruptingKernel({ stores: 20_000, entries: 1 << 13 });
/** One whose mistake comes after hours. */
const { bytes: endless } = corruptingKernel({ stores: 2 ** 31 - 1, entries: 1 << 13 });
const handler = { kind: 'write', address: at('handler'), length: 4 } as const;

let machine: Machine;
afterEach(() => machine.stop());

const create = async (icount?: IcountOptions, bytes = kernel): Promise<Machine> => {
  machine = await Machine.create({
    ...{ memory: 16, boot: { kernel: bytes }, debugExit: { iobase: 0xf4, iosize: 4 } },
    ...(icount && { icount }),
  });
  return machine;
};
const instructions = async (): Promise<number> => (await machine.metrics()).instructions;
const wordAt = async (address: number): Promise<number> =>
  new DataView((await machine.memoryRead(address, 4)).slice().buffer).getUint32(0, true);

test('a program goes from where its guest ends back to a write, and forwards to the end again', async () => {
  const { history } = await create({ shift: 3 });
  await history.keep();
  expect(await history.continue({})).toEqual({ reason: 'recording', at: 'end' });
  const [end, damaged] = [await instructions(), await wordAt(at('handler'))];
  expect(await history.continueBack({ watchpoints: [handler] })).toMatchObject({ reason: 'watchpoint', kind: 'write' });
  const write = await instructions();
  expect(await wordAt(at('handler'))).not.toBe(damaged);
  expect(await history.seek(write + 1)).toEqual({ reason: 'step' });
  expect(await wordAt(at('handler'))).toBe(damaged);
  expect(await history.stepBack()).toEqual({ reason: 'step' });
  expect(await instructions()).toBe(write);
  expect(await history.continueBack({})).toEqual({ reason: 'recording', at: 'begin' });
  expect(await history.continue({ breakpoints: [at('panic')] })).toEqual({
    reason: 'breakpoint',
    address: at('panic'),
  });
  expect(await history.continue({})).toEqual({ reason: 'recording', at: 'end' });
  expect(await instructions()).toBe(end);
  await machine.start();
  expect(await machine.exited).toMatchObject({ reason: 'exit', code: 3 });
});

test('it goes to whole numbers of instructions only', async () => {
  const { history } = await create({ shift: 3 });
  await history.keep();
  for (const place of [1.5, Number.NaN, '5', null, {}])
    await expect(history.seek(place as number)).rejects.toThrow(/is no number of instructions/);
  expect(await history.seek(-1)).toEqual({ reason: 'recording', at: 'begin' });
  expect(await history.seek(5)).toEqual({ reason: 'step' });
  expect(await instructions()).toBe(5);
  expect(await history.seek(Infinity)).toEqual({ reason: 'recording', at: 'end' });
});

test.each([
  ['pauses it', () => machine.pause()],
  ['limits it', () => machine.setLimits({ instructions: 1_000_000 })],
])('a way ends with an error when somebody %s, and the machine goes on as it would', async (_, disturb) => {
  const { history } = await create({ shift: 3 }, endless);
  await history.keep();
  const way = history.continue({ breakpoints: [at('panic')] });
  await Promise.all([expect(way).rejects.toThrow(/paused on its way/), machine.once('running', disturb)]);
  const place = await instructions();
  await machine.setLimits({ instructions: undefined });
  const forwards = history.seek(place + 1e9);
  await Promise.all([
    expect(forwards).rejects.toThrow(/paused on its way/),
    setTimeout(20).then(() => machine.pause()),
  ]);
  await machine.start();
  await setTimeout(20);
  expect(machine.state).toBe('running');
});

test('where no history can be kept an error says what is missing', async () => {
  const { history } = await create();
  await expect(history.keep()).rejects.toThrow(/give it icount/);
  await expect(history.stepBack()).rejects.toThrow(/history of the machine is not kept/);
});

test('a history that is dropped is no more', async () => {
  const { history } = await create({ shift: 3 });
  await history.keep();
  await history.continue({ breakpoints: [at('timer')] });
  await history.drop();
  await expect(history.seek(5)).rejects.toThrow(/not kept/);
  await history.keep();
  expect(await history.seek(5)).toEqual({ reason: 'recording', at: 'begin' });
});
