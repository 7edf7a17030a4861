import { expect, test } from 'vitest';
import { runIsolate } from '../../../src/isolate/loop.ts';
import type { LoopThread } from '../../../src/isolate/loop-thread.ts';
import type { Command, MessageEnd, Report } from '../../../src/isolate/protocol.ts';
import { wakeMachine } from '../../../src/isolate/wake.ts';
import type { MachineConfig, MachineCore, MachineHost } from '../../../src/machine-core.ts';
import { WORD_COUNT, Word } from '../../../translator/abi/state.ts';

/** A port at which messages arrive that can be taken; those of the event loop come by its `onmessage`. */
function takingPort<Sent, Received>(arrived: Received[], sent: Sent[] = []): MessageEnd<Sent, Received> {
  return {
    postMessage: (message) => void sent.push(message),
    onmessage: null,
    close: () => {},
    take: () => arrived.shift(),
  };
}

const makeState = () => new Int32Array(new SharedArrayBuffer(WORD_COUNT * Int32Array.BYTES_PER_ELEMENT));

test('whoever has woken a machine, it takes what all have sent, without a turn of the event loop', async () => {
  const fromDrives = [{ type: 'completion', id: 1, answer: null }] as never[];
  const fromLibrary = [{ type: 'input', port: 'card', value: new Uint8Array(1) }] as never[];
  const [port, drives] = [takingPort<never, never>(fromLibrary), takingPort<never, never>(fromDrives)];
  const state = makeState();
  const arrived: string[] = [];
  const core = {
    state,
    run: () => ({ reason: 'halted', wakeAt: Infinity }),
    arrive: ({ type }: { type: string }) => arrived.push(type),
    capInstructions: () => {},
    dispose: () => {},
  } as unknown as MachineCore;
  let [sleeps, turns] = [0, 0];
  const thread: LoopThread = {
    nanoseconds: () => 0,
    slice: Infinity,
    turnInterval: 1,
    // It delivers nothing that came after it looked.
    turn: async () => void turns++,
    async sleep() {
      sleeps++;
      if (sleeps === 1) wakeMachine(state);
      else port.onmessage!({ data: { type: 'stop' } as never });
    },
  };
  const config = { memoryBytes: 0, drives: [{ name: 'ide0-hd0' }] } as unknown as MachineConfig;
  const done = runIsolate({ config, createCore: () => core, thread, port, drives } as never);
  port.onmessage!({ data: { type: 'call', id: 1, name: 'run', args: [] } as never });
  await done;
  expect(arrived.toSorted()).toEqual(['completion', 'input']);
  expect([turns, Atomics.load(state, Word.wake)]).toEqual([0, 0]);
});

test('who waits for answers of a drive hears of the last one before the guest goes on, which may never pause', async () => {
  const fromDrives: object[] = [];
  const fromLibrary: object[] = [];
  const told: Report[] = [];
  const port = takingPort<Report, Command>(fromLibrary as Command[], told);
  const state = makeState();
  let host: MachineHost | undefined;
  let hears: boolean | undefined;
  /** Events while the guest runs, one for each stretch. */
  const stretches = [
    () => {
      host!.send({ type: 'request', port: 'usb0', id: 1, question: { type: 'flush' } });
      fromLibrary.push({ type: 'call', id: 2, name: 'answered', args: ['usb0'] });
    },
    () => fromDrives.push({ type: 'completion', id: 1, answer: { error: null } }),
    () => {
      hears = told.some((report) => report.type === 'answer' && report.id === 2);
      fromLibrary.push({ type: 'stop' });
    },
  ];
  const core = {
    state,
    run() {
      stretches.shift()!();
      wakeMachine(state);
      return { reason: 'attention' };
    },
    arrive: () => {},
    capInstructions: () => {},
    dispose: () => {},
  } as unknown as MachineCore;
  const thread: LoopThread = {
    ...{ nanoseconds: () => 0, slice: Infinity, turnInterval: 1 },
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    sleep: async () => {},
  };
  const createCore = (_: MachineConfig, its: MachineHost) => {
    host = its;
    return core;
  };
  const config = { memoryBytes: 0, drives: [{ name: 'usb0' }] } as unknown as MachineConfig;
  const done = runIsolate({ config, createCore, thread, port, drives: takingPort(fromDrives) } as never);
  port.onmessage!({ data: { type: 'call', id: 1, name: 'run', args: [] } });
  await done;
  expect(hears).toBe(true);
});

test('a message that comes after the call for it is looked for, though the guest never pauses', async () => {
  const state = makeState();
  let deliver = () => {};
  const port: MessageEnd<Report, Command> = { postMessage: () => {}, onmessage: null, close: () => {} };
  let [now, turns] = [0, 0];
  const slices: number[] = [];
  const core = {
    state,
    run(until: number) {
      if (slices.length === 0) wakeMachine(state);
      slices.push(until - now);
      // The guest goes on for ever where nothing calls the machine back.
      if (until === Infinity && slices.length > 1) deliver();
      else if (until < Infinity) now = until;
      return { reason: 'slice' };
    },
    arrive: () => {},
    capInstructions: () => {},
    dispose: () => {},
  } as unknown as MachineCore;
  const thread: LoopThread = {
    ...{ nanoseconds: () => now, slice: Infinity, turnInterval: 50, retry: 10 },
    async turn() {
      if (++turns === 4) deliver();
    },
    sleep: async () => {},
  };
  const config = { memoryBytes: 0 } as MachineConfig;
  const done = runIsolate({ config, createCore: () => core, thread, port } as never);
  deliver = () => port.onmessage!({ data: { type: 'stop' } });
  port.onmessage!({ data: { type: 'call', id: 1, name: 'run', args: [] } });
  await done;
  expect(turns).toBe(4);
  expect(slices).toEqual([Infinity, 20, 40, 50]);
});
