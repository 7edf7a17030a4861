import { expect, test } from 'vitest';
import { runIsolate } from '../../../src/isolate/loop.ts';
import type { LoopThread } from '../../../src/isolate/loop-thread.ts';
import type { MessageEnd } from '../../../src/isolate/protocol.ts';
import { wakeMachine } from '../../../src/isolate/wake.ts';
import type { MachineConfig, MachineCore } from '../../../src/machine-core.ts';
import { WORD_COUNT, Word } from '../../../translator/abi/state.ts';

/** A port at which messages arrive that can be taken; those of the event loop come by its `onmessage`. */
function takingPort<Sent, Received>(arrived: Received[]): MessageEnd<Sent, Received> {
  return { postMessage: () => {}, onmessage: null, close: () => {}, take: () => arrived.shift() };
}

test('whoever has woken a machine, it takes what all have sent, without a turn of the event loop', async () => {
  const fromDrives = [{ type: 'completion', id: 1, answer: null }] as never[];
  const fromLibrary = [{ type: 'input', port: 'card', value: new Uint8Array(1) }] as never[];
  const [port, drives] = [takingPort<never, never>(fromLibrary), takingPort<never, never>(fromDrives)];
  const state = new Int32Array(new SharedArrayBuffer(WORD_COUNT * Int32Array.BYTES_PER_ELEMENT));
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
  const config = { memoryBytes: 0 } as MachineConfig;
  const done = runIsolate({ config, createCore: () => core, thread, port, drives } as never);
  port.onmessage!({ data: { type: 'call', id: 1, name: 'run', args: [] } as never });
  await done;
  expect(arrived.toSorted()).toEqual(['completion', 'input']);
  expect([turns, Atomics.load(state, Word.wake)]).toEqual([0, 0]);
});
