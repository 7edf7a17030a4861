import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Machine } from 'rawiron';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { rom } from '../../test/support/death-roms.ts';
import { ConfinedProcess } from '../src/confined/confined-process.ts';
import { PART } from '../src/confined/messages.ts';
import { NOTHING } from '../src/confined/words.ts';
import { FleetMachines } from '../src/machines/machines.ts';
import type { JobResult } from '../src/run.ts';
import { SubmittedRun } from '../src/submit.ts';
import { tenantStore } from '../src/tenants/store.ts';
import { Tenants } from '../src/tenants/tenants.ts';
import { noRedis, putDemo, TestFleet } from './support/fleet.ts';
import { putTypewriter } from './support/typewriter-guest.ts';

let fleet: TestFleet;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  const redis = fleet.connect();
  await new Tenants(redis).set('acme', {});
  redis.disconnect();
  await putDemo(tenantStore(fleet.store, 'acme'));
  await putTypewriter(tenantStore(fleet.store, 'acme'));
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

async function resultOf(text: string, timeout = 60): Promise<JobResult> {
  const options = { image: 'demo', text, timeout, tries: 1, tenant: 'acme' };
  await using run = await SubmittedRun.submit(fleet.connect, fleet.store, options);
  for await (const result of run.results()) return result;
  throw new Error('there is none');
}

/** Tells what it can reach. */
const curious = `
import { readFileSync, writeFileSync } from 'node:fs';
const codeOf = (act) => { try { act(); return 'done'; } catch (error) { return error.code; } };
const importCode = (name) => import(name).then(() => 'done', ({ code }) => code);
export default async (machine) => {
  machine.serial.write('echo hello\\r');
  await machine.serial.expect('\\nhello');
  return {
    read: codeOf(() => readFileSync('/etc/passwd')),
    write: codeOf(() => writeFileSync('/tmp/rawiron-other', '')),
    own: codeOf(() => writeFileSync(process.env.TMPDIR + '/own', '')),
    run: await importCode('node:child_process'),
    connect: await importCode('node:net'),
    keys: Object.keys(process.env).filter((name) => /RAWIRON|AWS/.test(name)),
    user: process.getuid(),
  };
};`;

describe.skipIf(noRedis !== '')(`jobs of tenants${noRedis}`, () => {
  test('reach nothing but their machine, and run as whom the worker says', async () => {
    const isRoot = process.getuid?.() === 0;
    const group = join(fleet.folder, 'group');
    mkdirSync(group);
    // The folder stands for one of the kernel, which removes what is in a group with it.
    const worker = fleet.worker(1, ...(isRoot ? ['--uid', '65534'] : []), '--wrapper', 'nice -n 1', '--cgroup', group);
    expect(await resultOf(curious)).toMatchObject({
      status: 'done',
      value: {
        ...{ read: 'ERR_ACCESS_DENIED', write: 'ERR_ACCESS_DENIED', own: 'done', run: 'ERR_ACCESS_DENIED' },
        ...{ connect: 'ERR_ACCESS_DENIED', keys: [], user: isRoot ? 65_534 : process.getuid!() },
      },
    });
    // What the image's snapshot does not have, as it was zero, may be filled by the job's guest.
    const most = readdirSync(group).map((name) => Number(readFileSync(join(group, name, 'memory.max'), 'utf8')));
    expect(Math.max(...most)).toBeGreaterThan((640 + 2 * 16) << 20);
    worker.kill('SIGKILL');
  });

  test('have no worker where they cannot be confined as they are to be', async () => {
    const [group, wrapper] = await Promise.all([
      fleet.command('worker', '--cgroup', '/nowhere'),
      fleet.command('worker', '--wrapper', '/nowhere/wrapper'),
    ]);
    expect(group).toMatchObject({ code: 2, errors: expect.stringMatching(/--cgroup \/nowhere: ENOENT.*delegated/) });
    expect(wrapper).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/--wrapper \/nowhere\/wrapper: .*not found/),
    });
  });

  test.skipIf(process.getuid?.() !== 0)(
    'have no worker and no host where they could end others, unless told so',
    async () => {
      const refusal =
        /processes of tenants would share this user, and could end its others: install bubblewrap.*--unconfined/;
      for (const command of ['worker', 'host'])
        expect(await fleet.command(command, '--wrapper', 'none')).toMatchObject({
          ...{ code: 2, errors: expect.stringMatching(refusal) },
        });
      const worker = fleet.worker(1, '--wrapper', 'none');
      expect(await resultOf('export default () => process.ppid;')).toMatchObject({ status: 'done', value: worker.pid });
      worker.kill('SIGKILL');
    },
  );

  test('that never come back are ended, and take nobody with them', async () => {
    fleet.worker(1);
    expect(await resultOf('export default () => { for (;;); };', 1)).toMatchObject({
      status: 'failed',
      error: 'its process has ended: SIGKILL',
    });
    expect(await resultOf('export default () => process.exit(3);')).toMatchObject({
      error: 'its process has ended: exit code 3',
    });
    expect(await resultOf('export default () => 5;')).toMatchObject({ status: 'done', value: 5 });
  });

  test('leave no more in Redis than they may', async () => {
    fleet.worker(1);
    expect(await resultOf('export default () => "x".repeat(2 << 20);')).toMatchObject({
      status: 'failed',
      error: 'its value has 2097154 characters as JSON, 1048576 at most; leave it as an artefact',
    });
    const { error } = await resultOf('export default () => { throw new Error("x".repeat(2 << 20)); };');
    expect(error).toHaveLength(10_000);
  });
});

