import { expect, test } from 'vitest';
import { runIsolate } from '../../../src/isolate/loop.ts';
import type { ThreadProbe } from '../../../src/isolate/probe.ts';
import type { Command, MessageEnd, Report } from '../../../src/isolate/protocol.ts';
import { Limiter, type RunLimits } from '../../../src/isolate/run-limits.ts';
import type { MachineConfig, MachineCore, RunResult } from '../../../src/machine-core.ts';
import { WORD_COUNT } from '../../../translator/abi/state.ts';

const MEGABYTE = 1 << 20;
const PIECE = 50_000;

/** A machine in a thread of virtual time: its guest always has something to do, or `busy` of each 4 ms. Nanoseconds. */
function makeMachine(limits: RunLimits, busy = 4e6) {
  const counts = { ran: 0, now: 0, rested: 0 };
  const passTo = (time: number) => (counts.now = Math.max(counts.now, time));
  const core = {
    state: new Int32Array(WORD_COUNT),
    run(until: number): RunResult {
      const tick = Math.floor(counts.now / 4e6) * 4e6;
      const idleFrom = busy === 4e6 ? Infinity : tick + busy;
      const end = Math.min(until, idleFrom, counts.now + 100 * PIECE);
      counts.ran += Math.max(end - counts.now, 0);
      passTo(end);
      return counts.now >= idleFrom ? { reason: 'halted', wakeAt: tick + 4e6 } : { reason: 'slice' };
    },
    rested(nanoseconds: number) {
      counts.rested += nanoseconds;
    },
    capInstructions: () => {},
    dispose: () => {},
  } as unknown as MachineCore;
  let stop = () => {};
  const thread = {
    nanoseconds: () => counts.now,
    turn: async () => {},
    slice: Infinity,
    turnInterval: 0,
    async sleep(_state: Int32Array, _message: Promise<void>, milliseconds: number) {
      passTo(counts.now + milliseconds * 1e6);
      if (counts.now > 10e9) stop();
    },
  };
  const port: MessageEnd<Report, Command> = { postMessage: () => {}, onmessage: null, close: () => {} };
  const done = runIsolate({ config: { memoryBytes: 0 } as MachineConfig, createCore: () => core, thread, port });
  stop = () => port.onmessage!({ data: { type: 'stop' } });
  port.onmessage!({ data: { type: 'call', id: 1, name: 'limit', args: [limits] } });
  port.onmessage!({ data: { type: 'call', id: 2, name: 'run', args: [] } });
  return { counts, done };
}

test.each([1, 25, 50, 90])('a guest that is always busy runs for %i percent of the time', async (processor) => {
  const { counts, done } = makeMachine({ processor });
  await done;
  expect(counts.ran / counts.now).toBeCloseTo(processor / 100, 2);
  expect(counts.ran + counts.rested).toBe(counts.now);
});

test('what a guest sleeps is not stolen from it, but for the first period', async () => {
  const { counts, done } = makeMachine({ processor: 50 }, 1e6);
  await done;
  expect(counts.rested).toBe(20e6);
});

test('a halted guest is woken late by as much as it may be', async () => {
  const wakesOf = async (limits: RunLimits) => {
    const { counts, done } = makeMachine(limits, 0.4e6);
    await done;
    return counts.ran / 0.4e6 / (counts.now / 1e9);
  };
  expect(await wakesOf({})).toBeCloseTo(250, 0);
  expect(await wakesOf({ slack: 16 })).toBeCloseTo(50, 0);
});

test('each machine has its share, and one that takes less is left alone', async () => {
  const machines = [
    makeMachine({ processor: 10 }),
    makeMachine({ processor: 60 }),
    makeMachine({ processor: 50 }, 1e6),
  ];
  await Promise.all(machines.map(({ done }) => done));
  const shares = machines.map(({ counts }) => counts.ran / counts.now);
  expect(shares.map((share) => Math.round(100 * share))).toEqual([10, 60, 25]);
});

/** A limiter with a heap of so many bytes, of which dropping code and collecting garbage free some. */
function makeLimiter(heap: { inUse: number; code: number }, instructionsRun?: number) {
  const thread = { now: 0, nanoseconds: () => thread.now * 1e6, probe: undefined as ThreadProbe | undefined };
  let isDropped = false;
  const did: string[] = [];
  thread.probe = {
    heapInUse: () => heap.inUse,
    collectGarbage: () => {
      did.push('collected');
      if (isDropped) heap.inUse -= heap.code;
      isDropped = false;
    },
  } as ThreadProbe;
  const dropCode = () => {
    did.push('dropped');
    isDropped = true;
  };
  const core = { instructionsRun, capInstructions: (most: number) => did.push(`cap ${most}`), dropCode };
  return { limiter: new Limiter(thread, core, 64 * MEGABYTE), heap, thread, did };
}

test('a machine that takes too much memory drops its code first, and is paused if that is not enough', () => {
  const { limiter, heap, thread, did } = makeLimiter({ inUse: 40 * MEGABYTE, code: 30 * MEGABYTE });
  limiter.set({ memory: 100 * MEGABYTE });
  expect(limiter.reached()).toBe(null);
  expect(did).toEqual(['cap Infinity', 'dropped', 'collected']);
  Object.assign(heap, { inUse: 80 * MEGABYTE });
  expect(limiter.reached()).toBe(null);
  thread.now += 1000;
  expect(limiter.reached()).toBe('memory');
  thread.now += 1000;
  limiter.set({ memory: 200 * MEGABYTE });
  expect(limiter.reached()).toBe(null);
});

test('a busy guest comes back often enough to be looked at', () => {
  const { limiter } = makeLimiter({ inUse: 0, code: 0 });
  expect(limiter.slice).toBe(Infinity);
  limiter.set({ memory: 100 * MEGABYTE });
  expect(limiter.slice).toBe(1000);
});

test('what cannot be counted cannot be limited', () => {
  const { limiter, thread } = makeLimiter({ inUse: 0, code: 0 });
  expect(() => limiter.set({ instructions: 5 })).toThrow(
    'instructions are counted only where time is made of them; give icount (-icount shift=N)',
  );
  thread.probe = undefined;
  expect(() => limiter.set({ memory: 5 })).toThrow('this host cannot tell how much memory a machine takes');
});
