import { afterEach, expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';
import { kindOf, type PipeEnd, pipe, record } from './pipe.ts';

const machines: Machine[] = [];
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
});

/** A move whose connection ends before this write of the one end, while both processes live. */
async function lost(breaking: 'near' | 'far', isLost: (end: PipeEnd, bytes: Uint8Array) => boolean) {
  const machine = await Machine.create({ memory: 2, vga: 'none', boot: { demo: true } });
  machines.push(machine);
  await machine.start();
  await machine.serial.expect('demo> ');
  const [near, far] = pipe();
  near.isSure = false;
  far.isSure = false;
  const end = breaking === 'near' ? near : far;
  end.onWrite = (_, bytes) => {
    if (isLost(end, bytes)) end.destroy();
  };
  const sent = machine.migration.send(near).catch((error: Error) => error.message);
  const other = await Machine.receive(far);
  machines.push(other);
  const arrived = await other.migration.arrived.catch((error: Error) => error.message);
  return { source: await sent, machine, arrived, other };
}

// The destination's words are: that the machine is loaded, and that it is taken. The first comes after all of the machine was sent.
test.each(['loaded', 'taken'])(
  'before the destination has told that it has %s the machine: it stands still at both',
  async (word) => {
    const { source, machine, arrived, other } = await lost('far', (_, bytes) => kindOf(bytes) === word);
    expect(source).toMatch(
      /^the connection is broken.*; the machine stands still: nobody knows whether it goes on there/,
    );
    expect([machine.state, machine.migration.isGone]).toEqual(['paused', true]);
    expect(arrived).toEqual({ wasRunning: false });
    expect(other.state).not.toBe('running');
    await machine.start();
    machine.serial.write('bench 1\r');
    await machine.serial.expect('with 23000 primes');
  },
);

test('before all of the machine was sent: it goes on at the source', async () => {
  const { source, machine, arrived } = await lost('near', (end) => end.writes === 2);
  expect(source).toMatch(/^the connection is broken/);
  expect([machine.state, machine.migration.isGone]).toEqual(['running', false]);
  expect(arrived).toMatch(/^the connection is broken/);
});

test('when the destination has told that it cannot take the machine: the source says why', async () => {
  const machine = await Machine.create({ memory: 2, vga: 'none', boot: { demo: true } });
  machines.push(machine);
  await machine.start();
  const [near, far] = pipe();
  const refusal = await record('failed', { message: 'no room' });
  near.onWrite = (end) => {
    if (end.writes !== 2) return;
    void far.write(refusal);
    far.destroy();
  };
  await expect(machine.migration.send(near)).rejects.toThrow('the other end cannot take the machine: no room');
  expect([machine.state, machine.migration.isGone]).toEqual(['running', false]);
});
