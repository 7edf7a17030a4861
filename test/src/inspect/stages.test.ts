import { expect, test } from 'vitest';
import { bareCode, bytesOfHex } from '../../../src/inspect/code.ts';
import { emitted, handlersOf, listCode, stagesOf } from '../../../src/inspect/stages.ts';
import { changeKey, keyText, usualKey } from '../../../src/inspect/state-key.ts';
import { Key } from '../../../translator/abi/key.ts';

const code = (hex: string, key = usualKey(32)) => bareCode(bytesOfHex(hex), 0x1ffd, key);

test('a listing goes through all the bytes, across pages of the address too', () => {
  expect(listCode(code('40 c3 48')).map(({ address, text }) => [address, text])).toEqual([
    [0x1ffd, 'inc eax'],
    [0x1ffe, 'ret'],
    [0x1fff, 'dec eax'],
  ]);
});

test('stages of a block: lifted, every pass, the function', () => {
  const stages = stagesOf(code('40 01 c8'));
  expect(stages.ir.map(({ name }) => name)).toEqual(expect.arrayContaining(['lift', 'forward', 'dead-flags']));
  expect(stages.ir[0]!.text).toContain('flags inc32');
  expect(stages.ir.at(-1)!.text).not.toContain('flags inc32');
  expect(emitted(stages).text).toContain('/*00001ffd*/');
});

test('rights of the state decide which TLB is read', () => {
  const text = (key: number) => emitted(stagesOf(code('8b 06', key))).text;
  expect(text(usualKey(32))).toContain('RU[');
  expect(text(changeKey(usualKey(32), 'cpl=0'))).toContain('RS[');
});

test('what is sensitive is lifted, but not emitted; its handler can be seen', () => {
  const stages = stagesOf(code('f4'));
  expect(stages.ir[0]!.text).toContain('trap halt');
  expect(() => emitted(stages)).toThrow("'hlt' at 00001ffd is sensitive");
  expect(handlersOf(code('f4'))[0]).toMatch(/^function HLT/);
});

test('bytes that do not decode', () => {
  expect(() => stagesOf(code('ff ff c0'))).toThrow("the bytes at 00001ffd don't decode here: ff ff c0");
  expect(() => stagesOf(code('8b'))).toThrow('the instruction at 00001ffd is incomplete: 8b');
  expect(() => bytesOfHex('4')).toThrow('1 hexadecimal digits');
  expect(() => bytesOfHex('zz')).toThrow("'z' is not a hexadecimal digit");
  expect(() => bytesOfHex(' ')).toThrow('no bytes');
});

test('a listing goes on after bytes that are no instruction', () => {
  expect(listCode(code('40 ff ff c3 8b 44')).map(({ text, bytes }) => [bytes, text])).toEqual([
    ['40', 'inc eax'],
    ['ff', 'db 0FFh'],
    ['ff c3', 'inc ebx'],
    ['8b 44', 'db 8Bh,44h ; incomplete'],
  ]);
  expect(listCode(code('0f ff'))[0]).toMatchObject({ text: 'db 0Fh,0FFh ; incomplete', class: 'incomplete' });
});

test('states in words', () => {
  expect(keyText(usualKey(32))).toBe('32 bit, CPL 3, flat, protected');
  expect(keyText(changeKey(usualKey(32), 'code=16,segmented'))).toBe(
    '16 bit, stack 32 bit, CPL 3, segmented, protected',
  );
  expect(changeKey(usualKey(32), 'real') & (Key.user | Key.flat | Key.protected)).toBe(0);
  expect(() => changeKey(0, 'cpl=2')).toThrow("unknown state 'cpl=2'; it is made of");
});
