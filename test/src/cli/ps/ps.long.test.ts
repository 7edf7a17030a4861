import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { machinesTable } from '../../../../src/cli/ps/table.ts';
import { program, rawiron } from '../../support/command-line.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ps-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('machines as a table', () => {
  const sockets = [
    { kind: 'monitor', place: 'unix:/tmp/m' },
    { kind: 'gdb', place: 'tcp:127.0.0.1:1234' },
  ];
  const common = { memory: 128 << 20, state: 'running' };
  const table = machinesTable(
    [
      { ...common, name: 'router\u001b[2J', pid: 5, started: 0, sockets },
      { ...common, pid: 123456, started: 90_000_000 - 61_000, state: 'paused', sockets: [] },
      { ...common, pid: 7, started: 90_000_000, sockets: [] },
      { memory: 0, state: 'inmigrate', pid: 8, started: 90_000_000, sockets: [{ kind: 'incoming', place: 'unix:/i' }] },
    ],
    90_000_000,
  );
  expect(table).toBe(
    `NAME           PID     UPTIME  RAM     STATE      SOCKETS
router\\x1b[2J  5       1d 1h   128 MB  running    monitor=unix:/tmp/m gdb=tcp:127.0.0.1:1234
-              123456  1m 1s   128 MB  paused     -
-              7       0s      128 MB  running    -
-              8       0s      -       inmigrate  incoming=unix:/i
`,
  );
  expect(machinesTable([], 0)).toBe('no machine of a command line runs (containers and programs are not listed)\n');
});

test('a machine of the command line is shown while it runs, and not after it was killed', async () => {
  const env = { XDG_RUNTIME_DIR: folder };
  const monitor = join(folder, 'monitor');
  const flags = [
    'demo',
    '-m',
    '16',
    '-name',
    'shown',
    '-serial',
    'null',
    '-monitor',
    `unix:${monitor},server,nowait`,
    '-S',
  ];
  const child = spawn(process.execPath, [program, ...flags], { env: { ...process.env, ...env }, stdio: 'ignore' });
  const gone = new Promise((resolve) => child.on('exit', resolve));
  const list = async () => JSON.parse((await rawiron(['ps', '--json'], '', env)).output);
  while ((await list()).length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await list()).toEqual([
    {
      name: 'shown',
      pid: child.pid,
      memory: 16 << 20,
      state: 'created',
      sockets: [{ kind: 'monitor', place: `unix:${monitor}` }],
      started: expect.stringMatching(/^20\d\d-/),
      uptime: expect.any(Number),
    },
  ]);
  child.kill('SIGKILL');
  await gone;
  expect(await list()).toEqual([]);
});

test('a process that waits for a machine is shown, with where it waits', async () => {
  const env = { XDG_RUNTIME_DIR: folder };
  const place = `unix:${join(folder, 'incoming')}`;
  const flags = ['-incoming', place, '-name', 'coming', '-display', 'none'];
  const child = spawn(process.execPath, [program, ...flags], { env: { ...process.env, ...env }, stdio: 'ignore' });
  const gone = new Promise((resolve) => child.on('exit', resolve));
  const list = async () => JSON.parse((await rawiron(['ps', '--json'], '', env)).output);
  while ((await list()).length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await list()).toMatchObject([
    { name: 'coming', pid: child.pid, memory: 0, state: 'inmigrate', sockets: [{ kind: 'incoming', place }] },
  ]);
  child.kill();
  await gone;
  expect(await list()).toEqual([]);
});

test('what ps does not take', async () => {
  expect(await rawiron(['ps', 'aux'])).toMatchObject({
    code: 1,
    errors: "rawiron: ps: unexpected argument 'aux'; ps --help says more\n",
  });
});
