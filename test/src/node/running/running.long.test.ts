import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { announceMachine, ConfigurationError, Machine, openChannel, runningMachines } from '../../../../src/index.ts';
import { processStart } from '../../../../src/node/running/entry.ts';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'running-'));
  vi.stubEnv('XDG_RUNTIME_DIR', parent);
  folder = join(parent, `rawiron-${process.getuid!()}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(parent, { recursive: true });
});

test('two machines of a process are listed while they are there, with what they do', async () => {
  const [first, second] = await Promise.all([
    Machine.create({ memory: 16, boot: { demo: true } }),
    Machine.create({ memory: 32, boot: { demo: true } }),
  ]);
  const sockets = [{ kind: 'qmp', place: 'unix:/tmp/qmp' }];
  announceMachine(first, { name: 'first', sockets });
  const second_ = announceMachine(second, { sockets: [] });
  expect(runningMachines()).toMatchObject([
    { name: 'first', pid: process.pid, memory: 16 << 20, state: 'created', sockets },
    { pid: process.pid, memory: 32 << 20, state: 'created', sockets: [] },
  ]);
  expect(
    [folder, ...readdirSync(folder).map((name) => join(folder, name))].map((path) => statSync(path).mode & 0o777),
  ).toEqual([0o700, 0o600, 0o600]);
  await first.start();
  expect(runningMachines().map(({ state }) => state)).toEqual(['running', 'created']);
  await first.pause();
  expect(runningMachines().map(({ state }) => state)).toEqual(['paused', 'created']);
  second_[Symbol.dispose]();
  await second.start();
  expect(runningMachines()).toHaveLength(1);
  await Promise.all([first.stop(), second.stop()]);
  await first.exited;
  expect([runningMachines(), readdirSync(folder)]).toEqual([[], []]);
});

test('a machine that is to come, or has gone elsewhere, is listed as such', async () => {
  const options = { memory: 16, boot: { demo: true } } as const;
  await using machine = await Machine.create(options);
  await using other = await Machine.create({ ...options, incoming: true });
  announceMachine(machine, { sockets: [] });
  announceMachine(other, { sockets: [] });
  await machine.start();
  expect(runningMachines().map(({ state }) => state)).toEqual(['running', 'inmigrate']);
  await machine.migration.send(openChannel('exec:cat > /dev/null'));
  expect(runningMachines().map(({ state }) => state)).toEqual(['postmigrate', 'inmigrate']);
  await machine.start();
  expect(runningMachines().map(({ state }) => state)).toEqual(['running', 'inmigrate']);
  await machine.migration.keep(async () => {});
  expect(runningMachines().map(({ state }) => state)).toEqual(['postmigrate', 'inmigrate']);
});

test('a machine that was reset before it went elsewhere is listed as gone, until it is reset again', async () => {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
  announceMachine(machine, { sockets: [] });
  await machine.reset();
  await machine.migration.keep(async () => {});
  expect(runningMachines().map(({ state }) => state)).toEqual(['postmigrate']);
  await machine.reset();
  await expect.poll(() => runningMachines().map(({ state }) => state)).toEqual(['created']);
});

test('a machine whose folder is removed goes on', async () => {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
  announceMachine(machine, { sockets: [] });
  rmSync(folder, { recursive: true });
  await machine.start();
  await machine.pause();
  expect(runningMachines()).toEqual([]);
});

test('a link in the place of the folder is not followed', () => {
  const elsewhere = join(parent, 'elsewhere');
  mkdirSync(elsewhere, { mode: 0o700 });
  for (const target of [elsewhere, join(parent, 'nothing')]) {
    symlinkSync(target, folder);
    expect(() => runningMachines()).toThrow(ConfigurationError);
    rmSync(folder);
  }
});

/** An entry as a machine of this process would have it. */
const entry = {
  pid: process.pid,
  processStart: processStart(process.pid),
  started: 5,
  memory: 1,
  state: 'running',
  sockets: [],
};

function leave(name: string, content: string): void {
  writeFileSync(join(folder, `${name}.machine.json`), content);
}

test('what killed processes have left is removed, and what is no entry', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.on('exit', resolve));
  expect(runningMachines()).toEqual([]);
  leave('1', JSON.stringify(entry));
  leave('2', JSON.stringify({ ...entry, pid: child.pid }));
  leave('3', '{"pid":');
  leave('4', JSON.stringify({ ...entry, sockets: 5 }));
  leave('5', JSON.stringify({ ...entry, started: 3, name: 'older' }));
  const others = [{ sockets: [null] }, { sockets: [{ kind: 1 }] }, { state: 5 }, { name: {} }, { started: 1e300 }];
  for (const [n, other] of [...others, { memory: -1 }, { pid: 1e300 }].entries())
    leave(`damaged${n}`, JSON.stringify({ ...entry, ...other }));
  mkdirSync(join(folder, 'folder.machine.json'));
  writeFileSync(join(folder, 'other'), '');
  expect(runningMachines().map(({ name, started }) => [name, started])).toEqual([
    ['older', 3],
    [undefined, 5],
  ]);
  expect(readdirSync(folder).sort()).toEqual(['1.machine.json', '5.machine.json', 'folder.machine.json', 'other']);
});

test.runIf(process.platform === 'linux')('a later process with the same number is another one', () => {
  runningMachines();
  leave('1', JSON.stringify({ ...entry, processStart: `${Number(entry.processStart) - 1}` }));
  expect(runningMachines()).toEqual([]);
});

test('a folder that others can read is not taken', () => {
  runningMachines();
  chmodSync(folder, 0o755);
  expect(() => runningMachines()).toThrow(ConfigurationError);
  expect(() => announceMachine({} as Machine, { sockets: [] })).toThrow(/is open to others/);
});
