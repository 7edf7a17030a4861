import { describe, expect, test } from 'vitest';
import { constant, operation, temporary } from '../../../translator/ir/builder.ts';
import { parseBlocks } from '../../../translator/ir/parse.ts';
import { type Block, define, make, type Statement, statement } from '../../../translator/ir/statement.ts';
import { IrError, verifyBlock, verifyHandler, verifyRegion } from '../../../translator/ir/verify.ts';

const blockOf = (statements: Statement[]): Block => ({ eip: 0, statements, instructions: [] });

/** The verifier's complaint about a block of these lines, ended by a jump unless they end otherwise. */
function complaint(lines: string, ending = 'jump @10'): string {
  return complaintAbout(parseBlocks(`block 0x0\n${lines}\n${ending}`));
}

function complaintAbout(blocks: Block[]): string {
  try {
    verifyRegion({ key: 0, blocks });
    return '';
  } catch (error) {
    if (error instanceof IrError) return error.message;
    throw error;
  }
}

/** The complaint about a statement that the parser would not make. */
function complaintAboutStatement(statement: Statement): string {
  return complaintAbout([blockOf([statement, make.jump('jump', constant(16))])]);
}

test('what lifters write is accepted', () => {
  const text = `
    -- @0
    t0 = get eax
    t1 = segment.read4 3, t0
    t2 = load32 t1
    t3 = (t2 + (cc2 ? t0 : divideUnsigned(0, t0, t2)))
    probe32 t1
    store32 t0, t3
    store32 t1, t3
    flags add32 t0, t2, t3
    when (t0 != 0) {
      t4 = (t3 >>> 1)
      set ebx, t4
      when (t4 != 0) {
        flags carry32 t4
      }
    }
    set word11, t3
    -- @4
    exit @8 if (t0 == 0)
    fault 6 if cc15`;
  expect(complaint(text, 'branch cc4, @8, @10')).toBe('');
  expect(complaint('t0 = get eax', 'call @8, @10')).toBe('');
  expect(complaint('t0 = get eax', 'indirect call t0, @10')).toBe('');
  expect(complaint('', 'trap portIn 96, 1')).toBe('');
});

describe('temporaries', () => {
  test.each([
    ['used before it is defined', 'set eax, t0', 't0 is not defined here: set eax, t0'],
    ['used in its own definition', 't0 = (t0 + 1)', 't0 is not defined here: t0 = (t0 + 1)'],
    ['defined twice', 't0 = get eax\nt0 = get ebx', 'defined twice: t0 = get ebx'],
    ['used outside of its body', 'when cc0 {\nt0 = get eax\n}\nset ebx, t0', 't0 is not defined here: set ebx, t0'],
    ['defined again outside of its body', 'when cc0 {\nt0 = get eax\n}\nt0 = get ebx', 'defined twice: t0 = get ebx'],
    [
      'used deep in a value',
      'set eax, 0\nt1 = (1 + (cc0 ? 2 : t9))',
      't9 is not defined here: t1 = (1 + (cc0 ? 2 : t9))',
    ],
  ])('%s', (_case, lines, message) => {
    expect(complaint(lines)).toBe(message);
  });

  test('defined in two blocks', () => {
    const text = 'block 0x0\nt0 = get eax\njump @10\nblock 0x10\nt0 = get eax\njump @0';
    expect(complaintAbout(parseBlocks(text))).toBe('defined twice: t0 = get eax');
    for (const block of parseBlocks(text)) verifyBlock(block);
  });

  test('used in another block', () => {
    const text = 'block 0x0\nt0 = get eax\njump @10\nblock 0x10\nset eax, t0\njump @0';
    expect(complaintAbout(parseBlocks(text))).toBe('t0 is not defined here: set eax, t0');
  });
});

