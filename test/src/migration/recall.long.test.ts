import { expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';
import { kindOf, type PipeEnd, pipe } from './pipe.ts';

/** A channel whose ends ask somebody else before the machine goes on, and the order of what has happened. */
function arbitrated(recall: (reason: string) => Promise<void>) {
  const [near, far] = pipe();
  near.isSure = far.isSure = false;
  const order: string[] = [];
  const write = near.write.bind(near);
  near.write = async (bytes) => {
    const kind = kindOf(bytes);
    if (kind !== undefined && kind !== 'ping') order.push(kind);
    await write(bytes);
  };
  const asked = {
    settle: async () => void order.push('settled'),
    recall: async (reason: string) => {
      order.push('recalled');
      await recall(reason);
    },
  };
  return { near: Object.assign(near, asked) as PipeEnd & typeof asked, far, order };
}

/** Moves a machine by a channel that breaks when the destination says that it has it. */
async function broken(recall: (reason: string) => Promise<void>) {
  const machine = await Machine.create({ memory: 2, vga: 'none', boot: { demo: true } });
  await machine.start();
  await machine.serial.expect('demo> ');
  const { near, far, order } = arbitrated(recall);
  far.onWrite = (end, bytes) => {
    if (kindOf(bytes) === 'loaded') end.destroy();
  };
  const sent = machine.migration.send(near).then(
    () => 'gone',
    (error: Error) => error.message,
  );
  const other = await Machine.receive(far);
  await other.migration.arrived.catch(() => {});
  return { machine, other, order, result: await sent };
}

test('a machine goes on here when it was called back, though it may be whole there', async () => {
  const reasons: string[] = [];
  const { machine, other, order, result } = await broken(async (reason) => void reasons.push(reason));
  expect(order).toEqual(['settled', 'whole', 'recalled']);
  expect(reasons).toEqual([expect.stringContaining('the connection is broken')]);
  expect(result).toContain('the connection is broken');
  expect(machine.state).toBe('running');
  machine.serial.write('echo here\r');
  await machine.serial.expect('\nhere');
  for (const one of [machine, other]) await one.stop();
});

test('it stands still here when it cannot be called back, and there until somebody starts it', async () => {
  const { machine, other, result } = await broken(async () => {
    throw new Error('another one has it');
  });
  expect(result).toContain('the machine stands still: another one has it');
  expect([machine.state, other.state]).toEqual(['paused', 'created']);
  await other.start();
  other.serial.write('echo there\r');
  await other.serial.expect('\nthere');
  for (const one of [machine, other]) await one.stop();
});
