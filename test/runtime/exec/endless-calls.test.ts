import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { tieringAt } from '../../../runtime/exec/tiering.ts';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { createMachine } from '../../../runtime/machine/create.ts';
import { Word } from '../../../translator/abi/state.ts';

/** Calls without end and without a loop: the code after the call has run once, so that the region goes on there. */
const source = `
bits 32
org 0x11000
  mov esp,0x300000
  push dword f
  jmp back
f: mov esp,0x300000
  call f
back: inc eax
  ret
`;

test.each([1, 1000])('endless calls are left when attention is asked for (threshold %i)', (threshold) => {
  const { bytes } = assemble(source, {});
  const host = {
    nanoseconds: () => performance.now() * 1e6,
    send: () => undefined,
    log: () => undefined,
  };
  const machine = createMachine(
    {
      memoryBytes: 8 << 20,
      engine: 'translator',
      boot: { flat: bytes, address: 0x11000, mode: 'flat32' },
      rebootAction: 'exit',
      startTimeOfDay: 0,
      pacing: 'poll',
      engineOptions: { tiering: { ...tieringAt(threshold), blocks: 64, instructions: 300 } },
    },
    host,
  );
  const worker = new Worker(
    `const { workerData: state } = require('node:worker_threads');
     setInterval(() => { Atomics.store(state, ${Word.wake}, 1); Atomics.store(state, ${Word.attention}, 1); }, 20);`,
    { eval: true, workerData: machine.state },
  );
  const { reason } = machine.run(Number.POSITIVE_INFINITY);
  void worker.terminate();
  machine.dispose();
  expect(reason).toBe('attention');
});
