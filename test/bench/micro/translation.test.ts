import { expect, test } from 'vitest';
import { type SampleFunction, userKey } from '../../../bench/micro/sample.ts';
import { translationTasks } from '../../../bench/micro/translation.ts';
import { flatSegment } from '../../../translator/region/select.ts';

const EIP = 0x1000;

/** INC EAX; RET. */
function sample(): SampleFunction {
  const code = new Uint8Array(4096);
  code.set([0x40, 0xc3]);
  return { source: { code, start: 0, eip: EIP, key: userKey, segment: flatSegment }, entry: EIP };
}

test('every stage of a translation can be done again and again', () => {
  const tasks = translationTasks([sample()]);
  expect(tasks.map(({ units }) => units)).toEqual(tasks.map(() => 2));
  for (const task of [...tasks, ...tasks]) expect(task.run).not.toThrow();
});
