import { expect, test } from 'vitest';
import { HostDoor } from '../../../runtime/host/door.ts';
import type { FolderQuestion } from '../../../runtime/host/folder.ts';
import { hostFolderPort } from '../../../runtime/host/folder-port.ts';
import type { ToHost } from '../../../runtime/host/messages.ts';
import { Rig } from '../devices/rig.ts';

/** A folder's port, and what it asks the host: numbers of messages, and types of the rest. */
function port() {
  const rig = new Rig();
  const asked: { id: number; what: number | string }[] = [];
  const send = (message: ToHost) => {
    if (message.type !== 'request') return;
    const question = message.question as FolderQuestion;
    asked.push({ id: message.id, what: question.type === 'message' ? question.number : question.type });
  };
  const door = new HostDoor({ clock: rig.clock, events: rig.events, send });
  const folder = hostFolderPort(door, 'folder');
  const exchange = (number: number) => folder.exchange({ number, bytes: () => new Uint8Array(7), room: 11 }, () => {});
  const answer = (n: number) => door.arrive({ type: 'completion', id: asked[n]!.id, answer: new Uint8Array(11) });
  return { folder, exchange, answer, what: () => asked.map(({ what }) => what) };
}

test('when a state is loaded the host is told at once, and nothing comes any more of what waited before', () => {
  const { folder, exchange, answer, what } = port();
  for (let n = 1; n <= 10; n++) exchange(n);
  folder.reset();
  expect(what()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  folder.restart();
  exchange(5);
  expect(what().slice(8)).toEqual(['restart']);
  for (let n = 0; n < 9; n++) answer(n);
  expect(what().slice(8)).toEqual(['restart', 5]);
});

test('a reset is told after what was asked for before it, and once', () => {
  const { folder, exchange, answer, what } = port();
  for (let n = 1; n <= 10; n++) exchange(n);
  folder.reset();
  folder.reset();
  exchange(11);
  for (let n = 0; n < 8; n++) answer(n);
  expect(what().slice(8)).toEqual(['reset', 11]);
});
