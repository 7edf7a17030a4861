import { describe, expect, test } from 'vitest';
import type { Machine } from '../../src/index.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const linux = await findLinux();
const TIMEOUT = 300_000;

const SLEEP = 'echo mem > /sys/power/state';

/** Suspends the system by a command, and has it woken; what the shell said after that. */
async function suspended(shell: LinuxShell, command: string, wake: (machine: Machine) => Promise<unknown>) {
  const { machine } = shell;
  const events: string[] = [];
  const note = (name: 'suspend' | 'wake' | 'reset') => machine.once(name, () => events.push(name));
  const asleep = new Promise<void>((resolve) => machine.once('suspend', () => resolve()));
  for (const name of ['suspend', 'wake', 'reset'] as const) note(name);
  const [output] = await Promise.all([
    shell.run(`${command}; echo awake; dmesg -c | grep -c "Waking up from system sleep state S3"`),
    asleep.then(async () => {
      expect(machine.isSuspended).toBe(true);
      await wake(machine);
    }),
  ]);
  expect(machine.isSuspended).toBe(false);
  expect(events).toEqual(['suspend', 'wake']);
  expect(output).toBe('awake\n1');
}

describe.skipIf(typeof linux === 'string')('Linux is suspended to RAM and woken', () => {
  const firmwares = { 'without firmware': undefined, 'by our own BIOS': 'rawiron', 'by SeaBIOS': 'seabios' } as const;
  test.each(Object.entries(firmwares))(
    '%s',
    async (_, bios) => {
      if (typeof linux === 'string') return;
      await using shell = await LinuxShell.boot(linux, 'translator', 'quiet', {
        boot: { kernel: linux.kernel, ...(bios && { bios }) },
      });
      const { machine } = shell;
      await shell.run('echo kept > /tmp/kept');
      await suspended(shell, SLEEP, () => machine.wake());
      await expect(machine.wake()).rejects.toThrow('Unable to wake up: guest is not in suspended state');
      await suspended(shell, `echo +3 > /sys/class/rtc/rtc0/wakealarm; ${SLEEP}`, async () => {});
      await suspended(shell, SLEEP, () => machine.keyboard.press('shift'));
      await suspended(shell, SLEEP, () => machine.pressPowerButton());
      shell.type(`${SLEEP}; echo a""wake`);
      await new Promise<void>((resolve) => machine.once('suspend', resolve));
      const saved = await machine.snapshot();
      await machine.reset();
      expect(machine.isSuspended).toBe(false);
      await machine.load(saved);
      expect(machine.isSuspended).toBe(true);
      await machine.wake();
      await machine.serial.expect(/awake\r\n~ # /, { timeout: TIMEOUT });
      expect(await shell.run('cat /tmp/kept')).toBe('kept');
    },
    TIMEOUT,
  );
});
