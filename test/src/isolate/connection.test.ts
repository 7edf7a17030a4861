import { expect, test } from 'vitest';
import { Connection } from '../../../src/isolate/connection.ts';
import type { Command, MessageEnd, Report } from '../../../src/isolate/protocol.ts';
import { STATE_BYTES, Word } from '../../../translator/abi/state.ts';

function connected() {
  const sent: Command[] = [];
  const end: MessageEnd<Command, Report> = {
    postMessage: (command) => void sent.push(command),
    onmessage: null,
    close: () => {},
  };
  const connection = new Connection(end, () => {});
  const state = new Int32Array(new SharedArrayBuffer(STATE_BYTES));
  end.onmessage!({ data: { type: 'ready', state } });
  return { connection, sent, state };
}

test('a machine is woken for what it is sent', () => {
  const { connection, sent, state } = connected();
  const input = { type: 'input', port: 'card', value: new Uint8Array(1) } as const;
  connection.send(input);
  expect(sent).toEqual([input]);
  expect([state[Word.wake], state[Word.attention]]).toEqual([1, 1]);
});

test('its guest is not interrupted as output was taken', () => {
  const { connection, sent, state } = connected();
  connection.taken(100);
  expect(sent).toEqual([{ type: 'taken', length: 100 }]);
  expect([state[Word.wake], state[Word.attention]]).toEqual([0, 0]);
  connection.close(new Error('the end'));
  connection.taken(100);
  expect(sent).toHaveLength(1);
});
