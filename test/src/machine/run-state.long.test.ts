import { expect, test } from 'vitest';
import { Machine, openMonitor, openQmp } from '../../../src/index.ts';
import { pipe } from '../migration/pipe.ts';

/** The machine's state in the words of the monitor and of QMP. */
async function states(machine: Machine): Promise<readonly [string, unknown]> {
  const { status } = (await openQmp(machine).execute('query-status')) as { status: unknown };
  return [await openMonitor(machine).execute('info status'), status];
}

const prelaunch = ['VM status: paused (prelaunch)\n', 'prelaunch'];
const running = ['VM status: running\n', 'running'];
const paused = ['VM status: paused\n', 'paused'];

/** As QEMU 7.2 answers. */
test('what a machine stands still for', async () => {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
  expect(await states(machine)).toEqual(prelaunch);
  await machine.pause();
  expect(await states(machine)).toEqual(prelaunch);
  await machine.start();
  expect(await states(machine)).toEqual(running);
  await machine.pause();
  expect(await states(machine)).toEqual(paused);

  const stepped = new Promise((resolve) => machine.once('debug', resolve));
  await machine.debug('setStepping', true);
  await machine.start();
  await stepped;
  const debug = ['VM status: paused (debug)\n', 'debug'];
  expect([machine.state, machine.pauseReason, ...(await states(machine))]).toEqual(['paused', 'debug', ...debug]);
  await machine.pause();
  expect(await states(machine)).toEqual(debug);

  await machine.debug('setStepping', false);
  await machine.start();
  expect(await states(machine)).toEqual(running);
  await machine.pause();
  expect(await states(machine)).toEqual(paused);
  await machine.reset();
  await expect.poll(() => states(machine)).toEqual(prelaunch);
});

test('one that has come from elsewhere, where it stood still, and one that has gone', async () => {
  await using source = await Machine.create({ memory: 16, boot: { demo: true } });
  await source.start();
  await source.pause();
  const [here, there] = pipe();
  const [target] = await Promise.all([Machine.receive(there), source.migration.send(here)]);
  await using arrived = target;
  await arrived.migration.arrived;
  expect(await states(arrived)).toEqual(paused);
  expect(await states(source)).toEqual(['VM status: paused (postmigrate)\n', 'postmigrate']);
  await source.reset();
  await expect.poll(() => states(source)).toEqual(prelaunch);
});

test('one that has gone before it ever ran', async () => {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
  await machine.migration.keep(async () => {});
  expect(await states(machine)).toEqual(['VM status: paused (postmigrate)\n', 'postmigrate']);
  await machine.start();
  expect(await states(machine)).toEqual(running);
});

test.each([
  ['before it ever ran', false],
  ['while it was paused', true],
])('one that was reset %s, and has gone then', async (_, hasRun) => {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
  if (hasRun) await machine.start();
  await machine.pause();
  await machine.reset();
  await machine.migration.keep(async () => {});
  expect(await states(machine)).toEqual(['VM status: paused (postmigrate)\n', 'postmigrate']);
  await machine.reset();
  await expect.poll(() => states(machine)).toEqual(prelaunch);
  await machine.start();
  expect(await states(machine)).toEqual(running);
});
