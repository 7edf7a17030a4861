import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import type { Case } from '../protection/kernel.ts';
import { suite } from '../protection/kernel.ts';
import { Layout } from '../protection/layout.ts';

/** Where a small hypervisor has its structures, beyond all of the suite's. */
const places = {
  VMCB: 0x100000,
  HOST_AREA: 0x101000,
  PORT_MAP: 0x104000,
  REGISTER_MAP: 0x108000,
  /** What the VMCB is filled from at each start. */
  TEMPLATE: 0x10a000,
  GUEST_STACK: 0x10f000,
  TABLES: 0x110000,
} as const;

/** Fields of the VMCB, as addresses. */
const fields = {
  CR_INTERCEPTS: 0x00,
  DR_INTERCEPTS: 0x04,
  EXCEPTION_INTERCEPTS: 0x08,
  INTERCEPTS: 0x0c,
  MORE_INTERCEPTS: 0x10,
  TSC_OFFSET: 0x50,
  ASID: 0x58,
  TLB_CONTROL: 0x5c,
  VIRTUAL: 0x60,
  VIRTUAL_VECTOR: 0x64,
  SHADOW: 0x68,
  EXIT_CODE: 0x70,
  EXIT_1: 0x78,
  EXIT_2: 0x80,
  EXIT_EVENT: 0x88,
  NESTED: 0x90,
  EVENT: 0xa8,
  NESTED_CR3: 0xb0,
  CLEAN: 0xc0,
  NEXT: 0xc8,
  G_ES: 0x400,
  G_CS: 0x410,
  G_SS: 0x420,
  G_DS: 0x430,
  G_FS: 0x440,
  G_GS: 0x450,
  G_GDTR: 0x460,
  G_LDTR: 0x470,
  G_IDTR: 0x480,
  G_TR: 0x490,
  G_CPL: 0x4cb,
  G_EFER: 0x4d0,
  G_CR4: 0x548,
  G_CR3: 0x550,
  G_CR0: 0x558,
  G_DR7: 0x560,
  G_DR6: 0x568,
  G_FLAGS: 0x570,
  G_EIP: 0x578,
  G_ESP: 0x5d8,
  G_EAX: 0x5f8,
  G_SYSENTER_CS: 0x628,
  G_CR2: 0x640,
} as const;

const equates = [
  ...Object.entries(places).map(([name, at]) => `${name} equ ${at}\n`),
  ...Object.entries(fields).map(([name, offset]) => `${name} equ ${places.VMCB + offset}\n`),
].join('');

/**
 * A hypervisor for cases. `begin` makes a guest like the host itself, at the address in EAX, which intercepts VMRUN, VMMCALL and shutdowns; `run` runs
 * it and prints why and how it was left: after VMMCALL not what EXITINTINFO has, and of a guest that was refused the code alone.
 */
