import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, openMonitor, openQmp } from '../../../src/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrate-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Asks until the answer is of that status. */
async function until(ask: () => Promise<unknown>, status: string): Promise<unknown> {
  for (;;) {
    const answer = await ask();
    if ((answer as { status?: string }).status === status) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('QMP moves a machine to one that waits for it, and tells of it in the words of QEMU', async () => {
  const options = { memory: 16, boot: { demo: true } } as const;
  await using machine = await Machine.create(options);
  await using other = await Machine.create({ ...options, incoming: true });
  const [qmp, otherQmp] = [openQmp(machine), openQmp(other)];
  const told: unknown[] = [];
  qmp.listen((event, data) => told.push(data === undefined ? event : [event, data]));
  await qmp.execute('cont');
  await machine.serial.expect('demo> ');
  const uri = `unix:${join(folder, 'socket')}`;
  expect(await otherQmp.execute('query-status')).toMatchObject({ status: 'inmigrate', running: false });
  await expect(otherQmp.execute('migrate', { uri })).rejects.toThrow('Guest is waiting for an incoming migration');
  await expect(otherQmp.execute('migrate-incoming', { uri: 'frob' })).rejects.toThrow(
    'unknown migration protocol: frob',
  );
  await otherQmp.execute('migrate-incoming', { uri });
  await expect(otherQmp.execute('migrate-incoming', { uri })).rejects.toThrow(
    'The incoming migration has already been started',
  );
  await otherQmp.execute('cont');
  await qmp.execute('migrate-set-capabilities', { capabilities: [{ capability: 'events', state: true }] });
  await qmp.execute('migrate', { uri });
  const answer = await until(() => qmp.execute('query-migrate'), 'completed');
  expect(answer).toMatchObject({ ram: { remaining: 0, 'page-size': 4096 } });
  expect(await qmp.execute('query-status')).toMatchObject({ status: 'postmigrate', running: false });
  expect(told.filter((event) => !String(event).startsWith('MIGRATION_PASS'))).toEqual([
    'RESUME',
    ['MIGRATION', { status: 'setup' }],
    ['MIGRATION', { status: 'active' }],
    'STOP',
    ['MIGRATION', { status: 'completed' }],
  ]);
  expect(told).toContainEqual(['MIGRATION_PASS', { pass: 2 }]);
  await expect(qmp.execute('migrate', { uri })).rejects.toThrow("Can't migrate the vm that was paused due to previous");
  await until(() => otherQmp.execute('query-status'), 'running');
  other.serial.write('bench 1\r');
  await other.serial.expect('with 23000 primes');
});

test('the monitor cancels a move, tells of one that failed, and knows the parameters', async () => {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
  const monitor = openMonitor(machine);
  await machine.start();
  expect(await monitor.execute('info migrate')).toBe('');
  expect(await monitor.execute('migrate_set_parameter downtime-limit 100')).toBe('');
  expect(await monitor.execute('migrate_set_parameter max-bandwidth 1K')).toBe('');
  expect(await monitor.execute('migrate_set_parameter foo 3')).toBe('Error: invalid parameter value: foo\n');
  expect(await monitor.execute('info migrate_parameters')).toBe(
    'max-bandwidth: 1024 bytes/second\ndowntime-limit: 100 ms\n',
  );
  expect(await monitor.execute('migrate foo:bar')).toBe("Error: Parameter 'uri' expects a valid migration protocol\n");
  expect(await monitor.execute('migrate_incoming tcp:0:1')).toBe(
    "Error: '-incoming' was not specified on the command line\n",
  );
  const nowhere = join(folder, 'nowhere');
  const failure = `Failed to connect to '${nowhere}': No such file or directory`;
  expect(await monitor.execute(`migrate unix:${nowhere}`)).toBe(`Error: ${failure}\n`);
  expect(await monitor.execute('info migrate')).toBe(`Migration status: failed (${failure})\n`);
  expect(await monitor.execute(`migrate -d "exec:cat > ${join(folder, 'kept')}"`)).toBe('');
  expect(await monitor.execute('migrate exec:cat')).toBe("Error: There's a migration process in progress\n");
  await monitor.execute('migrate_cancel');
  await until(async () => machine.migration, 'cancelled');
  expect(await monitor.execute('info migrate')).toMatch(/^Migration status: cancelled\n/);
  expect(await monitor.execute('info status')).toBe('VM status: running\n');
});

test('a machine that is still to arrive is not saved, and what is not there is named at once', async () => {
  const image = join(folder, 'disk.img');
  await writeFile(image, new Uint8Array(8192));
  const options = { memory: 2, vga: 'none', boot: { bios: 'rawiron' }, drives: [image] } as const;
  await using machine = await Machine.create({ ...options, incoming: true });
  const { snapshots } = machine;
  for (const act of [() => machine.snapshot(), () => machine.fork(), () => snapshots.save('a'), () => snapshots.list()])
    await expect(act()).rejects.toThrow(/^ide0-hd0: the machine whose image it has is still to arrive$/);
  const monitor = openMonitor(machine);
  for (let n = 0; n < 2; n++)
    expect(await monitor.execute('migrate_incoming file:/nowhere')).toBe(
      'Error: cannot read /nowhere: no such file or directory\n',
    );
  await using source = await Machine.create(options);
  expect(await openMonitor(source).execute(`migrate "exec:cat > ${join(folder, 'kept')}"`)).toBe('');
  await source.stop();
  expect(await monitor.execute(`migrate_incoming file:${join(folder, 'kept')}`)).toBe('');
  await machine.migration.arrived;
  expect((await machine.snapshot()).length).toBeGreaterThan(0);
});
