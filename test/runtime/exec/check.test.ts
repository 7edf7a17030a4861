import { expect, test } from 'vitest';
import { CheckError, makeCheck } from '../../../runtime/exec/check.ts';
import { parseBlocks } from '../../../translator/ir/parse.ts';

const check = makeCheck((text) => {
  if (text.includes('?')) throw new Error('a question');
});

/** The CheckError of something that is wrong. */
function complaint(act: () => void): string {
  try {
    act();
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(CheckError);
    return (error as CheckError).message;
  }
}

test('IR of a region: the complaint names the region, the stage and the block, and shows it', () => {
  const blocks = parseBlocks('block 0x1000\njump @2000\nblock 0x2000\nset eax, t5\njump @1000');
  expect(complaint(() => check.region('forward', { key: 0, blocks }))).toBe(
    "region 00001000 after 'forward', block 00002000: t5 is not defined here: set eax, t5\n" +
      'block 0x2000\n  set eax, t5\n  jump @1000',
  );
  expect(complaint(() => check.region('lift', { key: 0, blocks: blocks.slice(0, 1) }))).toBe('');
});

test('IR of a handler: the complaint names it and shows its statements', () => {
  const { statements } = parseBlocks('block 0x0\nset eax, t5\njump @10')[0]!;
  expect(complaint(() => check.handler('MOV', statements.slice(0, 1)))).toBe(
    'handler MOV as lifted: t5 is not defined here: set eax, t5\nset eax, t5',
  );
});

test('a text: the complaint names its function', () => {
  expect(complaint(() => check.text('function guest_1000(i){}'))).toBe('');
  expect(complaint(() => check.text('function guest_1000(i){?}'))).toBe('text of guest_1000: a question');
});
