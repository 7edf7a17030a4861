import { expect, test, vi } from 'vitest';
import { LatestMachine } from '../../../src/browser/latest-machine.ts';

class FakeMachine {
  isStopped = false;
  async stop(): Promise<void> {
    this.isStopped = true;
  }
}

/** A machine that is being made until `finish` is called. */
function slow() {
  const machine = new FakeMachine();
  const { promise, resolve, reject } = Promise.withResolvers<FakeMachine>();
  return { machine, create: () => promise, finish: () => resolve(machine), fail: () => reject(new Error('no kernel')) };
}

function latest() {
  const shown: (FakeMachine | null)[] = [];
  return { shown, latest: new LatestMachine<FakeMachine>((machine) => shown.push(machine)) };
}

test('a machine is shown when it is made, and stopped by the next', async () => {
  const { latest: machines, shown } = latest();
  const [first, second] = [new FakeMachine(), new FakeMachine()];
  await machines.replace(async () => first);
  expect([machines.current, first.isStopped]).toEqual([first, false]);
  await machines.replace(async () => second);
  expect([first.isStopped, second.isStopped]).toEqual([true, false]);
  expect(shown.filter((machine) => machine !== null)).toEqual([first, second]);
  const act = vi.fn(async () => {});
  await expect(machines.prepare(first, act)).rejects.toThrow('another one started');
  expect(act).not.toHaveBeenCalled();
  await machines.prepare(second, act);
  expect(act).toHaveBeenCalled();
});

test('a machine that is made after a stop is stopped, and never shown', async () => {
  const { latest: machines, shown } = latest();
  const { machine, create, finish } = slow();
  const made = machines.replace(create);
  await machines.stop();
  finish();
  await expect(made).rejects.toMatchObject({ name: 'AbortError' });
  expect([machine.isStopped, machines.current]).toEqual([true, null]);
  expect(shown).not.toContain(machine);
});

test('of two that are asked for while they are made the later one stays', async () => {
  const { latest: machines } = latest();
  const [first, second] = [slow(), slow()];
  const both = Promise.allSettled([machines.replace(first.create), machines.replace(second.create)]);
  second.finish();
  first.finish();
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect([first.machine.isStopped, second.machine.isStopped]).toEqual([true, false]);
  expect(machines.current).toBe(second.machine);
});

test('one that cannot be made leaves the one that was asked for after it alone', async () => {
  const { latest: machines } = latest();
  const first = slow();
  const made = machines.replace(first.create);
  const second = new FakeMachine();
  await machines.replace(async () => second);
  first.fail();
  await expect(made).rejects.toMatchObject({ name: 'AbortError' });
  expect([machines.current, second.isStopped]).toEqual([second, false]);
  const third = slow();
  third.fail();
  await expect(machines.replace(third.create)).rejects.toThrow('no kernel');
});

test('one that does not start is ended, and leaves the one that was asked for meanwhile alone', async () => {
  const { latest: machines } = latest();
  const failing = async () => {
    throw new Error('does not come');
  };
  const [first, second] = [new FakeMachine(), new FakeMachine()];
  await machines.replace(async () => first);
  const started = machines.prepare(first, async () => {
    await machines.replace(async () => second);
    await failing();
  });
  await expect(started).rejects.toMatchObject({ name: 'AbortError' });
  expect([machines.current, second.isStopped]).toEqual([second, false]);
  await expect(machines.prepare(second, failing)).rejects.toThrow('does not come');
  expect([machines.current, second.isStopped]).toEqual([null, true]);
});
