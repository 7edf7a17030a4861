import { expect, test } from 'vitest';
import { Machine, openMonitor, openQmp } from '../../../src/index.ts';
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
  await expect.poll(() => events).toEqual(['RESUME', 'SUSPEND']);
  expect(await monitor.execute('info status')).toBe('VM status: paused (suspended)\n');
  expect(await qmp.execute('query-status')).toEqual({ status: 'suspended', singlestep: false, running: false });
  expect(await monitor.execute('system_wakeup')).toBe('');
  await expect.poll(() => events).toEqual(['RESUME', 'SUSPEND', 'WAKEUP', 'SUSPEND']);
  expect(await qmp.execute('system_wakeup')).toEqual({});
  await expect.poll(() => events).toHaveLength(6);
  await machine.pause();
  expect(await monitor.execute('info status')).toBe('VM status: paused\n');
});
