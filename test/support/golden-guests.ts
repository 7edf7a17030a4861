import { Key } from '../../translator/abi/key.ts';
import type { Pacing } from '../../translator/emit/context.ts';
import { FLAT_KEY } from './samples.ts';

/** Guest code whose translation is kept under review in test/golden. */
export interface GoldenGuest {
  readonly name: string;
  readonly source: string;
  /** Number of the instruction whose handler is shown. */
  readonly handler: number;
  readonly key?: number;
  readonly pacing?: Pacing;
}

const loops: GoldenGuest[] = [
  {
    name: 'memory-sum',
    handler: 0,
    source: `
      sum:  add eax, [esi]
            add esi, 4
            dec ecx
            jnz sum
            ret`,
  },
  {
    name: 'memory-sum-budget',
    handler: 3,
    pacing: 'budget',
    source: `
      sum:  add eax, [esi]
            add esi, 4
            dec ecx
            jnz sum
            ret`,
  },
  {
    name: 'strlen',
    handler: 1,
    source: `
            mov edx, edi
      next: cmp byte [edi], 0
            je done
            inc edi
            jmp next
      done: mov eax, edi
            sub eax, edx
            ret`,
  },
  {
    name: 'memcpy',
    handler: 1,
    source: `
            mov edx, ecx
            rep movsb
            mov eax, edx
            ret`,
  },
  {
    name: 'crc-step',
    handler: 4,
    source: `
            movzx edx, byte [esi]
            xor eax, edx
            mov ecx, 8
      bit:  mov edx, eax
            shr eax, 1
            and edx, 1
            neg edx
            and edx, 0xEDB88320
            xor eax, edx
            dec ecx
            jnz bit
            ret`,
  },
  {
    name: 'loop-nest',
    handler: 2,
    source: `
      row:  mov ecx, ebp
      cell: imul eax, ebx
            add eax, [esi + ecx * 4 - 4]
            loop cell
            add esi, edi
            dec edx
            jnz row
            ret`,
  },
  {
    name: 'carry-over-dec',
    handler: 2,
    source: `
            clc
      more: mov eax, [esi]
            adc eax, [edi]
            mov [edi], eax
            lea esi, [esi + 4]
            lea edi, [edi + 4]
            dec ecx
            jnz more
            ret`,
  },
];

const blocks: GoldenGuest[] = [
  {
    name: 'compare-and-branch',
    handler: 1,
    source: `
            cmp eax, ebx
            jl less
            cmp ax, 1000
            ja above
            test al, 0x80
            js less
            ret
      less: mov eax, -1
            ret
      above: mov eax, 1
            ret`,
  },
  {
    name: 'adc-chain',
    handler: 1,
    source: `
            add eax, ebx
            adc edx, ecx
            adc esi, 0
            sbb edi, edi
            ret`,
  },
  {
    name: 'prologue',
    handler: 0,
    source: `
            push ebp
            mov ebp, esp
            push ebx
            sub esp, 8
            mov ebx, [ebp + 8]
            mov [ebp - 8], ebx
            add esp, 8
            pop ebx
            leave
            ret`,
  },
  {
    name: 'setcc-cmov',
    handler: 1,
    source: `
            cmp eax, ebx
            setb cl
            cmovge eax, ebx
            add edx, eax
            setp ch
            ret`,
  },
  {
    name: 'high-registers',
    handler: 1,
    source: `
            mov al, 0x12
            mov ah, bl
            add ah, dh
            xchg bh, al
            mov ecx, eax
            ret`,
  },
  {
    name: 'shift-by-cl',
    handler: 0,
    source: `
            shl eax, cl
            jc out
            sar dx, cl
            rcl ebx, cl
            shld eax, ebx, 4
            test eax, eax
      out:  ret`,
  },
  {
    name: 'flags-at-a-load',
    handler: 1,
    source: `
            sub eax, ebx
            mov edx, [esi]
            add ecx, edx
            inc ecx
            mov [edi], ecx
            xor ecx, ecx
            ret`,
  },
  {
    name: 'multiply-divide',
    handler: 1,
    source: `
            mul ebx
            div ecx
            imul eax, edx, 100
            ret`,
  },
];

const transfers: GoldenGuest[] = [
  {
    name: 'call-and-return',
    handler: 2,
    source: `
            xor ebx, ebx
      again: mov eax, ebx
            call 0x1800
            add ebx, eax
            cmp ebx, 100
            jb again
            call [0x1900]
            ret`,
  },
  {
    name: 'switch',
    handler: 2,
    source: `
            cmp eax, 3
            ja other
            jmp [eax * 4 + 0x2000]
      other: xor eax, eax
            ret`,
  },
  {
    name: 'ports',
    handler: 2,
    source: `
      wait: mov edx, 0x3FD
            mov eax, ebx
            in al, dx
            test al, 0x20
            jz wait
            mov al, cl
            sub edx, 5
            out dx, al
            ret`,
  },
  {
    name: 'segmented-16-bit',
    handler: 1,
    key: 0,
    source: `
            bits 16
            push bp
            mov ax, [si + 2]
            mov [es:di], ax
            pop bp
            ret`,
  },
  {
    name: 'thread-segment',
    handler: 0,
    key: FLAT_KEY | Key.user,
    source: `
            mov eax, [gs:0x14]
            mov [esp + 0x1C], eax
            xor eax, [gs:0x14]
            jne bad
            ret
      bad:  int3`,
  },
];

export const goldenGuests: readonly GoldenGuest[] = [...loops, ...blocks, ...transfers];
