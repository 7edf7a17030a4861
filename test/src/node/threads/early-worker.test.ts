import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { EarlyWorker } from '../../../../src/node/threads/early-worker.ts';
import type { KeptWorker } from '../../../../src/node/threads/kept-worker.ts';

function startEarly() {
  const worker = Object.assign(new EventEmitter(), { unref() {} });
  const kept = { thread: { worker }, events: { current: { onCrash() {} } } } as unknown as KeptWorker;
  const early = new EarlyWorker();
  early.start(() => kept);
  return { worker, kept, early };
}

test('a worker that was started early is for one machine', () => {
  const { early, kept } = startEarly();
  expect([early.take(), early.take()]).toEqual([kept, undefined]);
});

test('one that has ended meanwhile is for none, nor one that has failed', () => {
  const ended = startEarly();
  ended.worker.emit('exit', 1);
  const failed = startEarly();
  failed.kept.events.current.onCrash(new Error('no memory'));
  expect([ended.early.take(), failed.early.take()]).toEqual([undefined, undefined]);
});
