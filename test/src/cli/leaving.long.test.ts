import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { program } from '../support/command-line.ts';

let child: ChildProcessWithoutNullStreams;
afterEach(() => child.kill('SIGKILL'));

/** Long enough for a pipe to be full, and for input that is read to be read. */
const FULL = 1000;

/** A guest that has more to say than anyone reads of it, and whose input is at a stand then. */
async function startStuck(isolate: string): Promise<void> {
  child = spawn(process.execPath, [program, 'demo', '-isolate', isolate]);
  child.stdin.on('error', () => {});
  child.stderr.resume();
  child.stdin.write('help\r'.repeat(150_000));
  await once(child.stdout, 'readable');
  await wait(FULL);
}

async function exitCode(): Promise<number | null> {
  const [code] = await once(child, 'exit');
  return code;
}

const isolates = ['worker', 'caller'];

test.each(isolates)('input that the guest does not take is not read without end, in isolate: %s', async (isolate) => {
  await startStuck(isolate);
  child.stdin.write(Buffer.alloc(8 << 20));
  await wait(FULL);
  expect(child.stdin.writableLength).toBeGreaterThan(0);
});

test.each(isolates)('Ctrl-A x leaves though nobody reads the output, in isolate: %s', async (isolate) => {
  await startStuck(isolate);
  child.stdin.write('\x01x');
  expect(await exitCode()).toBe(0);
});

test.each<[signal: NodeJS.Signals, code: number]>([
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('%s leaves though nobody reads the output', async (signal, code) => {
  await startStuck('worker');
  child.kill(signal);
  expect(await exitCode()).toBe(code);
});

test('a signal leaves while the server of an image does not answer', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const asked = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  child = spawn(process.execPath, [program, '-display', 'none', '-cdrom', `http://127.0.0.1:${port}/image`]);
  const [connection] = await asked;
  child.kill('SIGTERM');
  expect(await exitCode()).toBe(143);
  connection.destroy();
  server.close();
});
