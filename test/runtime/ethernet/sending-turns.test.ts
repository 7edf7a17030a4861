import { expect, test } from 'vitest';
import { SendingTurns } from '../../../runtime/ethernet/sending-turns.ts';
import { EventQueue } from '../../../runtime/time/events.ts';

test('when an earlier time is loaded, what the guest gives is sent at once', () => {
  let now = 0;
  let sent = 0;
  const clock = { now: () => now } as ConstructorParameters<typeof SendingTurns>[0]['clock'];
  const turns = new SendingTurns({ name: 'sending', clock, events: new EventQueue(), send: () => sent++ });
  now = 3600e9;
  turns.request();
  expect(sent).toBe(1);
  turns.request();
  expect(sent).toBe(1);
  turns.reset();
  now = 60e9;
  turns.request();
  expect(sent).toBe(2);
});
