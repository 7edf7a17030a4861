import { expect, test } from 'vitest';
import { Transcript } from '../../bench/transcript.ts';

test('A match has the time of the piece that its last character came in', () => {
  const transcript = new Transcript();
  transcript.add('boot\n@sta', 10);
  expect(transcript.take(/^@start\n/m)).toBeUndefined();
  transcript.add('rt\n@res', 20);
  transcript.add('ult 5\n', 30);
  const start = transcript.take(/^@start\n/m)!;
  const result = transcript.take(/^@result (\d)\n/m)!;
  expect([start.at, start.before]).toEqual([20, 'boot\n']);
  expect([result.at, result.match[1]]).toEqual([30, '5']);
});

test('What lies before a match is gone, what lies after it stays with its time', () => {
  const transcript = new Transcript();
  transcript.add('a b c', 1);
  transcript.add(' d', 2);
  transcript.take(/b /);
  expect(transcript.rest).toBe('c d');
  expect(transcript.take(/a/)).toBeUndefined();
  expect(transcript.take(/c/)?.at).toBe(1);
  expect(transcript.take(/d/)?.at).toBe(2);
});
