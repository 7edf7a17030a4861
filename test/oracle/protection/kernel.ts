import { DESCRIPTORS, Layout, selectors, table, VECTORS } from './layout.ts';
import { surroundings } from './surroundings.ts';

const withErrorCode = new Set([8, 10, 11, 12, 13, 14, 17]);

const words = ([low, high]: readonly [number, number]): string => `  dd ${low}, ${high}\n`;

const stubs = Array.from({ length: 32 }, (_, vector) => {
  const error = withErrorCode.has(vector) ? '' : '  push dword 0\n';
  return `exception_${vector}:\n${error}  push dword ${vector}\n  jmp exception\n`;
}).join('');

function gate(label: string, access: number): string {
  return `  dw ${label} & 0xffff, CODE, ${access << 8}, ${label} >> 16\n`;
}

const gates = Array.from({ length: VECTORS }, (_, vector) => {
  if (vector === 0x81) return gate('landed', 0xee);
  return vector < 32 ? gate(`exception_${vector}`, vector === 3 || vector === 4 ? 0xee : 0x8e) : '  dd 0, 0\n';
}).join('');

const equates = [
  ...Object.entries(Layout).map(([name, value]) => `${name.toUpperCase()}_AT equ ${value}\n`),
  ...Object.entries(selectors).map(([name, value]) => `${name} equ ${value}\n`),
].join('');

/** A case: what is looked at, in 32-bit code at CPL 0 that ends by a fault or with `int 0x81`. */
export interface Case {
  readonly name: string;
  readonly code: string;
}

/**
 * A guest that runs cases one after the other, each in the same surroundings: a flat global table with segments of all
 * levels, gates to handlers, a TSS whose bitmap forbids all ports but 80h to 8Fh, no paging, interrupts off. It prints a
 * line each to port E9h: every exception with its frame (and EAX and EBX of VM86), and what EAX, EBX, ECX and EDX held at
 * the end, if that was reached.
 *
 * Cases may use: [resume] (where to go on after the next exception), `ring1` to `ring3` (go on after the call at that
 * level), `paging` and `wide_paging` (turn on an identity map of 4 MB, or of 2 MB with PAE).
 */
export function suite(cases: readonly Case[]): string {
  const bodies = cases.map(({ code }, n) => `case_${n}:\n${code}\n`).join('');
  const entries = cases.map((_, n) => `  dd case_${n}\n`).join('');
  return `${prelude}${bodies}\ncases:\n${entries}  dd finish\n`;
}

const prelude = `
${equates}
  bits 32
  org IMAGE_AT
  dd 0x1badb002, 0x10000, -0x1badb002 - 0x10000, IMAGE_AT, IMAGE_AT, 0, 0, start
start:
  cli
  mov esp, STACK_AT
  mov eax, 0x81cd
  mov [LAND_AT], eax
  mov al, 0xff
  out 0x21, al
  out 0xa1, al
  mov al, 0
  jmp next_case

${stubs}
landed:
  push dword 0
  push dword 0x81
exception:
  pushad
  mov ebp, esp
  push ds
  push es
  mov eax, DATA
  mov ds, eax
  mov es, eax
  cld
  cmp dword [hook], 0
  je .print
  jmp [hook]
.print:
  mov al, 32
  call put
  mov eax, [ebp + 32]
  cmp al, 0x81
  je .end
  call put_byte
  mov al, ':'
  call put
  mov eax, [ebp + 36]
  call put_hex
  call put_place
  cmp dword [ebp + 32], 14
  jne .no_address
  mov al, '^'
  call put
  mov eax, cr2
  call put_hex
.no_address:
  cmp dword [ebp + 32], 1
  jne .no_debug
  mov al, 'd'
  call put
  mov eax, dr6
  and eax, 0xe00f
  call put_hex
  xor eax, eax
  mov dr6, eax
  fninit
.no_debug:
  mov eax, [resume]
  test eax, eax
  jz next_case
  mov [ebp + 40], eax
  xor eax, eax
  mov [resume], eax
  pop es
  pop ds
  popad
  add esp, 8
  iretd
.end:
  mov al, '='
  call put
  mov eax, [ebp + 28]
  call put_hex
  mov al, ','
  call put
  mov eax, [ebp + 16]
  call put_hex
  mov al, ','
  call put
  mov eax, [ebp + 24]
  call put_hex
  mov al, ','
  call put
  mov eax, [ebp + 20]
  call put_hex
  call put_place
  jmp next_case

; CS:EIP (from the start of the case), EFLAGS without arithmetic flags, and SS:ESP of an outer level.
put_place:
  mov al, '@'
  call put
  movzx eax, word [ebp + 44]
  call put_hex
  mov al, '+'
  call put
  mov eax, [ebp + 40]
  cmp eax, [place]
  jb .absolute
  sub eax, [place]
.absolute:
  call put_hex
  mov al, '/'
  call put
  mov eax, [ebp + 48]
  and eax, ~0x108d5
  call put_hex
  test dword [ebp + 48], 0x20000
  jz .protected
  mov al, '~'
  call put
  mov eax, [ebp + 28]
  call put_hex
  mov al, ','
  call put
  mov eax, [ebp + 16]
  call put_hex
  jmp .outer
.protected:
  test byte [ebp + 44], 3
  jz .inner
.outer:
  mov al, '!'
  call put
  movzx eax, word [ebp + 56]
  call put_hex
  mov al, '+'
  call put
  mov eax, [ebp + 52]
  call put_hex
.inner:
  ret

; The low digits of EAX, without leading zeros.
put_hex:
  mov ecx, 8
.skip:
  rol eax, 4
  test al, 15
  jnz .digit
  dec ecx
  jnz .skip
  inc ecx
.digit:
  push eax
  and al, 15
  call put_digit
  pop eax
  rol eax, 4
  loop .digit
  ret
put_byte:
  push eax
  shr al, 4
  call put_digit
  pop eax
  and al, 15
put_digit:
  add al, '0'
  cmp al, '9'
  jbe put
  add al, 39
put:
  out 0xe9, al
  ret

finish:
  mov al, 10
  call put
  xor eax, eax
  out 0xf4, al
.stop:
  hlt
  jmp .stop

next_case:
  mov esp, STACK_AT
  call prepare
  mov al, 10
  call put
  mov esi, [number]
  inc dword [number]
  mov eax, [cases + esi * 4]
  mov [place], eax
  mov [.to], eax
  xor eax, eax
  xor ecx, ecx
  xor edx, edx
  xor ebx, ebx
  xor ebp, ebp
  xor esi, esi
  xor edi, edi
  jmp [.to]
.to: dd 0

${surroundings}
gdt_register:
  dw ${DESCRIPTORS * 8 - 1}
  dd GDT_AT
idt_register:
  dw ${VECTORS * 8 - 1}
  dd IDT_AT
  align 4
gdt:
${table.map(words).join('')}
idt:
${gates}
tss:
  dd 0, STACK0_AT, DATA, STACK1_AT, DATA1, STACK2_AT, DATA2, 0
  dd LAND_AT, 2, 0xa0, 0xa1, 0xa2, 0xa3, STACK_AT, 0xa5, 0xa6, 0xa7
  dd DATA, CODE, DATA, DATA, DATA, DATA, 0, 0x880000
number: dd 0
place: dd 0
resume: dd 0
hook: dd 0
  align 16
`;
