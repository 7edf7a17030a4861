import type { Case } from '../kernel.ts';

/**
 * Every type, DPL and presence of a descriptor, against every use of it: the byte of access rights counts through all
 * 256 values. Offsets of gates and of far transfers lead to `int 0x81` at LAND_AT. ESI is the selector.
 */
const uses: Readonly<Record<string, string>> = {
  'MOV DS': 'mov ds, esi',
  'MOV SS': 'mov ss, esi',
  'POP FS': 'push esi\n pop fs',
  'JMP far': 'mov [DATA_AT + 4], esi\n mov dword [DATA_AT], LAND_AT\n jmp far dword [DATA_AT]',
  'CALL far': 'mov [DATA_AT + 4], esi\n mov dword [DATA_AT], LAND_AT\n call far dword [DATA_AT]',
  RETF: 'push dword DATA3\n push dword STACK3_AT\n push esi\n push dword LAND_AT\n retf',
  IRET: 'push dword DATA3\n push dword STACK3_AT\n push dword 2\n push esi\n push dword LAND_AT\n iretd',
  'LAR and LSL': 'lar eax, esi\n setz cl\n lsl ebx, esi\n setz ch',
  'VERR and VERW': 'verr si\n setz cl\n verw si\n setz ch',
  LLDT: 'lldt si',
  LTR: 'ltr si',
  'INT n': 'int 0x82',
};

const levels: Readonly<Record<string, string>> = {
  'level 0': '',
  'level 3': 'call ring3\n',
};

/** The descriptor's bytes by what it is: a segment, a TSS or table, or a gate; `edx` is the access byte. */
const build = `
  mov eax, 0x0000ffff
  mov ebx, 0x00cf0000
  mov cl, dl
  and cl, 0x1c
  cmp cl, 0x14
  jne .up
  xor eax, eax          ; expand-down: all but the lowest page
  mov ebx, 0x00c00000
.up:
  test dl, 0x10
  jnz .built
  mov eax, LAND_AT + (CODE << 16)
  xor ebx, ebx
  test dl, 4
  jnz .built
  mov eax, ((TSS_B_AT & 0xffff) << 16) + 0x67
  mov ebx, TSS_B_AT >> 16
  test dl, 8
  jnz .built
  mov al, 0x2a          ; a 16-bit TSS that is too short
.built:
  mov bh, dl
  mov [GDT_AT + FREE], eax
  mov [GDT_AT + FREE + 4], ebx
  mov [IDT_AT + 0x82 * 8], eax
  mov [IDT_AT + 0x82 * 8 + 4], ebx
`;

/** Answers for each use: for a fault its vector and error code, else the level it went on at, EAX, EBX and ECX. */
function counting(level: string, rpl: number, use: string): string {
  return `
.again:
  mov dword [hook], .answer
  mov edx, [.access]
${build}
  xor eax, eax
  xor ebx, ebx
  xor ecx, ecx
  xor edx, edx
  ${level}
  mov esi, FREE + ${rpl}
  ${use}
  int 0x81
.access: dd 0
.answer:
  mov al, 32
  call put
  mov al, [ebp + 32]
  cmp al, 0x81
  je .went
  call put_byte
  mov al, ':'
  call put
  mov eax, [ebp + 36]
  call put_hex
  jmp .next
.went:
  mov al, '+'
  call put
  mov al, [ebp + 44]
  and al, 3
  call put_digit
  mov eax, [ebp + 28]
  test eax, eax
  jz .second
  call put_hex
.second:
  mov eax, [ebp + 16]
  test eax, eax
  jz .third
  mov al, ','
  call put
  mov eax, [ebp + 16]
  call put_hex
.third:
  mov eax, [ebp + 24]
  test eax, eax
  jz .next
  mov al, ';'
  call put
  mov eax, [ebp + 24]
  call put_hex
.next:
  mov eax, [.access]
  inc al
  mov [.access], eax
  jz next_case
  mov esp, STACK_AT
  call prepare
  jmp .again
`;
}

export const matrixCases: readonly Case[] = Object.entries(levels).flatMap(([level, enter]) =>
  [0, 3].flatMap((rpl) =>
    Object.entries(uses).map(([name, use]) => ({
      name: `${name} at ${level}, RPL ${rpl}, every descriptor`,
      code: counting(enter, rpl, use),
    })),
  ),
);
