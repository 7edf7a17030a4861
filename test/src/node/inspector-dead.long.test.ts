import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { attach } from '../../../src/node/inspector/client.ts';
import { program, rawiron, rawironUntil } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'inspector-dead-'));
beforeAll(() => {
  vi.stubEnv('XDG_RUNTIME_DIR', folder);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Kills a machine that lets inspectors attach. Resolves with the socket that it leaves. */
async function socketOfKilled(): Promise<string> {
  const child = spawn(process.execPath, [program, 'demo', '-inspect'], { stdio: ['pipe', 'ignore', 'pipe'] });
  let errors = '';
  for await (const chunk of child.stderr) {
    errors += chunk;
    if (errors.includes('may attach')) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const path = join(folder, `rawiron-${userInfo().uid}`, `${child.pid}.sock`);
  expect(existsSync(path)).toBe(true);
  return path;
}

test("who looks for machines removes a killed one's socket", async () => {
  const path = await socketOfKilled();
  await expect(attach(undefined)).rejects.toThrow('no machine listens here');
  expect(existsSync(path)).toBe(false);
});

test("a machine that lets inspectors attach removes a killed one's socket", async () => {
  const path = await socketOfKilled();
  expect((await rawironUntil(/may attach/, ['demo', '-inspect'])).code).toBe(0);
  expect(existsSync(path)).toBe(false);
});

/** Accepts, and never answers. */
async function silentServer(): Promise<{ server: Server; port: string }> {
  const server = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: String((server.address() as { port: number }).port) };
}

test('a machine that does not answer is given up, with all that is asked of it', async () => {
  const { server, port } = await silentServer();
  const remote = await attach(port, 0.2);
  const message = `the machine at port ${port} did not answer in 0.2 s; see if its process is stopped, or give it longer with --timeout SECONDS`;
  const asked = [remote.ask('stats'), remote.probe.heap(), remote.gone];
  for (const promise of asked) await expect(promise).rejects.toThrow(message);
  await expect(remote.ask('watch', false)).rejects.toThrow(message);
  server.close();
});

test('--timeout limits how long a command waits', async () => {
  const { server, port } = await silentServer();
  const { code, errors } = await rawiron(['inspect', 'memory', '--connect', port, '--timeout', '0.3']);
  expect(errors).toMatch(/^rawiron: the machine at port \d+ did not answer in 0\.3 s; .*--timeout SECONDS\n$/);
  expect(code).toBe(1);
  server.close();
});
