import { expect, test } from 'vitest';
import { Machine, openMonitor, openQmp } from '../../../src/index.ts';

test('a machine that its guest turns off waits for a reset where that is asked for', async () => {
  await using machine = await Machine.create({ memory: 32, boot: { demo: true }, shutdown: 'pause' });
  const [monitor, qmp] = [openMonitor(machine), openQmp(machine)];
  const events: string[] = [];
  qmp.listen((event) => events.push(event));
  await machine.start();
  await machine.serial.expect(/demo> $/);
  const off = new Promise((resolve) => machine.once('off', resolve));
  machine.serial.write('poweroff\r');
  expect(await off).toEqual({ reason: 'poweroff', code: 0 });
  expect([machine.state, machine.isOff]).toEqual(['paused', true]);
  expect(await monitor.execute('info status')).toBe('VM status: paused (shutdown)\n');
  expect(await qmp.execute('query-status')).toMatchObject({ status: 'shutdown', running: false });
  expect(await monitor.execute('cont')).toBe('Error: Resetting the Virtual Machine is required\n');
  await expect(machine.resume()).rejects.toThrow('Resetting the Virtual Machine is required');
  expect(await monitor.execute('system_reset')).toBe('');
  await expect.poll(() => machine.isOff).toBe(false);
  expect(await monitor.execute('info status')).toBe('VM status: paused (prelaunch)\n');
  expect(await monitor.execute('cont')).toBe('');
  await machine.serial.expect(/demo> $/);
  expect(events).toEqual(['RESUME', 'SHUTDOWN', 'STOP', 'RESET', 'RESUME']);
});

test('one that is turned off and gets the state of a snapshot is off no longer', async () => {
  await using machine = await Machine.create({ memory: 32, boot: { demo: true }, shutdown: 'pause' });
  await machine.start();
  await machine.serial.expect(/demo> $/);
  const snapshot = await machine.snapshot();
  const off = new Promise((resolve) => machine.once('off', resolve));
  machine.serial.write('poweroff\r');
  await off;
  await machine.load(snapshot);
  expect([machine.state, machine.isOff, machine.pauseReason]).toEqual(['paused', false, 'caller']);
  expect(await openMonitor(machine).execute('info status')).toBe('VM status: paused\n');
  expect(await openMonitor(machine).execute('cont')).toBe('');
  machine.serial.write('\r');
  await machine.serial.expect(/demo> $/);
});

test('so does one that would end where its guest reboots', async () => {
  await using machine = await Machine.create({
    ...{ memory: 32, boot: { demo: true }, reboot: 'exit', shutdown: 'pause' },
  });
  const off = new Promise((resolve) => machine.once('off', resolve));
  await machine.start();
  await machine.serial.expect(/demo> $/);
  machine.serial.write('reboot\r');
  expect(await off).toMatchObject({ reason: expect.stringMatching(/reset|shutdown/) });
});

test('another action is refused', async () => {
  await expect(Machine.create({ boot: { demo: true }, shutdown: 'sleep' as never })).rejects.toThrow('shutdown action');
});
