import { expect, test } from 'vitest';
import type { DebianLinux } from '../../../src/node/linux/debian.ts';
import { type Event, V86 } from '../../../src/node/v86.ts';
import { linuxModules } from '../../support/linux-modules.ts';
import { findLinux } from '../../support/linux-shell.ts';
import { type Guest, listen } from '../../support/v86/scripts.ts';

const TIMEOUT = 600_000;
const PROMPT = '~ # ';
const MODULES = { ne2k: 'ne2k-pci', virtio: 'virtio_net' } as const;
type Card = keyof typeof MODULES;

async function find(): Promise<DebianLinux | string> {
  const found = await findLinux();
  if (typeof found === 'string') return found;
  const modules = await linuxModules(found.modules, 'virtio_pci', ...Object.values(MODULES)).catch(String);
  return typeof modules === 'string' ? modules : { ...found, initrd: () => found.initrd(modules) };
}

const linux = await find();
const reason = typeof linux === 'string' ? ` (${linux})` : '';

/** Two machines that are connected by a program, as an example of v86's has it. */
function connected(cards: readonly Card[]): V86[] {
  const { kernel, initrd } = linux as DebianLinux;
  const emulators = cards.map(
    (type) =>
      new V86({
        ...{ bzimage: { buffer: kernel }, initrd: { buffer: initrd() }, cmdline: 'console=ttyS0 cryptomgr.notests' },
        ...{ net_device: { type }, memory_size: 64 << 20, autostart: true },
      }),
  );
  for (const [n, emulator] of emulators.entries())
    emulator.add_listener('net0-send', (frame) => emulators[1 - n]!.bus.send('net0-receive', frame));
  return emulators;
}

async function configure({ emulator, until }: Guest, address: string): Promise<void> {
  await until(PROMPT);
  emulator.serial0_send(`dmesg -n 1; ifconfig eth0 ${address} up\n`);
  await until(PROMPT);
}

test.skipIf(reason !== '')(`two machines see each other's frames${reason}`, { timeout: TIMEOUT }, async () => {
  const emulators = connected(['ne2k', 'virtio']);
  const counts = { sent: 0, received: 0 };
  const count =
    (name: keyof typeof counts) =>
    ([bytes]: Event['eth-transmit-end']) => {
      counts[name] += bytes;
    };
  emulators[0]!.add_listener('eth-transmit-end', count('sent'));
  emulators[0]!.add_listener('eth-receive-end', count('received'));
  const guests = emulators.map(listen);
  await Promise.all(guests.map((guest, n) => configure(guest, `10.5.0.${2 + n}`)));
  guests[0]!.emulator.serial0_send('ping -c 3 -s 1000 10.5.0.3\n');
  expect(await guests[0]!.until('packet loss')).toMatch(/3 packets received, 0% packet loss/);
  expect(counts.sent).toBeGreaterThan(3000);
  expect(counts.received).toBeGreaterThan(3000);
  await Promise.all(emulators.map((emulator) => emulator.destroy()));
});
