import { expect } from 'vitest';
import { demoGuest, type Guest, onEveryEngineBy } from '../support/guest.ts';

/** Types a command at the prompt; its output, up to the next prompt. */
function command(guest: Guest, line: string): string {
  guest.runToText(/> $/);
  guest.type(`${line}\r`);
  const [, output] = guest.runToText(/\r\n([\s\S]*?)(?=[\w-]*> $)/);
  return output!.replaceAll('\r\n', '\n');
}

onEveryEngineBy('the demo guest has a shell, and each command does its work', demoGuest, (guest) => {
  expect(command(guest, 'help').split('\n').length).toBeGreaterThan(9);
  expect(command(guest, 'echo Hello, world')).toBe('Hello, world\n');
  expect(command(guest, 'cpu')).toMatch(/^GenuineIntel, signature 0x[0-9a-f]{8}, features 0x[0-9a-f]{8}\nrawiron/);
  expect(command(guest, 'mem')).toContain('639 KB below 1 MB, 7168 KB above\n');
  expect(command(guest, 'bench 2')).toMatch(/^2 rounds of the sieve to 262144 with 23000 primes: \d+ ms\n$/);
  expect(command(guest, 'fault')).toMatch(
    /^page fault at 0xd0000008, error code 0x00000002, .*\n.* holds 0x12345678\n$/,
  );
  expect(command(guest, 'fault')).toMatch(/^page fault at 0xd0000008/);
  expect(command(guest, 'uptime')).toMatch(/^up \d+\.\d\d seconds\n$/);
  expect(command(guest, 'nonsense')).not.toBe('');
});

onEveryEngineBy('the demo guest resets and powers off', demoGuest, (guest) => {
  guest.runToText(/> $/);
  guest.type('reboot\r');
  expect(guest.runToEnd()).toEqual({ reason: 'reset-requested' });
  guest.core.reset();
  guest.serial = '';
  guest.runToText(/> $/);
  guest.type('poweroff\r');
  expect(guest.runToEnd()).toEqual({ reason: 'poweroff' });
});
