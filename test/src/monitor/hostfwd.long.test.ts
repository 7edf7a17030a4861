import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, openMonitor } from '../../../src/index.ts';
import type { Monitor } from '../../../src/monitor/monitor.ts';
import { freePort } from '../../support/ports.ts';

let machine: Machine;
let monitor: Monitor;
let port: number;

/** Whether somebody listens at the port. */
function isOpen(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

beforeAll(async () => {
  const hub = { backend: { type: 'socket', listen: { host: '127.0.0.1', port: 0 } } } as const;
  machine = await Machine.create({
    memory: 4,
    boot: { demo: true },
    network: [hub, { backend: { type: 'user' }, backendName: 'n0' }],
  });
  monitor = openMonitor(machine, { name: 'test machine' });
  port = await freePort();
});
afterAll(() => machine.stop());

/** Texts are those of QEMU 7.2, but for reasons. */
test.each(['', 'n0 '])('ports are opened and closed: %s', async (network) => {
  const rule = `tcp:127.0.0.1:${port}`;
  expect(await isOpen()).toBe(false);
  expect(await monitor.execute(`hostfwd_add ${network}${rule}-:22`)).toBe('');
  expect(await isOpen()).toBe(true);
  expect(await monitor.execute(`hostfwd_add ${network}${rule}-:23`)).toMatch(/^Could not set up host forwarding rule/);
  expect(await monitor.execute(`hostfwd_remove ${network}${rule}`)).toBe(`host forwarding rule for ${rule} removed\n`);
  expect(await isOpen()).toBe(false);
  expect(await monitor.execute(`hostfwd_remove ${network}${rule}`)).toBe(
    `host forwarding rule for ${rule} not found\n`,
  );
});

test('so are ports for datagrams', async () => {
  expect(await monitor.execute(`hostfwd_add udp:127.0.0.1:${port}-:53`)).toBe('');
  expect(await monitor.execute(`hostfwd_remove udp:127.0.0.1:${port}`)).toBe(
    `host forwarding rule for udp:127.0.0.1:${port} removed\n`,
  );
});

test.each([
  ['hostfwd_add n7 tcp::1-:2', "unrecognized netdev id 'n7'\n"],
  ['hostfwd_remove tcp', 'invalid format\n'],
  ['hostfwd_remove tcp:1.2.3:4', 'invalid format\n'],
])('%s', async (command, answer) => {
  expect(await monitor.execute(command)).toBe(answer);
});

test('a guest address that is not in its network is refused', async () => {
  expect(await monitor.execute(`hostfwd_add tcp:127.0.0.1:${port}-1.2.3.4:5`)).toMatch(/not in the guest's network\n$/);
  expect(await isOpen()).toBe(false);
});

test('a card without a user-mode network has no such ports', async () => {
  const [card] = machine.network;
  await expect(card!.addHostForward({ hostPort: 0, guestPort: 1 })).rejects.toThrow(/rtl8139.0 is not connected to a/);
});
