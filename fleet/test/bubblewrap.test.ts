import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bubblewrap, findBubblewrap } from '../src/confined/bubblewrap.ts';
import { callFilter } from '../src/confined/call-filter.ts';
import { launch, removeGroup } from '../src/confined/confinement.ts';
import { WORDS } from '../src/confined/pipes.ts';
import { ROOT } from '../src/confined/program-files.ts';

const file = findBubblewrap();
const folder = mkdtempSync(join(tmpdir(), 'fleet-bubblewrap-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a text in Node without any of Node's permissions: what it can do is what the system lets it. */
async function inside(text: string): Promise<Record<string, string>> {
  const program = `
    const tried = {};
    const attempt = async (name, act) => { try { tried[name] = String(await act()); } catch (error) { tried[name] = 'refused: ' + (error.code ?? error.message); } };
    const fs = require('node:fs');
    (async () => { ${text}; fs.writeSync(${WORDS}, JSON.stringify(tried)); process.exit(); })();`;
  const { child, words, clean } = await launch(0, { wrapper: bubblewrap(file!) }, () => ['--eval', program]);
  let said = '';
  words.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  await new Promise((resolve) => child.once('close', resolve));
  await clean();
  return JSON.parse(said) as Record<string, string>;
}

describe.skipIf(file === undefined)('behind bubblewrap, a process without any permissions of Node', () => {
  test('sees its program, and nothing else of the host', async () => {
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'secret');
    const tried = await inside(`
      await attempt('secret', () => fs.readFileSync('${secret}', 'utf8'));
      await attempt('passwd', () => fs.readFileSync('/etc/passwd', 'utf8'));
      await attempt('root', () => fs.readdirSync('/root'));
      await attempt('environment', () => fs.readFileSync('/proc/${process.pid}/environ', 'utf8'));
      await attempt('program', () => fs.writeFileSync('${ROOT}fleet/src/evil.ts', ''));
      await attempt('root folder', () => fs.writeFileSync('/evil', ''));
      await attempt('database', () => new (require('node:sqlite').DatabaseSync)('${secret}').exec('create table t (x)'));
      await attempt('disk', () => { for (let n = 0; n < 400; n++) fs.appendFileSync('fill', Buffer.alloc(1 << 20)); });
      await attempt('sources', () => fs.readFileSync('${ROOT}package.json').length > 0);
      await attempt('user', () => process.getuid());`);
    expect(tried).toEqual({
      ...{ secret: 'refused: ENOENT', passwd: 'refused: ENOENT', root: 'refused: ENOENT' },
      ...{ environment: 'refused: ENOENT', program: 'refused: EROFS', 'root folder': 'refused: EROFS' },
      ...{ database: 'refused: ERR_SQLITE_ERROR', disk: 'refused: ENOSPC', sources: 'true', user: '65534' },
    });
    expect(readFileSync(secret, 'utf8')).toBe('secret');
  });

  test('reaches no process, no network and no program of the host, and still has threads', async () => {
    const server = createServer((socket) => socket.end('here'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const tried = await inside(`
      await attempt('worker', () => process.kill(${process.pid}, 0));
      await attempt('numbers', () => fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length <= 3);
      await attempt('child', () => require('node:child_process').spawnSync('/usr/bin/true').error.code);
      await attempt('network', () => new Promise((resolve, reject) => require('node:net').connect(${port}, '127.0.0.1').on('connect', resolve).on('error', reject)));
      await attempt('datagram', () => new Promise((resolve, reject) => require('node:dgram').createSocket('udp4').on('error', reject).bind(0, resolve)));
      await attempt('priority', () => require('node:os').setPriority(0, 5));
      await attempt('thread', () => new Promise((resolve, reject) => new (require('node:worker_threads').Worker)('require("node:worker_threads").parentPort.postMessage(5)', { eval: true }).on('message', resolve).on('error', reject)));`);
    server.close();
    expect(tried).toMatchObject({ worker: 'refused: ESRCH', numbers: 'true', thread: '5' });
    for (const name of ['network', 'datagram', 'priority']) expect(tried[name]).toMatch(/^refused: /);
    expect(tried.child).toMatch(/ENOSYS|EPERM/);
  });
});

/** What a program of classic BPF for seccomp answers to a call. */
function verdict(filter: Uint8Array, call: { audit: number; number: number; first?: number }): number {
  const view = new DataView(filter.buffer, filter.byteOffset, filter.length);
  const data: Readonly<Record<number, number>> = { 0: call.number, 4: call.audit, 16: call.first ?? 0 };
  let value = 0;
  for (let at = 0; ; at++) {
    const code = view.getUint16(8 * at, true);
    const operand = view.getUint32(8 * at + 4, true);
    const jump = (isTrue: boolean) => view.getUint8(8 * at + (isTrue ? 2 : 3));
    if (code === 0x06) return operand;
    else if (code === 0x20) value = data[operand]!;
    else if (code === 0x54) value = (value & operand) >>> 0;
    else if (code === 0x15) at += jump(value === operand);
    else if (code === 0x35) at += jump(value >= operand);
    else throw new Error(`no instruction of the filter: ${code}`);
  }
}

describe.each([
  { architecture: 'x64', audit: 0xc000003e, read: 0, last: 439, clone: 56, refused: [41, 57, 101, 165, 272, 321, 435] },
  { architecture: 'arm64', audit: 0xc00000b7, read: 63, last: 439, clone: 220, refused: [198, 117, 40, 97, 280, 435] },
])('the filter of system calls of $architecture', ({ architecture, audit, read, last, clone, refused }) => {
  const [ALLOW, REFUSE, KILL] = [0x7fff0000, 0x00050026, 0x80000000];
  const filter = callFilter(architecture)!;
  const ask = (number: number, first = 0) => verdict(filter, { audit, number, first });

  test('allows what Node needs', () => {
    for (const number of [read, last]) expect(ask(number)).toBe(ALLOW);
  });

  test('refuses sockets, processes, namespaces, mounts, tracing, BPF and clone3', () => {
    for (const number of [...refused, 0x40000000 + read, 0xffffffff]) expect(ask(number)).toBe(REFUSE);
  });

  test('allows clone for threads without namespaces only', () => {
    expect(ask(clone, 0x003d0f00)).toBe(ALLOW);
    for (const flags of [0x11, 0x10010000, 0x003d0f00 | 0x20000000, 0x00030000]) expect(ask(clone, flags)).toBe(REFUSE);
  });

  test('ends a process with calls of another architecture', () => {
    expect(verdict(filter, { audit: 0x40000003, number: 4 })).toBe(KILL);
  });
});

test('there is no filter for other architectures', () => {
  expect(callFilter('ppc64')).toBe(undefined);
});

/** A folder of cgroup v2 in which groups can be made; empty: there is none. */
function groups(): string {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const found = mounts.map((line) => line.split(' ')).find(([, , type]) => type === 'cgroup2')?.[1] ?? '';
  const attempt = join(found, `rawiron-test-${process.pid}`);
  try {
    mkdirSync(attempt);
    rmdirSync(attempt);
    return found;
  } catch {
    return '';
  }
}

test.skipIf(groups() === '')('a group whose processes have not ended yet is removed with them', async () => {
  const group = join(groups(), `rawiron-test-${process.pid}`);
  mkdirSync(group);
  const { pid } = spawn('/bin/sh', ['-c', `echo $$ > ${group}/cgroup.procs; sleep 100 & exec sleep 100`]);
  await expect.poll(() => readFileSync(join(group, 'cgroup.procs'), 'utf8').trim().split('\n')).toHaveLength(2);
  process.kill(pid!, 'SIGKILL');
  await removeGroup(group);
  expect(existsSync(group)).toBe(false);
});
