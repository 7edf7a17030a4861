import type { Case } from '../protection/kernel.ts';
import { imageOf } from './vmm.ts';

/** A copy of the VMCB as it should be, the guest's code, and where the map of its memory begins and ends. */
const [COPY, CODE, END] = [0x114000, 0x200000, 0x400000];
const PAGE = 0x1000;

/**
 * A hypervisor that goes wild: again and again it runs a guest of random bytes with random registers, after it has put random values into some
 * fields of its VMCB. With `nested` the guest has nested paging, and a part of memory; without it may overwrite the hypervisor.
 */
export function wildHypervisor(seed: number, nested: boolean, rounds: number): Uint8Array {
  const firstPage = nested ? CODE / PAGE : 0;
  const wild: Case = {
    name: 'a hypervisor that goes wild',
    code: `call paging
 mov eax, ${CODE}
 call begin
 call tables
 mov edi, TABLES + 0x1000
 mov ecx, ${firstPage}
 xor eax, eax
 rep stosd
 and dword [G_CR0], 0x7fffffff
 mov dword [NESTED], ${nested ? 1 : 0}
 mov dword [NESTED_CR3], TABLES
 mov dword [G_ESP], ${END - 16}
 mov esi, VMCB
 mov edi, ${COPY}
 mov ecx, 1024
 rep movsd
.round:
 dec dword [.rounds]
 jz .end
 mov esi, ${COPY}
 mov edi, VMCB
 mov ecx, 1024
 rep movsd
 mov edi, ${CODE}
 mov ecx, 24
.code: call .random
 stosd
 loop .code
 call .random
 and eax, 3
 lea ebp, [eax + 1]
.change: call .random
 test eax, 0x1000
 jz .control
 and eax, 0x3fc
 add eax, 0x400
 jmp .place
.control: and eax, 0xfc
.place: mov edi, eax
 call .value
 mov [VMCB + edi], eax
 dec ebp
 jnz .change
 call .random
 mov ebx, eax
 call .random
 mov ecx, eax
 call .random
 mov edx, eax
 call .random
 mov esi, eax
 call .random
 mov edi, eax
 mov eax, VMCB
 vmrun
 stgi
 cld
 mov eax, DATA
 mov fs, ax
 mov gs, ax
 xor eax, eax
 mov dr7, eax
 jmp .round
.end: xor eax, eax
 int 0x81
.value: call .random
 mov ecx, eax
 shr ecx, 27
 test eax, 3
 jz .whole
 xor eax, eax
 bts eax, ecx
 or eax, [VMCB + edi]
 ret
.whole: call .random
 ret
.random: mov eax, [.seed]
 mov edx, eax
 shl edx, 13
 xor eax, edx
 mov edx, eax
 shr edx, 17
 xor eax, edx
 mov edx, eax
 shl edx, 5
 xor eax, edx
 mov [.seed], eax
 ret
.seed: dd ${seed}
.rounds: dd ${rounds}`,
  };
  return imageOf([wild]);
}
