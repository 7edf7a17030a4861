import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ChannelError, Machine, type MigrationChannel, openChannel, openMonitor, openQmp } from '../../../src/index.ts';
import { countingRom } from '../../support/counting-rom.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-whole-'));
});
afterAll(() => rm(folder, { recursive: true }));

let machine: Machine;
beforeEach(async () => {
  machine = await Machine.create({ memory: 2, vga: 'none', boot: { bios: countingRom } });
  await machine.start();
});
afterEach(() => machine.stop());

test('a machine that is being written to a file goes nowhere else, and does not run meanwhile', async () => {
  const begun = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const statuses: string[] = [];
  machine.migration.on('status', (status) => void statuses.push(status));
  const keeping = machine.migration.keep(async () => {
    begun.resolve();
    await written.promise;
  });
  await expect(machine.migration.keep(async () => {})).rejects.toThrow("There's a migration process in progress");
  await expect(machine.start()).rejects.toThrow('the machine is being written as a whole');
  await begun.promise;
  machine.migration.cancel();
  await expect(machine.start()).rejects.toThrow('the machine is being written as a whole');
  written.resolve();
  await keeping;
  expect(statuses).toEqual(['setup', 'active', 'completed']);
  expect([machine.state, machine.migration.isGone, machine.migration.isLeaving]).toEqual(['paused', true, false]);
  await machine.start();
  expect(machine.state).toBe('running');
});

test('two commands of one turn by QMP write one file', async () => {
  const qmp = openQmp(machine);
  const uri = (name: string) => `file:${join(folder, name)}`;
  const commands = ['first', 'second'].map((name) => qmp.execute('migrate', { uri: uri(name) }));
  const [first, second] = await Promise.allSettled(commands);
  expect(first.status).toBe('fulfilled');
  expect((second as PromiseRejectedResult).reason.message).toMatch(/There's a migration process in progress/);
  await expect.poll(() => machine.migration.status).toBe('completed');
  await expect(readFile(join(folder, 'second'))).rejects.toThrow('ENOENT');
});

describe('a file that cannot be written leaves the machine as it was', () => {
  const uri = () => `file:${join(folder, 'nowhere', 'x')}`;

  test('by the monitor', async () => {
    const monitor = openMonitor(machine);
    const failure = /^Error: .*no such file or directory/i;
    expect(await monitor.execute(`migrate ${uri()}`)).toMatch(failure);
    expect(await monitor.execute('info status')).toBe('VM status: running\n');
    expect(machine.migration).toMatchObject({ status: 'failed', isGone: false, isLeaving: false });
    await monitor.execute('stop');
    expect(await monitor.execute(`migrate ${uri()}`)).toMatch(failure);
    expect(await monitor.execute('info status')).toBe('VM status: paused\n');
  });

  test('by QMP', async () => {
    const qmp = openQmp(machine);
    await qmp.execute('migrate', { uri: uri() });
    await expect.poll(() => machine.migration.status).toBe('failed');
    expect(await qmp.execute('query-status')).toMatchObject({ status: 'running', running: true });
  });
});

test('a machine that cannot be saved goes on, and can be kept later', async () => {
  const refused = machine.migration.keep(() => Promise.reject(new Error('the guest has mounted it')));
  await expect(refused).rejects.toThrow('the guest has mounted it');
  expect(machine.state).toBe('running');
  await machine.migration.keep(async () => {});
  expect([machine.state, machine.migration.isGone]).toEqual(['paused', true]);
});

test('a machine that ends while it is written stays ended', async () => {
  const refused = machine.migration.keep(async () => {
    await machine.stop();
    throw new Error('it has ended');
  });
  await expect(refused).rejects.toThrow('it has ended');
  expect(machine.state).toBe('ended');
});

test('a command that fails when it has had all of the machine may have handed it on: it stands still', async () => {
  const sent = machine.migration.send(openChannel('exec:cat > /dev/null; exit 255'));
  await expect(sent).rejects.toThrow(
    /ended with 255; the machine stands still: nobody knows whether it goes on there; let it go on here \(cont\)/,
  );
  expect([machine.state, machine.migration.isGone, machine.migration.status]).toEqual(['paused', true, 'failed']);
  await machine.start();
  expect([machine.state, machine.migration.isGone]).toEqual(['running', false]);
});

test('a command that takes nothing more before that has no machine: the guest runs on', async () => {
  const channel: MigrationChannel = {
    answers: false,
    read: async () => null,
    write: async () => {
      if (machine.migration.isLeaving) throw new ChannelError('it takes nothing any more', { isPeerGone: true });
    },
    close: async () => {},
    destroy: () => {},
  };
  await expect(machine.migration.send(channel)).rejects.toThrow(/^it takes nothing any more$/);
  expect([machine.state, machine.migration.isGone]).toEqual(['running', false]);
});
