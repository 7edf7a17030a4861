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
  const question = () => (sent.at(-1) as ToHost & { type: 'request' }).question as { bytes: Uint8Array };
  const complete = (answer: unknown) => {
    door.arrive({ type: 'completion', id: sent.length, answer });
    events.runDue(0);
  };
  return { door, events, drive, done, sent, question, complete, onDone: (error: string | null) => done.push(error) };
}

test('a read fills its target when the host has answered', () => {
  const { drive, done, onDone, question, complete } = makeDrive();
  const target = new Uint8Array(2 * SECTOR_BYTES);
  drive.read(7, target, onDone);
  expect(question()).toEqual({ type: 'read', sector: 7, bytes: new Uint8Array(2 * SECTOR_BYTES) });
  question().bytes.fill(0x5a);
  expect(target[0]).toBe(0);
  complete({ error: null });
  expect([done, target.every((byte) => byte === 0x5a)]).toEqual([[null], true]);
});

test('a host without shared memory answers with the bytes', () => {
  const { drive, onDone, complete } = makeDrive();
  const target = new Uint8Array(SECTOR_BYTES);
  drive.read(7, target, onDone);
  complete({ error: null, bytes: new Uint8Array(SECTOR_BYTES).fill(0x5a) });
  expect(target[0]).toBe(0x5a);
});

test('the memory of a request is used again when it has come back, and not before', () => {
  const { drive, onDone, question, complete } = makeDrive();
  const ask = () => {
    drive.read(7, new Uint8Array(SECTOR_BYTES), onDone);
    return question().bytes.buffer;
  };
  const first = ask();
  complete({ error: null });
  expect(ask()).toBe(first);
  expect(ask()).not.toBe(first);
  complete({ error: null });
  drive.cancel();
  const late = ask();
  drive.cancel();
  expect(ask()).not.toBe(late);
});

test('a failed read leaves its target', () => {
  const { drive, done, onDone, complete } = makeDrive();
  const target = new Uint8Array(SECTOR_BYTES).fill(1);
  drive.read(7, target, onDone);
  complete({ error: 'io' });
  expect([done, target[0]]).toEqual([['io'], 1]);
});

test('a write carries its bytes as they were', () => {
  const { drive, done, onDone, question, complete } = makeDrive();
  const sectors = new Uint8Array(4 * SECTOR_BYTES).fill(3);
  drive.write(1, sectors.subarray(SECTOR_BYTES, 2 * SECTOR_BYTES), onDone);
  expect(question()).toEqual({ type: 'write', sector: 1, bytes: new Uint8Array(SECTOR_BYTES).fill(3) });
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

test('another host has the medium in the drive that it had at the start, and nothing has changed', () => {
  const { door, events, drive } = makeDrive();
  door.arrive({ type: 'input', port: 'ide0', value: null });
  events.runDue(0);
  const seen: unknown[] = [];
  drive.onMediumChanged = () => seen.push(drive.medium);
  door.changeHost();
  expect([drive.medium, seen]).toEqual([{ sectors: 100, isReadOnly: false }, []]);
});

/** The requests to the host; `answer` answers the next ones. */
function watch({ door, sent }: ReturnType<typeof makeDrive>) {
  const requests = () => sent as (ToHost & { type: 'request' })[];
  let answered = 0;
  return {
    asked: () => requests().map(({ question }) => question as { type: string }),
    answer: (count: number) => {
      const batch = requests().slice(answered, answered + count);
      answered += count;
      for (const { id } of batch) door.arrive({ type: 'completion', id, answer: { error: null } });
    },
  };
}

test('requests that are cancelled again and again wait for the host, which has memory of few of them', () => {
  const rig = makeDrive();
  const { drive, events, done, onDone } = rig;
  const { asked, answer } = watch(rig);
  for (let n = 0; n < 100; n++) {
    drive.read(n % 50, new Uint8Array(SECTOR_BYTES), onDone);
    drive.cancel();
  }
  drive.write(60, new Uint8Array(SECTOR_BYTES).fill(7), onDone);
  expect(asked().map(({ type }) => type)).toEqual(['read', 'read', 'read', 'read']);
  answer(1);
  expect(asked().at(-1)).toEqual({ type: 'write', sector: 60, bytes: new Uint8Array(SECTOR_BYTES).fill(7) });
  expect(asked()).toHaveLength(5);
  events.runDue(0);
  expect(done).toEqual([]);
  answer(4);
  events.runDue(0);
  expect(done).toEqual([null]);
});

test('a lock and a tray that wait are not lost by a reset, and the last of them holds', () => {
  const rig = makeDrive();
  const { asked, answer } = watch(rig);
  for (let n = 0; n < 4; n++) rig.drive.flush(rig.onDone);
  for (let n = 0; n < 100; n++) rig.drive.setLocked(n % 2 === 0);
  for (let n = 0; n < 100; n++) rig.drive.setTrayOpen(n % 2 === 1);
  rig.drive.cancel();
  expect(asked()).toHaveLength(4);
  answer(4);
  expect(asked().slice(4)).toEqual([
    { type: 'lock', locked: false },
    { type: 'tray', open: true },
  ]);
});