describe('blocks', () => {
  test('end with their only terminator', () => {
    expect(complaint('', 't0 = get eax')).toBe('block 0x0 has no terminator');
    expect(complaint('jump @8')).toBe('a terminator is not the last statement: jump @8');
    expect(complaint('when cc0 {\njump @8\n}')).toBe('not allowed in a conditional body: jump @8');
    expect(complaint('when cc0 {\n-- @8\n}')).toBe('not allowed in a conditional body: -- @8');
  });

  test('have an EIP of their own', () => {
    expect(complaintAbout(parseBlocks('block 0x10\njump @10\nblock 0x10\njump @10'))).toMatch('same EIP');
  });

  test('list their instructions', () => {
    const [block] = parseBlocks('block 0x0\n-- @0\n-- @4\njump @10');
    expect(() => verifyBlock({ ...block, instructions: [0] })).toThrow('holds other instructions: 0,4');
  });
});

describe('operands', () => {
  test.each([
    ['store32 0, (1 + 2)', 'an argument is not a name: store32 0, (1 + 2)'],
    ['t0 = load32 (1 + 2)', 'an argument is not a name: t0 = load32 (1 + 2)'],
    ['flags logic32 cc0', 'an argument reads flags: flags logic32 cc0'],
    ['set eax, (1 + 2)', 'an argument is not a name: set eax, (1 + 2)'],
    ['t0 = get [(8 + 3)]', 'the word is not constant: t0 = get [(8 + 3)]'],
    ['t0 = $immediate', 'no field "immediate" here: t0 = $immediate'],
    ['exit (1 + 2) if cc0', 'a target is not a known EIP: exit (1 + 2) if cc0'],
    ['set eax, cc16', 'no such condition: set eax, cc16'],
    ['t0 = load24 0', 'load has no size 3: t0 = load24 0'],
    ['flags rotate32 0', 'flags has no kind "rotate": flags rotate32 0'],
    ['flags add32 1, 2', '2 arguments instead of 3: flags add32 1, 2'],
    ['t0 = portIn(1, 2)', '"portIn" is not pure: t0 = portIn(1, 2)'],
    ['t0 = guess()', '"guess" is not pure: t0 = guess()'],
    ['t0 = countLeadingZeros(1, 2)', 'call with 2 operands: t0 = countLeadingZeros(1, 2)'],
    ['fault 32 if cc0', 'fault has no size 32: fault 32 if cc0'],
  ])('%s', (line, message) => {
    expect(complaint(line)).toBe(message);
  });

  test.each([
    ['trap portIn 1', '1 arguments instead of 2'],
    ['trap divideUnsigned 1, 2, 3', 'trap has no kind "divideUnsigned"'],
    ['branch cc0, 8', '2 arguments instead of 3'],
    ['branch cc0, 8, (1 + 2)', 'a target is not a known EIP'],
    ['indirect jump (1 + 2)', 'an argument is not a name'],
    ['call @8', '1 arguments instead of 2'],
    ['jump @8, @9', '2 arguments instead of 1'],
  ])('%s', (line, message) => {
    expect(complaint('', line)).toBe(`${message}: ${line}`);
  });

  test('helpers that change memory stand alone in a name', () => {
    expect(complaint('t0 = copy8(1, 2, 3)')).toBe('');
    expect(complaint('t0 = (copy8(1, 2, 3) + 1)')).toMatch('"copy8" is not pure');
    expect(complaint('exit @8 if copy8(1, 2, 3)')).toMatch('"copy8" is not pure');
    expect(complaint('t0 = copy8(1, 2, 3)\nt1 = load32 0')).toMatch(/^may fault after a change/);
  });

  test('statements and values that cannot be written as text', () => {
    const value = operation('add', constant(1));
    expect(complaintAboutStatement(define(0, make.let(value)))).toBe('add with 1 operands: a malformed let');
    expect(complaintAboutStatement(make.let(constant(1)))).toMatch('temporary');
    expect(complaintAboutStatement(define(0, make.set(constant(1), constant(1))))).toMatch('temporary');
    expect(complaintAboutStatement(statement('when', [constant(1)]))).toMatch('body');
    expect(complaintAboutStatement(statement('let', [constant(1)], { temporary: 0, size: 4 }))).toMatch('no size 4');
    const wide = { ...constant(0), number: 2 ** 32 };
    expect(complaintAboutStatement(define(0, make.let(wide)))).toMatch('more than 32 bits');
  });
});

