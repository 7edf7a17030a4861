import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import type { ToMachine } from '../../../runtime/host/messages.ts';
import type { DriveConfig } from '../../../runtime/machine/drives.ts';
import { DriveLink } from '../../../src/isolate/drive-link.ts';
import type { MessageEnd, ToDrives } from '../../../src/isolate/protocol.ts';
import { messageEnd, takingEnd } from '../../../src/node/threads/thread.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const answer: ToMachine = { type: 'completion', id: 1, answer: { error: null } };

/** A link, what it has received, and the port of its drives. */
function connected(endOf: (port: MessagePort) => MessageEnd<ToDrives, ToMachine>) {
  const { port1, port2 } = new MessageChannel();
  cleanups.push(() => port1.close());
  const link = new DriveLink(endOf(port1), { drives: [{ name: 'ide1-cd0' } as DriveConfig] });
  const received: ToMachine[] = [];
  link.connect(new Int32Array(1), (message) => received.push(message));
  return { link, received, drives: port2 };
}

test('what the drives have told is there without a turn of the event loop, once and in its order', async () => {
  const { link, received, drives } = connected((port) => takingEnd(port));
  const medium: ToMachine = { type: 'input', port: 'ide1-cd0', value: null };
  for (const message of [medium, answer]) drives.postMessage(message);
  expect(link.take()).toBe(true);
  expect(received).toEqual([medium, answer]);
  await new Promise((resolve) => setTimeout(resolve));
  expect(received).toHaveLength(2);
});

test('an answer that was taken is one that nobody waits for any more', async () => {
  const { link, drives } = connected((port) => takingEnd(port));
  link.ask({ type: 'request', port: 'ide0-hd0', id: 1, question: { type: 'flush' } });
  const answered = link.allAnswered();
  drives.postMessage(answer);
  link.take();
  await answered;
});

test('all who wait for the answers hear of the last one', async () => {
  const { link, drives } = connected((port) => takingEnd(port));
  link.ask({ type: 'request', port: 'ide0-hd0', id: 1, question: { type: 'flush' } });
  const waiting = [link.allAnswered(), link.allAnswered()];
  drives.postMessage(answer);
  await Promise.all(waiting);
});

test('whoever waits for one drive waits for no other', async () => {
  const { link, drives } = connected((port) => takingEnd(port));
  link.plugged(['usb0']);
  expect([link.has('usb0'), link.has('usb1')]).toEqual([true, false]);
  link.ask({ type: 'request', port: 'usb0', id: 1, question: { type: 'flush' } });
  link.ask({ type: 'request', port: 'ide0-hd0', id: 2, question: { type: 'flush' } });
  await link.answered('usb1');
  const answered = link.answered('usb0');
  drives.postMessage(answer);
  link.take();
  await answered;
});

test('who waits for an answer that was taken hears of it in the event loop', async () => {
  const { link, drives } = connected((port) => takingEnd(port));
  link.ask({ type: 'request', port: 'usb0', id: 1, question: { type: 'flush' } });
  const answered = link.answered('usb0');
  drives.postMessage(answer);
  expect(link.take()).toBe(false);
  await answered;
  expect(link.take()).toBe(true);
});

test('what was not taken comes by the event loop', async () => {
  const { received, drives } = connected((port) => takingEnd(port));
  drives.postMessage(answer);
  await expect.poll(() => received).toEqual([answer]);
});

test('a host without a way to take messages says so', () => {
  const { link, drives } = connected((port) => messageEnd(port));
  drives.postMessage(answer);
  expect(link.take()).toBe(false);
});

test('where there are no drives there is nothing to take', () => {
  expect(new DriveLink(undefined, {}).take()).toBe(true);
});
