import type { Random } from '../../support/random.ts';
import type { Paging } from './paging.ts';

/** Assembly text of one thing that a guest tries. Its local labels are its own. */
export type Snippet = (random: Random, paging: Paging) => string;
export type Family = Readonly<Record<string, Snippet>>;

export const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
export const lines = (count: number, line: () => string): string => Array.from({ length: count }, line).join('\n');
export const bytes = (random: Random, count: number): string =>
  `db ${Array.from({ length: count }, () => hex(random.below(256))).join(', ')}`;

/** Goes on so many bytes before the end of a page. */
export const beforePageEnd = (count: number): string => `jmp .b
 align 4096
 times ${4096 - count} nop
.b:`;

const registers = ['eax', 'ecx', 'edx', 'ebx', 'esi', 'edi', 'ebp'];

/** Some arithmetic that leaves ESP alone and reads and writes the free memory. */
export function arithmetic(random: Random, count: number): string {
  return lines(count, () => {
    const [left, right] = [random.pick(registers), random.pick(registers)];
    return random.pick([
      `${random.pick(['add', 'adc', 'sub', 'sbb', 'xor', 'and', 'or', 'imul', 'cmp', 'test'])} ${left}, ${right}`,
      `${random.pick(['shl', 'rcl', 'sar', 'rol'])} ${left}, ${random.below(32)}`,
      `${random.pick(['inc', 'dec', 'neg', 'bswap'])} ${left}`,
      `push ${left}\n pop ${right}`,
      `mov ${left}, [FREE + ${random.below(64) * 4}]\n add [FREE + ${random.below(250)}], ${right}`,
    ]);
  });
}

/** Where 16-bit code runs, at the same offset in a segment without a base. */
export const inShortCode = (code: string, selector = '0x30'): string => `push esi
 push edi
 push ecx
 cld
 mov esi, .c
 mov edi, SHORT_CODE
 mov ecx, .ce - .c
 rep movsb
 pop ecx
 pop edi
 pop esi
 jmp ${selector}:SHORT_CODE
.c:
 bits 16
${code}
 jmp dword 8:.o
 bits 32
.ce:
.o:`;

/** A breakpoint at one of these places: for an instruction, for stores to one or four bytes, for all accesses. */
export const breakpointAt = (random: Random, places: readonly string[]): string => ` mov eax, ${random.pick(places)}
 mov dr0, eax
 mov eax, ${random.pick(['1', '0x10001', '0xd0001', '0xf0001'])}
 mov dr7, eax`;

/** Enters virtual-8086 mode at `.c`, which is copied to SHORT_CODE, up to `.ce`. All are texts of numbers. */
export function enterVirtual({ gs = '0xa00', ss = '0xa20', sp, flags }: VirtualEntry): string {
  return ` mov esi, .c
 mov edi, SHORT_CODE
 mov ecx, .ce - .c
 rep movsb
 mov esi, 0x20
 mov edi, 0x60
 mov esp, KERNEL_STACK - 0x400
 push dword ${gs}
 push dword 0xa00
 push dword 0xa10
 push dword ${ss}
 push dword 0xa70
 push dword ${sp}
 push dword ${flags}
 push dword SHORT_CODE >> 4
 push dword 0
 iretd`;
}

interface VirtualEntry {
  readonly gs?: string;
  readonly ss?: string;
  readonly sp: string;
  readonly flags: string;
}
