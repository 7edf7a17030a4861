import { expect, test } from 'vitest';
import { OutputBatches } from '../../../src/isolate/output.ts';

function batches() {
  const sent: string[] = [];
  const output = new OutputBatches((stream, bytes) => sent.push(`${stream}:${Buffer.from(bytes)}`));
  return { output, sent, add: (stream: string, text: string) => output.add(stream, Buffer.from(text)) };
}

test('bytes are gathered, stream by stream', () => {
  const { output, sent, add } = batches();
  add('com1', 'a');
  add('debug', 'x');
  add('com1', 'b');
  expect([sent, output.pending]).toEqual([[], true]);
  output.flush();
  expect([sent, output.pending]).toEqual([['com1:ab', 'debug:x'], false]);
  output.flush();
  expect(sent).toHaveLength(2);
});

test('the caller may reuse its buffer', () => {
  const { output, sent } = batches();
  const buffer = Buffer.from('a');
  output.add('com1', buffer);
  buffer[0] = 0x62;
  output.flush();
  expect(sent).toEqual(['com1:a']);
});

test('a large batch goes at once, in pieces', () => {
  const { output, sent, add } = batches();
  add('com1', 'x'.repeat(40_000));
  expect(sent).toHaveLength(2);
  output.flush();
  expect(sent.join('').replaceAll('com1:', '')).toBe('x'.repeat(40_000));
});

test('what nothing follows goes at once, in one piece, after what waits', () => {
  const { output, sent, add } = batches();
  add('com1', 'a');
  const bytes = Buffer.from('x'.repeat(40_000));
  output.addWhole('card', bytes);
  bytes.fill('y');
  expect(sent).toEqual(['com1:a', `card:${'x'.repeat(40_000)}`]);
  expect([output.pending, output.stalled]).toEqual([false, false]);
  output.addWhole('card', Buffer.from('x'.repeat(300_000)));
  expect(output.stalled).toBe(true);
  output.taken(300_000);
  expect(output.stalled).toBe(false);
});

test('stalls while too much has not been taken', () => {
  const { output, add } = batches();
  add('com1', 'x'.repeat(300_000));
  expect(output.stalled).toBe(true);
  output.taken(100_000);
  expect(output.stalled).toBe(false);
});
