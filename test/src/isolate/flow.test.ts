import { expect, test } from 'vitest';
import { INPUT_CREDIT } from '../../../runtime/host/ports.ts';
import { takenInParts } from '../../../runtime/host/stream.ts';
import { Outflow } from '../../../src/isolate/flow.ts';

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
  expect(flow.waiting).toBe(2);
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

test('both ends together never stand still', async () => {
  let received = 0;
  const taken = takenInParts((length) => out.taken(length), INPUT_CREDIT);
  const out: Outflow = new Outflow(INPUT_CREDIT, (bytes) => {
    queueMicrotask(() => {
      received += bytes.length;
      for (let n = 0; n < bytes.length; n++) taken(1);
    });
  });
  await Promise.all([1, 15, 16, 17, 1000].map((length) => out.write(new Uint8Array(length << 10))));
  await settle();
  expect(received).toBe(1049 << 10);
});
