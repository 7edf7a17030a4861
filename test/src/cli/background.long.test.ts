import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { program, rawiron } from '../support/command-line.ts';

const PATIENCE = { timeout: 60_000, interval: 50 };
const folder = mkdtempSync(join(tmpdir(), 'background-'));
const pidFile = join(folder, 'pid');
const monitor = join(folder, 'monitor');
const com1 = join(folder, 'com1');
const started: number[] = [];
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  for (const pid of started.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The process that goes on in the background. */
function pidOf(): number {
  const pid = Number(readFileSync(pidFile, 'utf8'));
  started.push(pid);
  return pid;
}

/** Types a command at the monitor; what it says until the connection ends. */
async function ask(command: string): Promise<string> {
  const socket = connect(monitor);
  let answer = '';
  socket.on('data', (bytes: Buffer) => {
    answer += bytes;
  });
  socket.write(`${command}\nquit\n`);
  await once(socket, 'close');
  return answer;
}

const flags = ['-daemonize', '-pidfile', pidFile, '-monitor', `unix:${monitor},server,nowait`];

test('-daemonize comes back while the machine goes on, without the terminal', async () => {
  expect(await rawiron(['demo', ...flags, '-serial', `file:${com1}`])).toEqual({ code: 0, output: '', errors: '' });
  const pid = pidOf();
  expect(isAlive(pid)).toBe(true);
  await expect.poll(() => readFileSync(com1, 'latin1'), PATIENCE).toMatch(/demo> $/);
  expect(await ask('info status')).toContain('VM status: running');
  await expect.poll(() => isAlive(pid), PATIENCE).toBe(false);
  expect(existsSync(pidFile)).toBe(false);
});

test.each([
  [[], 'VM status: running'],
  [['-S'], 'VM status: paused (prelaunch)'],
])('when it comes back the machine runs, unless it is to wait: %j', async (more, status) => {
  expect(await rawiron(['demo', ...flags, ...more])).toEqual({ code: 0, output: '', errors: '' });
  const pid = pidOf();
  expect(await ask('info status')).toContain(status);
  await expect.poll(() => isAlive(pid), PATIENCE).toBe(false);
});

test('COM1 is nowhere if no flag says otherwise; what is said later disturbs nobody', async () => {
  // The first lines of the log may come while it still hears what is said.
  const { code, output } = await rawiron(['demo', ...flags, '-d', 'int']);
  expect({ code, output }).toEqual({ code: 0, output: '' });
  const pid = pidOf();
  expect(await ask('info chardev')).toMatch(/serial0: filename=null/);
  await expect.poll(() => isAlive(pid), PATIENCE).toBe(false);
});

test('it comes back when others may send a machine', async () => {
  const place = join(folder, 'incoming');
  const { code, errors } = await rawiron(['-daemonize', '-pidfile', pidFile, '-incoming', `unix:${place}`]);
  expect({ code, errors }).toEqual({ code: 0, errors: `rawiron: waits for a machine at unix:${place}\n` });
  const pid = pidOf();
  expect(existsSync(place)).toBe(true);
  process.kill(pid, 'SIGTERM');
  await expect.poll(() => isAlive(pid), PATIENCE).toBe(false);
});

test.each([
  [['-hda', '/nofile'], /^rawiron: .*\/nofile/],
  [['-gdb', 'unix:/nofolder/gdb'], /^rawiron: .*\/nofolder/],
  [['-nographic'], /^rawiron: -nographic cannot be used with -daemonize/],
  [['-display', 'curses'], /^rawiron: -display terminal cannot be used with -daemonize/],
  [['-serial', 'stdio'], /^rawiron: cannot use stdio with -daemonize/],
  [['-monitor', 'stdio'], /^rawiron: cannot use stdio with -daemonize/],
  [['-chardev', 'stdio,id=a'], /^rawiron: cannot use stdio with -daemonize/],
])('with -daemonize %j is an error that is told here', async (wrong, message) => {
  const { code, errors } = await rawiron(['demo', ...flags, ...wrong]);
  expect({ code, errors }).toEqual({ code: 1, errors: expect.stringMatching(message) });
  expect(existsSync(pidFile)).toBe(false);
});

/** A launcher as bin/rawiron.cjs is one: it starts the program with these flags, with a channel to it. */
async function launch(args: readonly string[]) {
  const launcher = join(folder, 'launcher.cjs');
  const words = JSON.stringify([program, ...args]);
  const stdio = "['inherit', 'inherit', 'inherit', 'ipc']";
  writeFileSync(launcher, `require('child_process').spawn(process.execPath, ${words}, { stdio: ${stdio} });`);
  return spawn(process.execPath, [launcher]);
}

test('a machine ends when its launcher is killed', async () => {
  const child = await launch(['demo', '-pidfile', pidFile]);
  await once(child.stdout, 'data');
  const pid = pidOf();
  child.kill('SIGKILL');
  await expect.poll(() => isAlive(pid), PATIENCE).toBe(false);
  expect(existsSync(pidFile)).toBe(false);
});
