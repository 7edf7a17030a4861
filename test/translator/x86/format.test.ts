import { expect, test } from 'vitest';
import { Key } from '../../../translator/abi/key.ts';
import { decode } from '../../../translator/x86/decode.ts';
import { type FormatOptions, formatBytes, formatInstruction } from '../../../translator/x86/format.ts';
import { Instruction } from '../../../translator/x86/instruction.ts';
import { forms } from '../../../translator/x86/table/index.ts';
import { compareWithIced } from '../../oracle/disassembler.ts';

function format(text: string, options: FormatOptions = {}, key: number = Key.code32 | Key.flat): string {
  const bytes = Uint8Array.from(text.split(' '), (byte) => Number.parseInt(byte, 16));
  const instruction = new Instruction(forms[0]);
  decode(bytes, 0, bytes.length, 0x1000, key, instruction);
  return formatInstruction(instruction, options);
}

test.each([
  ['f0 64 83 44 8b f8 ff', 'lock add dword ptr fs:[ebx+ecx*4-8],0FFFFFFFFh'],
  ['66 6b c0 80', 'imul ax,ax,0FF80h'],
  ['f3 a4', 'rep movsb [edi],[esi]'],
  ['64 f3 a6', 'repe cmpsb fs:[esi],es:[edi]'],
  ['8f 44 24 04', 'pop dword ptr [esp+4]'],
  ['67 e3 00', 'jcxz 00001003h'],
  ['ea 00 7c 00 00 08 00', 'jmp far 00007C00h,8'],
  ['8c d8', 'mov eax,ds'],
  ['8c 18', 'mov [eax],ds'],
  ['0f 22 d8', 'mov cr3,eax'],
  ['df e0', 'fnstsw ax'],
  ['dc 45 08', 'fadd qword ptr [ebp+8]'],
  ['0f 04', '(bad)'],
])('%s is %s', (bytes, text) => {
  expect(format(bytes)).toBe(text);
});

test('a symbol stands for a target and for an absolute address', () => {
  const symbol = (address: number) => ({ 4660: 'counter', 4101: 'next' })[address];
  expect(format('ff 05 34 12 00 00', { symbol })).toBe('inc dword ptr [counter]');
  expect(format('e8 00 00 00 00', { symbol })).toBe('call next');
  expect(format('e8 01 00 00 00', { symbol })).toBe('call 00001006h');
});

test('bytes', () => {
  expect(formatBytes(Uint8Array.of(0, 0x0f, 0xa2, 1), 1, 2)).toBe('0f a2');
});

test.each([16, 32] as const)('%i-bit code: agrees with iced-x86 on random bytes', (bits) => {
  const { passed, differences } = compareWithIced(10_000, 11 * bits, bits);
  expect(differences).toEqual([]);
  expect(passed).toBe(10_000);
});
