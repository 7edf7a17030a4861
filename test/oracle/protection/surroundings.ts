import { DESCRIPTORS, table, VECTORS } from './layout.ts';

/** The surroundings of cases, as assembly text: `prepare`, `ring1` to `ring3`, `paging`, `wide_paging` (kernel.ts). */
export const surroundings = `; All as at the start: tables, task, control and debug registers, flags.
prepare:
  pop ebx
  mov eax, cr0
  and eax, 0x11
  or eax, 0x20
  mov cr0, eax
  xor eax, eax
  mov cr4, eax
  mov dr7, eax
  mov dr6, eax
  fninit
  mov [hook], eax
  mov [resume], eax
  push dword 2
  popfd
  mov edi, GDT_AT
  mov ecx, ${DESCRIPTORS * 2}
  rep stosd
  mov edi, LDT_AT
  mov ecx, 64
  rep stosd
  mov edi, TSS_B_AT
  mov ecx, 1024
  rep stosd
  mov edi, DATA_AT
  mov ecx, 0xc00
  rep stosd
  mov esi, gdt
  mov edi, GDT_AT
  mov ecx, ${table.length * 2}
  rep movsd
  mov esi, idt
  mov edi, IDT_AT
  mov ecx, ${VECTORS * 2}
  rep movsd
  mov esi, tss
  mov edi, TSS_AT
  mov ecx, 26
  rep movsd
  mov edi, TSS_AT + 0x68
  mov ecx, 8
  xor eax, eax
  rep stosd
  mov ecx, 0x801
  dec eax
  rep stosd
  mov word [TSS_AT + 0x88 + 16], 0
  mov esi, tss
  mov edi, TSS_B_AT
  mov ecx, 26
  rep movsd
  lgdt [gdt_register]
  lidt [idt_register]
  mov eax, DATA
  mov ds, eax
  mov es, eax
  mov ss, eax
  mov fs, eax
  mov gs, eax
  mov eax, TSS
  ltr ax
  xor eax, eax
  lldt ax
  push dword 2
  push dword CODE
  push ebx
  iretd

; Goes on after the call at a level, with its stack and data segments.
ring1:
  mov eax, 1
  jmp to_ring
ring2:
  mov eax, 2
  jmp to_ring
ring3:
  mov eax, 3
to_ring:
  pop ebx
  mov ecx, eax
  shl ecx, 4
  lea edx, [ecx + eax + 0x20]
  mov ds, edx
  mov es, edx
  push edx
  push dword STACK3_AT
  pushfd
  sub edx, 8
  push edx
  push ebx
  xor eax, eax
  xor ebx, ebx
  xor ecx, ecx
  xor edx, edx
  iretd

; An identity map of 4 MB for all, then CR0.PG.
paging:
  mov edi, PAGE_TABLE_AT
  mov eax, 7
  mov ecx, 1024
.next:
  stosd
  add eax, 0x1000
  loop .next
  mov edi, PAGE_DIRECTORY_AT
  mov ecx, 1024
  xor eax, eax
  rep stosd
  mov dword [PAGE_DIRECTORY_AT], PAGE_TABLE_AT + 7
  mov eax, PAGE_DIRECTORY_AT
  mov cr3, eax
  mov eax, cr0
  or eax, 0x80000000
  mov cr0, eax
  xor eax, eax
  xor edi, edi
  ret

; The same of 2 MB with PAE.
wide_paging:
  mov edi, WIDE_TABLE_AT
  mov eax, 7
  mov ecx, 512
.next:
  stosd
  mov dword [edi], 0
  add edi, 4
  add eax, 0x1000
  loop .next
  mov edi, WIDE_DIRECTORY_AT
  mov ecx, 1024
  xor eax, eax
  rep stosd
  mov dword [WIDE_DIRECTORY_AT], WIDE_TABLE_AT + 7
  mov edi, POINTERS_AT
  mov ecx, 8
  rep stosd
  mov dword [POINTERS_AT], WIDE_DIRECTORY_AT + 1
  mov eax, cr4
  or eax, 0x20
  mov cr4, eax
  mov eax, POINTERS_AT
  mov cr3, eax
  mov eax, cr0
  or eax, 0x80000000
  mov cr0, eax
  xor eax, eax
  xor edi, edi
  ret
`;
