import { expect, test } from 'vitest';
import type { Command, MessageEnd, Report } from '../../../src/isolate/protocol.ts';
import { takeMessages } from '../../../src/isolate/taking.ts';

const input: Command = { type: 'input', port: 'card', value: new Uint8Array(1) };
const taken: Command = { type: 'taken', length: 1 };
const call: Command = { type: 'call', id: 1, name: 'freeze', args: [] };

/** A port at which these have arrived. */
function portWith(...arrived: Command[]): MessageEnd<Report, Command> {
  return { postMessage: () => {}, onmessage: null, close: () => {}, take: () => arrived.shift() };
}

test.each<[string, Command[], boolean]>([
  ['nothing', [], true],
  ['what devices get is all there is to do', [input, taken, input], true],
  ['a call may go on in the event loop', [input, call, taken], false],
  ['so may what ends the machine', [{ type: 'stop' }], false],
])('messages are taken in their order: %s', (_, arrived, isAll) => {
  const received: Command[] = [];
  expect(takeMessages(portWith(...arrived), (command) => received.push(command))).toBe(isAll);
  expect(received).toEqual(arrived);
});

test('a host that has no way to do it delivers them in the event loop', () => {
  const { take: _, ...port } = portWith(input);
  expect(takeMessages(port, () => expect.unreachable())).toBe(false);
});
