import { expect, test } from 'vitest';
import { SECTOR_BYTES } from '../../../runtime/host/block.ts';
import { hostBlockPort } from '../../../runtime/host/block-port.ts';
import { HostDoor } from '../../../runtime/host/door.ts';
import type { ToHost } from '../../../runtime/host/messages.ts';
import { EventQueue } from '../../../runtime/time/events.ts';

function makeDrive() {
  const sent: ToHost[] = [];
  const events = new EventQueue();
  const door = new HostDoor({ clock: { now: () => 0 }, events, send: (message) => sent.push(message) });
  const drive = hostBlockPort(door, 'ide0', { sectors: 100, isReadOnly: false });
  const done: (string | null)[] = [];
  const question = () => (sent.at(-1) as ToHost & { type: 'request' }).question;
  const complete = (answer: unknown) => {
    door.arrive({ type: 'completion', id: sent.length, answer });
    events.runDue(0);
  };
  return { door, events, drive, done, question, complete, onDone: (error: string | null) => done.push(error) };
}

test('a read fills its target when the host has answered', () => {
  const { drive, done, onDone, question, complete } = makeDrive();
  const target = new Uint8Array(2 * SECTOR_BYTES);
  drive.read(7, target, onDone);
  expect(question()).toEqual({ type: 'read', sector: 7, count: 2 });
  complete({ error: null, bytes: new Uint8Array(2 * SECTOR_BYTES).fill(0x5a) });
  expect([done, target.every((byte) => byte === 0x5a)]).toEqual([[null], true]);
});

test('a failed read leaves its target', () => {
  const { drive, done, onDone, complete } = makeDrive();
  const target = new Uint8Array(SECTOR_BYTES).fill(1);
  drive.read(7, target, onDone);
  complete({ error: 'io' });
  expect([done, target[0]]).toEqual([['io'], 1]);
});

test('a write carries its bytes and no others of their buffer', () => {
  const { drive, done, onDone, question, complete } = makeDrive();
  const sector = new Uint8Array(4 * SECTOR_BYTES).fill(3).subarray(SECTOR_BYTES, 2 * SECTOR_BYTES);
  drive.write(1, sector, onDone);
  const { bytes } = question() as { bytes: Uint8Array };
  expect([bytes.length, bytes.buffer.byteLength, bytes[0]]).toEqual([SECTOR_BYTES, SECTOR_BYTES, 3]);
  complete({ error: 'no-space' });
  expect(done).toEqual(['no-space']);
});

test('a medium that is taken out and put in is told', () => {
  const { door, events, drive } = makeDrive();
  const seen: unknown[] = [];
  drive.onMediumChanged = () => seen.push(drive.medium);
  for (const value of [null, { sectors: 5, isReadOnly: true }]) door.arrive({ type: 'input', port: 'ide0', value });
  events.runDue(0);
  expect(seen).toEqual([null, { sectors: 5, isReadOnly: true }]);
});
