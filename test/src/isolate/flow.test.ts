import { expect, test } from 'vitest';
import { Inflow, Outflow } from '../../../src/isolate/flow.ts';

function outflow(credit: number) {
  const sent: string[] = [];
  const done: string[] = [];
  const flow = new Outflow(credit, (bytes) => sent.push(Buffer.from(bytes).toString()));
  const write = (text: string) => {
    const written = flow.write(Buffer.from(text));
    written.then(
      () => done.push(text),
      ({ message }: Error) => done.push(`${text}: ${message}`),
    );
  };
  return { flow, sent, done, write };
}

/** Lets promises that are settled be told. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('no more is sent than the other side has room for, in order, and a write is done when it is sent', async () => {
  const { flow, sent, done, write } = outflow(4);
  write('abc');
  write('def');
  write('');
  await settle();
  expect([sent, done]).toEqual([['abc', 'd'], ['abc']]);
  flow.taken(1);
  await settle();
  expect([sent, done]).toEqual([['abc', 'd', 'e'], ['abc']]);
  flow.taken(4);
  await settle();
  expect([sent, done]).toEqual([
    ['abc', 'd', 'e', 'f'],
    ['abc', 'def', ''],
  ]);
});

test('a part is sent without the rest of its buffer', () => {
  const parts: Uint8Array[] = [];
  const flow = new Outflow(4, (bytes) => parts.push(bytes));
  void flow.write(new Uint8Array(1 << 20));
  expect(parts.map(({ buffer }) => buffer.byteLength)).toEqual([4]);
});

test('what waits when the stream is closed is rejected, and so is what comes later', async () => {
  const { flow, sent, done, write } = outflow(1);
  write('ab');
  flow.close(new Error('it has ended'));
  flow.close(new Error('twice'));
  write('c');
  flow.taken(1);
  await settle();
  expect([sent, done]).toEqual([['a'], ['ab: it has ended', 'c: it has ended']]);
});

test('what was taken is told when it is half of the credit', () => {
  const told: number[] = [];
  const flow = new Inflow(8, (length) => told.push(length));
  for (let n = 0; n < 9; n++) flow.taken(1);
  flow.taken(7);
  expect(told).toEqual([4, 4, 8]);
});

test('both ends together never stand still', async () => {
  let received = 0;
  const inflow = new Inflow(16, (length) => out.taken(length));
  const out: Outflow = new Outflow(16, (bytes) => {
    queueMicrotask(() => {
      received += bytes.length;
      for (let n = 0; n < bytes.length; n++) inflow.taken(1);
    });
  });
  await Promise.all([1, 15, 16, 17, 1000].map((length) => out.write(new Uint8Array(length))));
  await settle();
  expect(received).toBe(1049);
});