describe.skipIf(noRedis !== '')(`processes of jobs${noRedis}`, () => {
  test('have what they say in the log, so much of it', async () => {
    const worker = fleet.worker(1);
    const loud =
      'export default () => { for (let n = 0; n < 1000; n++) console.error("line " + n + "\\x1b"); return 7; };';
    expect(await resultOf(loud)).toMatchObject({ status: 'done', value: 7 });
    const redis = fleet.connect();
    const said = async () => (await redis.xrange('rawiron:log', '-', '+')).map(([, fields]) => fields[3]!);
    await expect.poll(async () => (await said()).join()).toContain('what it says besides is not shown');
    const lines = (await said()).filter((line) => line.includes('line '));
    expect(lines).toHaveLength(100);
    expect(lines[99]).toMatch(/^process of acme\/\d+-[\da-f]+: line 99\?$/);
    redis.disconnect();
    worker.kill('SIGKILL');
  });
});

describe.skipIf(noRedis !== '')(`machines of tenants${noRedis}`, () => {
  test('are in processes of their own, and go on elsewhere when those end', async () => {
    fleet.host(5);
    await using machines = new FleetMachines(fleet.connect, fleet.store, 'acme');
    await machines.start('shown', { image: 'typewriter', every: 0, limits: { processor: 30 } });
    const { owner, token } = await machines.running('shown');
    expect([...(await machines.picture('shown')).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    let greeting = '';
    await using _view = await machines.view('shown', {
      data: (bytes) => {
        greeting += Buffer.from(bytes).toString();
      },
      end: () => {},
    });
    await expect.poll(() => greeting).toBe('RFB 003.008\n');
    await machines.snapshot('shown', 'copy');
    const host = owner.split('-').at(-2)!;
    const [child] = readFileSync(`/proc/${host}/task/${host}/children`, 'utf8').split(' ');
    process.kill(Number(child), 'SIGKILL');
    await expect.poll(async () => (await machines.find('shown')).problem).toMatch(/its process has ended: SIGKILL/);
    await expect.poll(async () => (await machines.find('shown')).token).toBe(token + 1);
    await machines.running('shown');
    await machines.stop('shown');
  });
});

/** Sends on COM1 without an end. */
const chatterRom = rom(`        mov     dx, 0x3F8
.next:  mov     al, 'x'
        out     dx, al
        jmp     .next`);

test('a machine in a process of its own sends no more than is taken', async () => {
  await using machine = await Machine.create({ memory: 2, vga: 'none', boot: { bios: chatterRom } });
  const snapshot = Buffer.from(await machine.snapshot());
  // That process has the library's sources, too, and nothing of the test's own.
  process.execArgv = ['--conditions=rawiron-source'];
  const owner = { name: 'chatter', memory: 64 << 20, log: () => {} };
  await using child = await ConfinedProcess.start('machine-process.ts', owner, {});
  const taking = Promise.withResolvers<void>();
  let bytes = 0;
  child.on('data', { ...NOTHING, most: PART }, async (_, part) => {
    bytes += part.length;
    await taking.promise;
  });
  const restored = { fields: z.strictObject({ isOff: z.literal(false) }), most: 0 };
  await child.call('restore', restored, { name: 'chatter', limits: {} }, snapshot);
  await child.call('start', NOTHING);
  await expect.poll(() => bytes).toBeGreaterThan(0);
  // It comes to a stop.
  let before = 0;
  while (before !== bytes) {
    before = bytes;
    await wait(500);
  }
  taking.resolve();
  await expect.poll(() => bytes).toBeGreaterThan(before);
});

test.skipIf(noRedis !== '')(`what a killed worker has left is removed by the next one${noRedis}`, async () => {
  const ended = spawnSync('true').pid;
  const folders = [ended, process.pid].map((pid) => join(tmpdir(), `rawiron-confined-${hostname()}-${pid}-test`));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const worker = fleet.worker(1);
  await expect.poll(() => existsSync(folders[0]!)).toBe(false);
  expect(existsSync(folders[1]!)).toBe(true);
  rmdirSync(folders[1]!);
  worker.kill('SIGKILL');
});

test.skipIf(process.getuid?.() === 0)('only root runs processes as others', async () => {
  expect((await fleet.command('worker', '--uid', '5')).errors).toMatch(/--uid: only root/);
});
