import { describe, expect, test } from 'vitest';
import { assemble } from '../../../../runtime/firmware/assembler/index.ts';

const hex = (source: string, options: Parameters<typeof assemble>[1] = {}): string =>
  Buffer.from(assemble(source, options).bytes).toString('hex');

describe('data and layout', () => {
  test('numbers in all notations and sizes, strings, characters', () => {
    expect(hex('db 1, 0x2F, 0b101, 0FFh, 1_0, \'ab\', "c", `\\n\\x41`')).toBe('012f05ff0a616263' + '0a41');
    expect(hex("dw 0x1234, -2, 'a'")).toBe('3412feff6100');
    expect(hex("dd 'abcd', -1, 1 << 31")).toBe('61626364ffffffff00000080');
    expect(hex('dq 0x00CF9A000000FFFF')).toBe('ffff0000009acf00');
  });

  test('expressions bind as in NASM', () => {
    expect(hex('db 2 + 3 * 4, (2 + 3) * 4, 7 / 2, 7 % 4, -1 & 0xf0 | 2, 1 ^ 3, ~0 >> 60, 6 - 2 - 1')).toBe(
      '0e140303f2020f03',
    );
  });

  test('times, align and reserved space', () => {
    expect(hex('db 1\ntimes 3 db 2\nalign 8\nresb 2\nresd 1\ndb 3')).toBe(
      '01020202' + '90909090' + '000000000000' + '03',
    );
    expect(hex('db 1\ntimes 4 - ($ - $$) db 0\ndb 2')).toBe('0100000002');
  });

  test('org, bits and constants from outside', () => {
    const { bytes, origin, symbols } = assemble('org 0x7C00\nbits 16\nstart: mov ax, VALUE\nend:', {
      symbols: { VALUE: 0x1234 },
    });
    expect([...bytes]).toEqual([0xb8, 0x34, 0x12]);
    expect(origin).toBe(0x7c00);
    expect(symbols.get('start')).toBe(0x7c00);
    expect(symbols.get('end')).toBe(0x7c03);
  });
});

describe('labels', () => {
  test('forwards, backwards, local to the label before', () => {
    const source = 'first: jmp .end\n.end: nop\nsecond: jmp .end\n.end: jmp first.end';
    expect(hex(source)).toBe('eb0090' + 'eb00ebfb');
  });

  test('equ may use what comes later', () => {
    expect(hex('mov eax, size\nsize equ end - start\nstart: dd 0\nend:')).toBe('b80400000000000000');
  });

  test('a number that comes later may be a byte where addresses are not', () => {
    expect(hex('org 0x1000\nbits 16\ncmp al, size\npush byte size\nstart: dw 0\nsize equ $ - start')).toBe(
      '3c026a020000',
    );
  });

  test('a jump is as short as its distance allows', () => {
    expect(hex('jmp there\ntimes 127 nop\nthere:').slice(0, 4)).toBe('eb7f');
    expect(hex('jmp there\ntimes 128 nop\nthere:').slice(0, 10)).toBe('e980000000');
    expect(hex('bits 16\njz there\ntimes 128 nop\nthere:').slice(0, 8)).toBe('0f848000');
  });

  test('a jump that grows makes others grow', () => {
    const source = 'a: jmp c\njmp d\nb: times 123 nop\nc: times 10 nop\nd:';
    const { bytes, symbols } = assemble(source);
    // The second jump is long, so the first one no longer reaches.
    expect(bytes[0]).toBe(0xe9);
    expect(symbols.get('b')).toBe(10);
  });

  test('an address in an instruction may be a forward reference', () => {
    expect(hex('mov eax, [ebx + later]\nadd eax, later\ntimes 0x200 nop\nlater:').slice(0, 22)).toBe(
      '8b830b020000050b020000',
    );
  });
});

describe('instructions', () => {
  test('prefixes, sizes, far pointers, short forms', () => {
    expect(hex('rep movsb\nlock inc dword [eax]\no16 ret\nfs lodsb')).toBe('f3a4f0ff0066c364ac');
    expect(hex('bits 16\njmp dword 8:0x100000')).toBe('66ea000010000800');
    expect(hex('imul eax, 5\naam\nfinit\nsal eax, 1\njnz $\ncmovz eax, ebx')).toBe('6bc005d40a9bdbe3d1e075fe0f44c3');
  });

  test('comments and empty lines', () => {
    expect(hex("; nothing\n\n  nop ; one\n db ';' ; text")).toBe('903b');
  });
});

describe('mistakes are reported with their line', () => {
  const mistakes: [string, string, RegExp][] = [
    ['an unknown instruction', 'nop\nfrob eax', /^line 2: there is no instruction frob: frob eax$/],
    ['wrong operands', 'mov eax, bx', /^line 1: MOV does not take these operands/],
    ['an unknown size', 'inc [eax]', /size of the memory operand of INC is not known/],
    ['an undefined name', 'jmp nowhere', /nowhere is not defined/],
    ['a name defined twice', 'a: nop\na: nop', /^line 2: a is defined twice/],
    ['a number that does not fit', 'mov al, 256', /MOV does not take these operands/],
    ['a short jump too far', 'jmp short there\ntimes 128 nop\nthere:', /^line 1: JMP does not take these operands/],
    ['text after the end', 'nop nop', /NOP does not take|unexpected text|not defined/],
    ['a strange character', 'mov eax, #1', /unexpected character: #/],
    ['an unfinished address', 'mov eax, [ebx', /\] expected/],
    ['two bases and an index', 'mov eax, [ebx + ecx + edx]', /base and an index at most/],
    ['a factor that does not exist', 'mov eax, [ebx + ecx * 6]', /cannot be multiplied by 6/],
    ['ESP as an index', 'mov eax, [ebx + esp * 2]', /ESP cannot be an index/],
    ['mixed address sizes', 'mov eax, [ebx + si]', /cannot stand in one address/],
    ['a pair that 16 bits do not have', 'mov ax, [si + di]', /do not make a 16-bit address/],
    ['a register in data', 'db eax', /a register cannot stand here/],
    ['a division by zero', 'db 1 / 0', /division by zero/],
    ['a negative count', 'times -1 nop', /the count is negative/],
    ['space that is negative', 'nop\nnop\nresb 1 - ($ - $$)', /^line 3: -1 bytes cannot be reserved/],
    ['code of 64 bits', 'bits 64', /bits is 16 or 32/],
    ['a constant defined by itself', 'a equ a + 1', /do not settle/],
  ];
  test.each(mistakes)('%s', (_, source, message) => {
    expect(() => assemble(source)).toThrow(message);
  });
});
