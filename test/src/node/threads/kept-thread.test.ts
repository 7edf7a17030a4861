import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { IsolatePool } from '../../../../src/isolate/pool.ts';
import { KeptThread } from '../../../../src/node/threads/kept-thread.ts';
import type { Ticker } from '../../../../src/node/threads/ticker-thread.ts';
import type { MachineTask } from '../../../../src/node/threads/worker-entry.ts';

/** Stands in for a worker: tells what was posted to it, and ends when it is told so. */
class FakeWorker extends EventEmitter {
  readonly posted: unknown[] = [];
  isHeld = true;

  postMessage(message: unknown): void {
    this.posted.push(message);
  }

  ref(): void {
    this.isHeld = true;
  }

  unref(): void {
    this.isHeld = false;
  }

  async terminate(): Promise<void> {
    this.emit('exit', 1);
  }
}

function makeThread() {
  const worker = new FakeWorker();
  const pool = new IsolatePool();
  const crashes: string[] = [];
  const hearing = (name: string) => ({ onCrash: (error: Error) => crashes.push(`${name}: ${error.message}`) });
  const events = { current: hearing('nobody') };
  const ended: string[] = [];
  const end = async (what: string) => void ended.push(what);
  const thread = { worker: worker as unknown as Worker, end: () => end('thread') };
  const ticker = { end: () => end('ticker') } as unknown as Ticker;
  const kept = new KeptThread(thread, ticker, events);
  const task = { config: 'a configuration', port: null } as unknown as Required<MachineTask>;
  const assign = (name: string) => kept.assign(task, hearing(name), pool);
  return { worker, pool, kept, events, crashes, ended, assign };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a thread whose machine has ended by itself is free for the next one', async () => {
  const { worker, pool, kept, ended, assign } = makeThread();
  assign('first');
  worker.emit('message', 'free');
  await turn();
  expect([pool.take(), worker.isHeld, ended]).toEqual([kept, false, []]);
});

test('who has had a thread has nothing to say to the machine that is there now', async () => {
  const { worker, pool, events, crashes, assign } = makeThread();
  const first = assign('first');
  worker.emit('message', 'free');
  await turn();
  pool.take();
  const second = assign('second');
  second.hold(true);
  await first.terminate();
  first.hold(false);
  events.current.onCrash(new Error('out of memory'));
  expect([pool.take(), worker.isHeld, crashes]).toEqual([undefined, true, ['second: out of memory']]);
});

test('a thread that has failed is not kept, and hears that no machine follows', async () => {
  const { worker, pool, events, crashes, ended, assign } = makeThread();
  assign('first');
  events.current.onCrash(new Error('no ticker'));
  worker.emit('message', 'free');
  await turn();
  expect([pool.take(), crashes, worker.posted.slice(1)]).toEqual([undefined, ['first: no ticker'], [null]]);
  expect(ended).toEqual(['thread', 'ticker']);
});

test('nor is one that has ended', async () => {
  const { worker, pool, ended, assign } = makeThread();
  const life = assign('first');
  worker.emit('exit', 1);
  await life.terminate();
  expect([pool.take(), ended]).toEqual([undefined, ['thread', 'ticker']]);
});

test('a machine that is ended leaves its thread as soon as it is free', async () => {
  const { worker, pool, kept, assign } = makeThread();
  const end = assign('first').terminate();
  await turn();
  expect(pool.take()).toBeUndefined();
  worker.emit('message', 'free');
  await end;
  expect(pool.take()).toBe(kept);
  expect([worker.listenerCount('message'), worker.listenerCount('exit')]).toEqual([0, 1]);
});

test('the configuration goes to a thread with its first machine only', async () => {
  const { worker, pool, kept, assign } = makeThread();
  await pool.put(kept);
  pool.take();
  assign('first');
  worker.emit('message', 'free');
  await turn();
  assign('second');
  expect(worker.posted).toEqual([{ config: 'a configuration', port: null }, { port: null }]);
});

test.each([
  ['ends', ({ worker }: ReturnType<typeof makeThread>) => void worker.emit('exit', 1)],
  ['fails', ({ events }: ReturnType<typeof makeThread>) => events.current.onCrash(new Error('out of memory'))],
])('a thread that %s while it waits for a machine is not lent', async (_, die) => {
  const [first, second] = [makeThread(), makeThread()];
  await first.pool.put(second.kept);
  await first.pool.put(first.kept);
  die(first);
  expect(first.pool.take()).toBe(second.kept);
  await turn();
  expect([first.crashes, first.ended]).toEqual([[], ['thread', 'ticker']]);
});