describe('precise instructions', () => {
  test.each([
    'set eax, 1\nt0 = load32 0',
    'flags carry32 1\nfault 6 if cc0',
    'store32 0, 1\nstore32 4, 1',
    'probe32 4\nstore32 0, 1\nset eax, 1\nstore32 4, 1',
    'probe16 4\nstore32 0, 1\nstore32 4, 1',
    'when cc0 {\nset eax, 1\n}\nt0 = load32 0',
    'set eax, 1\nt0 = segment.read4 3, 0',
  ])('nothing may fault after a change: %j', (lines) => {
    expect(complaint(lines)).toMatch(/^may fault after a change of the state/);
  });

  test('a change comes after a fallback, and nothing may fault after it', () => {
    const question = 't0 = hasCode(8, 0)\nfallback jumpFar 8, 0, 0 if (t0 == 0)';
    const change = 't1 = enterFoundCode(8)';
    expect(complaint(`${question}\nt2 = load32 0\n${change}`)).toBe('');
    expect(complaint(change)).toMatch(/^nothing was left to a trap before: t1/);
    expect(complaint(`${question}\n${change}\nt2 = load32 0`)).toMatch(/^may fault after a change of the state: t2/);
  });

  test('after an attempt only its fallback may leave', () => {
    const attempt = 't0 = tryLoadSegment(4, 8, 0)';
    const refused = 'fallback moveToSegment 4, 8 if (t0 == 0)';
    expect(complaint(`${attempt}\n${refused}\nset eax, 1`)).toBe('');
    expect(complaint(`${attempt}\nt1 = load32 0`)).toMatch(/^may fault after a change of the state: t1/);
    expect(complaint(`${attempt}\n${refused}\nt1 = load32 0`)).toMatch(/^may fault after a change of the state: t1/);
    expect(complaint(`${attempt}\n${refused}\n${refused}`)).toMatch(/^may fault after a change of the state: fallback/);
    expect(complaint(`exit @8 if (tryLoadSegment(4, 8, 0) == 0)`)).toMatch('"tryLoadSegment" is not pure');
  });

  test('nor may a trap be after one', () => {
    expect(complaint('set eax, 1', 'trap halt')).toBe('may fault after a change of the state: trap halt');
  });

  test('probed stores may follow others, and each instruction begins anew', () => {
    expect(complaint('probe32 4\nstore32 0, 1\nstore32 4, 1\nset eax, 1')).toBe('');
    expect(complaint('-- @0\nset eax, 1\n-- @1\nt0 = load32 0')).toBe('');
    expect(complaint('-- @0\nprobe32 4\n-- @1\nstore32 0, 1\nstore32 4, 1')).toMatch(/^may fault/);
  });
});

describe('handlers', () => {
  const parse = (lines: string) => parseBlocks(`block 0x0\n${lines}`)[0].statements;

  test('may use fields and need no terminator', () => {
    verifyHandler(parse('t0 = get [$reg]\nset [$rm], t0'));
    verifyHandler(parse('t0 = get [$rm]\nbranch (t0 == 0), $target, $nextEip'));
  });

  test('have only the fields of an instruction, and go only to those of its EIPs', () => {
    expect(() => verifyHandler(parse('t0 = get [$register]'))).toThrow('no field "register" here');
    expect(() => verifyHandler(parse('jump @10'))).toThrow('a target is not a known EIP: jump @10');
    expect(() => verifyHandler(parse('jump $displacement'))).toThrow('a target is not a known EIP');
    expect(() => verifyHandler([make.set(constant(0), temporary(3))])).toThrow('t3');
  });
});
