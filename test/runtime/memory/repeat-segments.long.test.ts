import { expect } from 'vitest';
import { endValue, onEveryEngineBy } from '../../support/guest.ts';
import { realMode } from '../../support/guest-real-mode.ts';
import { Random } from '../../support/random.ts';

/** Where strings are: a segment of memory, and video memory. */
const RAM = 0x2000;
const TEXT = 0xb800;
const PLANES = 0xa000;
const CASES = 100;

const random = new Random(20261125);

/** REP MOVS or REP STOS in real mode, and the same as single instructions. */
function pair(n: number): string {
  const size = random.pick([1, 2, 4] as const);
  const isMove = random.chance(60);
  const isLong = random.chance(25);
  const count = random.pick([0, 1, 3, 4, 5, random.below(40), random.below(1500)]);
  const segments = () => random.pick([RAM, RAM + 3, TEXT, PLANES]);
  const [es, ds] = [segments(), segments()];
  /** In memory often at the end of the segment, where it wraps, or an element is beyond the limit. */
  const offset = (segment: number) => {
    if (segment === TEXT || segment === PLANES) return random.below(0x800);
    return random.pick([0x10000 - count * size + random.below(9) - 4, random.below(0x8000), 0x100]) & 0xffff;
  };
  const di = offset(es);
  const si = es === ds && random.chance(70) ? (di + random.below(9) - 4) & 0xffff : offset(ds);
  const letter = { 1: 'b', 2: 'w', 4: 'd' }[size];
  const address = isLong ? 'a32 ' : '';
  const instruction = `${isMove ? 'movs' : 'stos'}${letter}`;
  const override = isMove && random.chance(20) ? 'fs ' : '';
  const setUp = `
        mov     ax, ${es}
        mov     es, ax
        mov     ax, ${ds}
        mov     ds, ax
        mov     fs, ax
        mov     edi, ${di}
        mov     esi, ${si}
        mov     ecx, ${count}
        mov     eax, ${random.word() >>> 0}
        ${random.chance(20) ? 'std' : 'cld'}
`;
  const counter = isLong ? 'ecx' : 'cx';
  return `
        call    fill
        mov     word [cs:resume], .repeated_${n}
        ${setUp}
        ${address}${override}rep ${instruction}
.repeated_${n}:
        call    digest
        push    ebp
        call    fill
        mov     word [cs:resume], .single_${n}
        ${setUp}
.next_${n}:
        test    ${counter}, ${counter}
        jz      .single_${n}
        ${address}${override}${instruction}
        dec     ${counter}
        jmp     .next_${n}
.single_${n}:
        call    digest
        pop     eax
        mov     ebx, ${n + 1}
        cmp     eax, ebp
        jne     main.different
`;
}

const cases = Array.from({ length: CASES }, (_, n) => pair(n)).join('');

onEveryEngineBy(
  'REP MOVS and REP STOS do what as many single instructions do: at limits of segments, where offsets wrap, in video memory',
  realMode(`
main:   mov     bx, 13 * 4
        mov     ax, fault
        call    set_vector
        mov     ax, ${RAM}
        mov     gs, ax
; A text screen at B8000h; and all planes, with copies by the latches, at A0000h.
        mov     dx, 0x3C4
        mov     ax, 0x0F02
        out     dx, ax
        mov     ax, 0x0604
        out     dx, ax
        mov     dx, 0x3CE
        mov     ax, 0x0005
        out     dx, ax
        mov     ax, 0x0006
        out     dx, ax
        mov     ax, 0xFF08
        out     dx, ax
${cases}
        xor     eax, eax
        jmp     exit
.different:
        mov     eax, ebx
        jmp     exit

; An access beyond the limit: goes on after the instructions.
fault:  mov     bp, sp
        push    word [cs:resume]
        pop     word [bp]
        iret
resume: dw      0

; Numbers in some memory and in the card's.
fill:   mov     ax, ${RAM}
        mov     ds, ax
        xor     edi, edi
        call    .piece
        mov     edi, 0x8000 - 0x800
        call    .piece
        mov     edi, 0x10000 - 0x1000
        call    .piece
        mov     ax, ${TEXT}
        mov     ds, ax
        xor     edi, edi
        call    .piece
        mov     ax, ${PLANES}
        mov     ds, ax
        xor     edi, edi
.piece: mov     cx, 0x400
        mov     eax, 12345
.again: imul    eax, eax, 1103515245
        add     eax, 12345
        mov     [edi], eax
        add     edi, 4
        loop    .again
        ret

; EBP: of all that, and of the registers.
digest: mov     ebp, edi
        xor     ebp, ecx
        rol     ebp, 7
        add     ebp, esi
        mov     ax, ${RAM}
        mov     ds, ax
        xor     edi, edi
        mov     cx, 0x4000
        call    .piece
        mov     ax, ${TEXT}
        mov     ds, ax
        mov     cx, 0x800
        call    .piece
        mov     ax, ${PLANES}
        mov     ds, ax
        mov     cx, 0x800
.piece: xor     edi, edi
.again: add     ebp, [edi]
        imul    ebp, ebp, 1103515245
        add     edi, 4
        loop    .again
        ret
`),
  (guest) => expect(endValue(guest)).toBe(0),
  { vga: 'std' },
);