const hypervisor = `
begin:
  pushad
  mov ecx, 0xc0000080
  rdmsr
  or eax, 0x1000
  wrmsr
  mov ecx, 0xc0010117
  mov eax, HOST_AREA
  xor edx, edx
  wrmsr
  mov edi, VMCB
  mov ecx, ${(places.TEMPLATE - places.VMCB) / 4}
  xor eax, eax
  cld
  rep stosd
  mov eax, VMCB
  vmsave
  mov dword [CR_INTERCEPTS], 0
  mov dword [INTERCEPTS], 0x80000000
  mov dword [MORE_INTERCEPTS], 3
  mov dword [VMCB + 0x40], PORT_MAP
  mov dword [VMCB + 0x48], REGISTER_MAP
  mov dword [ASID], 1
  mov dword [G_ES], 0xc930000 + DATA
  mov dword [G_CS], 0xc9b0000 + CODE
  mov dword [G_SS], 0xc930000 + DATA
  mov dword [G_DS], 0xc930000 + DATA
  mov dword [G_ES + 4], -1
  mov dword [G_CS + 4], -1
  mov dword [G_SS + 4], -1
  mov dword [G_DS + 4], -1
  sub esp, 8
  sgdt [esp]
  movzx eax, word [esp]
  mov [G_GDTR + 4], eax
  mov eax, [esp + 2]
  mov [G_GDTR + 8], eax
  sidt [esp]
  movzx eax, word [esp]
  mov [G_IDTR + 4], eax
  mov eax, [esp + 2]
  mov [G_IDTR + 8], eax
  add esp, 8
  mov dword [G_EFER], 0x1000
  mov eax, cr0
  mov [G_CR0], eax
  mov eax, cr3
  mov [G_CR3], eax
  mov eax, cr4
  mov [G_CR4], eax
  mov dword [G_DR6], 0xffff0ff0
  mov dword [G_DR7], 0x400
  mov dword [G_FLAGS], 2
  mov dword [G_ESP], GUEST_STACK
  popad
  mov [G_EIP], eax
  ret

; Runs the guest, with its EBX to EDI as they are.
run:
  cmp dword [resume], 0
  jne .prepared
  mov dword [resume], escape
.prepared:
  mov eax, VMCB
  vmload
  vmrun
  vmsave
  stgi
  pushad
  mov eax, DATA
  mov fs, ax
  mov gs, ax
  mov dword [resume], 0
  cmp dword [EXIT_CODE], 0x81
  jne .interrupted
  mov dword [EXIT_EVENT], 0
  mov dword [EXIT_EVENT + 4], 0
.interrupted:
  mov al, 'x'
  call put
  mov eax, [EXIT_CODE]
  call put_hex
  cmp dword [EXIT_CODE], -1
  je .end
  mov al, ','
  call put
  mov esi, .shown
.next:
  lodsd
  test eax, eax
  jz .place
  mov eax, [eax]
  call put_hex
  mov al, ','
  call put
  jmp .next
.place:
  mov eax, [G_EIP]
  cmp eax, [place]
  jb .absolute
  sub eax, [place]
.absolute:
  call put_hex
  mov al, '/'
  call put
  mov eax, [G_FLAGS]
  and eax, ~0x108d5
  call put_hex
.end:
  mov al, 32
  call put
  popad
  ret
.shown: dd EXIT_1, EXIT_1 + 4, EXIT_2, EXIT_2 + 4, EXIT_EVENT, EXIT_EVENT + 4, SHADOW, G_EAX, 0

; Page tables of the guest's own: an identity map of the first 4 MB, and a table for the next, which is empty.
tables:
  pushad
  mov edi, TABLES
  mov ecx, 0xc00
  xor eax, eax
  rep stosd
  mov dword [TABLES], TABLES + 0x1007
  mov dword [TABLES + 4], TABLES + 0x2007
  mov edi, TABLES + 0x1000
  mov ecx, 1024
  mov eax, 7
.next:
  stosd
  add eax, 0x1000
  loop .next
  popad
  ret

; Where a guest goes on after an exception of its own, unless [resume] says otherwise.
escape:
  vmmcall
  jmp escape

; Sets the bit of port EAX, and of a register in the map's upper half.
forbid_port:
  bts [PORT_MAP], eax
  or dword [INTERCEPTS], 0x8000000
  ret
forbid_register:
  bts [REGISTER_MAP], eax
  or dword [INTERCEPTS], 0x10000000
  ret
`;

/** Makes a gate for vector 80h that leads to .taken; changes EAX. */
export const gate = `mov dword [IDT_AT + 8 * 0x80], .taken
 mov word [IDT_AT + 8 * 0x80 + 2], CODE
 mov eax, .taken
 and eax, 0xffff0000
 or eax, 0x8e00
 mov [IDT_AT + 8 * 0x80 + 4], eax`;

/** The guest of cases of a hypervisor, as a Multiboot image. */
export function imageOf(cases: readonly Case[]): Uint8Array {
  return assemble(`${equates}${suite(cases)}${hypervisor}`, { origin: Layout.image, bits: 32 }).bytes;
}
