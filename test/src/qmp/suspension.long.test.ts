import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Machine, type MachineOptions, openMonitor, openQmp } from '../../../src/index.ts';
import { rom } from '../../support/death-roms.ts';

/** Suspends the machine to RAM after each reset: power management at 600h, SLP_EN with the type of S3. */
const sleeper = rom(`
        mov     eax, 0x80000B40
        mov     ebx, 0x601
        call    .config
        mov     eax, 0x80000B80
        mov     ebx, 1
        call    .config
        mov     dx, 0x604
        mov     ax, 0x2400
        out     dx, ax
.wait:  jmp     .wait
.config:
        mov     dx, 0xCF8
        out     dx, eax
        mov     dx, 0xCFC
        mov     eax, ebx
        out     dx, eax
        ret
`);

test('a machine that is suspended to RAM says so in the monitor and by QMP, which can wake it', async () => {
  await using machine = await Machine.create({ memory: 4, boot: { bios: sleeper } });
  const monitor = openMonitor(machine);
  const qmp = openQmp(machine);
  const events: string[] = [];
  qmp.listen((event) => events.push(event));
  expect(await monitor.execute('system_wakeup')).toBe('Error: Unable to wake up: guest is not in suspended state\n');
  await machine.start();
  await expect.poll(() => events, { timeout: 20_000 }).toEqual(['RESUME', 'SUSPEND']);
  expect(await monitor.execute('info status')).toBe('VM status: paused (suspended)\n');
  expect(await qmp.execute('query-status')).toEqual({ status: 'suspended', singlestep: false, running: false });
  expect(await monitor.execute('system_wakeup')).toBe('');
  await expect.poll(() => events, { timeout: 20_000 }).toEqual(['RESUME', 'SUSPEND', 'WAKEUP', 'SUSPEND']);
  expect(await qmp.execute('system_wakeup')).toEqual({});
  await expect.poll(() => events, { timeout: 20_000 }).toHaveLength(6);
  await machine.pause();
  expect(await monitor.execute('info status')).toBe('VM status: paused\n');
});

/** Its events, as they come. */
function eventsOf(machine: Machine): string[] {
  const events: string[] = [];
  for (const name of ['suspend', 'wake', 'reset', 'debug'] as const) machine.on(name, () => void events.push(name));
  return events;
}

const suspended = async (options: Partial<MachineOptions> = {}) => {
  const machine = await Machine.create({ memory: 4, boot: { bios: sleeper }, ...options });
  const events = eventsOf(machine);
  const isAsleep = new Promise<void>((resolve) => machine.once('suspend', () => resolve()));
  await machine.start();
  await isAsleep;
  return { machine, events };
};

test('a fork of a suspended machine is suspended; a reset and another state are no waking', async () => {
  const { machine, events } = await suspended();
  await using fork = await machine.fork();
  expect(fork.isSuspended).toBe(true);
  await machine.pause();
  const saved = await machine.snapshot();
  await machine.reset();
  expect([machine.isSuspended, events]).toEqual([false, ['suspend', 'reset']]);
  await machine.load(saved);
  expect([machine.isSuspended, events]).toEqual([true, ['suspend', 'reset']]);
  await machine.stop();
  expect(machine.isSuspended).toBe(false);
});

test('a recorded machine is reset also where it is woken at the same time, and its replay tells of suspensions', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'suspension-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'recording');
  const { machine, events } = await suspended({ icount: { shift: 3, record: file } });
  await machine.pause();
  await machine.wake();
  await machine.reset();
  await machine.start();
  await expect.poll(() => events, { timeout: 20_000 }).toEqual(['suspend', 'reset', 'suspend']);
  await machine.wake();
  await expect.poll(() => events, { timeout: 20_000 }).toEqual(['suspend', 'reset', 'suspend', 'wake', 'suspend']);
  await machine.stop();
  await using replay = await Machine.create({ memory: 4, boot: { bios: sleeper }, icount: { shift: 3, replay: file } });
  const told = eventsOf(replay);
  await replay.start();
  // The recording ends with what came from outside last.
  const inCommon = () => told.filter((event) => event !== 'debug').slice(0, 4);
  await expect.poll(inCommon, { timeout: 20_000 }).toEqual(events.slice(0, 4));
});
