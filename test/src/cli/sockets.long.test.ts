import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../support/ports.ts';
import { program } from '../support/command-line.ts';

const PATIENCE = 60_000;
let folder: string;
let child: ChildProcessWithoutNullStreams;
const sockets: Socket[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sockets-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  child.kill('SIGKILL');
});

/** The text that has come over a stream, which can be waited for. */
class Transcript {
  text = '';

  constructor(stream: NodeJS.ReadableStream) {
    stream.on('data', (bytes: Buffer) => {
      this.text += bytes.toString('latin1');
    });
  }

  async has(pattern: RegExp | string): Promise<void> {
    const matches = typeof pattern === 'string' ? expect.stringContaining(pattern) : expect.stringMatching(pattern);
    await expect.poll(() => this.text, { timeout: PATIENCE, interval: 50 }).toEqual(matches);
  }
}

/** Runs the demo guest with these flags. */
function run(...flags: string[]): { output: Transcript; errors: Transcript } {
  child = spawn(process.execPath, [program, 'demo', ...flags]);
  return { output: new Transcript(child.stdout), errors: new Transcript(child.stderr) };
}

/** A client, as soon as somebody listens. */
async function client(address: { path: string } | { port: number; host: string }): Promise<[Socket, Transcript]> {
  for (let tries = 0; ; tries++) {
    const socket = connect(address);
    const error = await once(socket, 'connect').then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error === null) {
      sockets.push(socket);
      return [socket, new Transcript(socket)];
    }
    if (tries === 600) throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('a monitor on a Unix socket: one client after the other; quit ends the program, and the socket is gone', async () => {
  const path = join(folder, 'monitor');
  const { output } = run('-monitor', `unix:${path},server,nowait`);
  await output.has('demo> ');
  const [first, transcript] = await client({ path });
  await transcript.has(/monitor - type 'help' for more information\r\n\(qemu\) $/);
  const [second, later] = await client({ path });
  first.write('info status\n');
  await transcript.has('VM status: running\r\n(qemu) ');
  expect(later.text).toBe('');
  first.end();
  await later.has(/\(qemu\) $/);
  second.write('quit\n');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(existsSync(path)).toBe(false);
});

test('who asks monitor and QMP and ends his sending side, as printf and socat do, gets all answers', async () => {
  const [monitor, qmp] = [join(folder, 'asked-monitor'), join(folder, 'asked-qmp')];
  const { output } = run('-monitor', `unix:${monitor},server,nowait`, '-qmp', `unix:${qmp},server,nowait`);
  await output.has('demo> ');
  const answers = async (path: string, text: string) => {
    const socket = connect({ path, allowHalfOpen: true });
    const transcript = new Transcript(socket);
    socket.end(text);
    await once(socket, 'close');
    return transcript.text;
  };
  const both = await Promise.all(['info status', 'p/d 6*7'].map((line) => answers(monitor, `${line}\ninfo kvm\n`)));
  expect(both[0]).toMatch(/VM status: running\r\n.*kvm support: disabled\r\n\(qemu\) $/s);
  expect(both[1]).toMatch(/42\r\n.*kvm support: disabled\r\n\(qemu\) $/s);
  expect(both[1]).not.toContain('running');
  expect(await answers(qmp, '{"execute":"qmp_capabilities"}{"execute":"query-kvm"}')).toMatch(/"enabled":false.*\r\n$/);
});

test('a machine that waits is started by QMP, and its program ends by it', async () => {
  const path = join(folder, 'qmp');
  const { output } = run('-S', '-serial', 'stdio', '-qmp', `unix:${path},server=on,wait=off`);
  const [socket, transcript] = await client({ path });
  await transcript.has('"QMP"');
  socket.write('{"execute":"qmp_capabilities"}{"execute":"query-status"}{"execute":"query-chardev"}');
  await transcript.has('"status":"prelaunch"');
  await transcript.has('{"label":"serial0","filename":"stdio","frontend-open":true}');
  expect(output.text).toBe('');
  socket.write('{"execute":"cont"}');
  await transcript.has('"event":"RESUME"');
  await output.has('demo> ');
  socket.write('{"execute":"quit"}');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  await transcript.has(/"event":"SHUTDOWN".*\r\n\{"return":\{\}\}\r\n$/);
});

test('a monitor shows what character devices are connected to, and reads ring buffers', async () => {
  const path = join(folder, 'ring');
  const chardevs = ['-chardev', 'ringbuf,id=ring,size=4096', '-chardev', 'null,id=unused'];
  run(...chardevs, '-serial', 'chardev:ring', '-serial', 'null', '-qmp', `unix:${path},server=on,wait=off`);
  const [socket, transcript] = await client({ path });
  socket.write('{"execute":"qmp_capabilities"}{"execute":"query-chardev"}');
  const device = (label: string, filename: string, isUsed: boolean) =>
    `{"label":"${label}","filename":"${filename}","frontend-open":${isUsed}}`;
  await transcript.has(device('ring', 'ringbuf', true));
  await transcript.has(device('serial1', 'null', true));
  await transcript.has(device('unused', 'null', false));
  await transcript.has(device('compat_monitor0', `unix:${path},server=on`, true));
  // A read may have a part of the prompt only.
  const printed = () => [...transcript.text.matchAll(/"return": ?"([^"]*)"/g)].map(([, text]) => text).join('');
  for (let tries = 0; tries < 600 && !printed().includes('demo> '); tries++) {
    socket.write('{"execute":"ringbuf-read","arguments":{"device":"ring","size":4096}}');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(printed()).toContain('demo> ');
});

test('a machine that waits is started by gdb, and ended by it', async () => {
  const path = join(folder, 'gdb');
  const { output } = run('-S', '-serial', 'stdio', '-gdb', `unix:${path}`);
  const [socket, transcript] = await client({ path });
  socket.write('+$?#3f');
  await transcript.has('$T05thread:1;#');
  expect(output.text).toBe('');
  socket.write('+$c#63');
  await output.has('demo> ');
  socket.write('\x03');
  await transcript.has('$T02thread:1;#');
  socket.write('+$k#6b');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(existsSync(path)).toBe(false);
});

test('a serial port on TCP waits for its client before the machine starts', async () => {
  const port = await freePort();
  const { errors } = run('-serial', `tcp:127.0.0.1:${port},server`);
  await errors.has(`waiting for a connection to tcp:127.0.0.1:${port}`);
  const [socket, transcript] = await client({ host: '127.0.0.1', port });
  await transcript.has('demo> ');
  socket.write('poweroff\r');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test('a serial port connects to somebody who listens, and a monitor shares it', async () => {
  const path = join(folder, 'listener');
  const server = createServer();
  server.listen(path);
  const arrival = once(server, 'connection');
  run('-serial', `mon:unix:${path}`);
  const [socket] = (await arrival) as [Socket];
  sockets.push(socket);
  server.close();
  const transcript = new Transcript(socket);
  await transcript.has('demo> ');
  socket.write('\x01c');
  await transcript.has('(qemu) ');
  socket.write('p/d 6*7\r');
  await transcript.has('42\r\n(qemu) ');
  socket.write('\x01cecho back\r');
  await transcript.has(/back\r\ndemo> $/);
  socket.write('\x01x');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test('Ctrl-A c goes between COM1 and the monitor', async () => {
  const { output } = run();
  await output.has('demo> ');
  child.stdin.write('\x01c');
  await output.has(/monitor - type 'help' for more information\r\n\(qemu\) $/);
  child.stdin.write('system_reset\r');
  await output.has(/demo> .*demo> $/s);
  child.stdin.write('\x01cpoweroff\r');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test.each([
  [['-monitor', 'unix:/nonexistent/x,server,nowait'], 'cannot listen at unix:/nonexistent/x: '],
  [['-serial', 'unix:/nonexistent/x'], 'cannot connect to unix:/nonexistent/x: '],
])('%j is refused', async (flags, message) => {
  const { errors } = run(...flags);
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  expect(errors.text).toContain(message);
});

test('while it waits for somebody Ctrl-C ends it', async () => {
  const { errors } = run('-serial', `unix:${join(folder, 'nobody')},server`);
  await errors.has('waiting for a connection');
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  expect(code).toBe(130);
});
