import { DATA } from '../guest/layout.ts';

/** Numbers below this, which are two segments of bytes. */
const NUMBERS = 0x20000;
const ROOT = Math.ceil(Math.sqrt(NUMBERS));

/** The sieve of Eratosthenes in an array of 128 KB: each access loads ES, as with huge pointers of compilers. */
export const sieve = `
sieve:  mov     bx, ${DATA}
        call    .fill
        mov     bx, ${DATA + 0x1000}
        call    .fill
        mov     bx, 2
.number:
        mov     es, [.segments]
        cmp     byte [es:bx], 0
        je      .next
        mov     ax, bx
        mul     bx
.strike:
        mov     di, dx
        shl     di, 1
        mov     es, [.segments + di]
        mov     di, ax
        mov     byte [es:di], 0
        add     ax, bx
        adc     dx, 0
        cmp     dx, ${NUMBERS >> 16}
        jb      .strike
.next:  inc     bx
        cmp     bx, ${ROOT}
        jb      .number

; CX:BP is the sum of the primes, DX:SI the number.
        xor     cx, cx
        xor     bp, bp
        xor     dx, dx
        mov     si, 2
.look:  mov     di, dx
        shl     di, 1
        mov     es, [.segments + di]
        cmp     byte [es:si], 0
        je      .skip
        add     bp, si
        adc     cx, dx
.skip:  add     si, 1
        adc     dx, 0
        cmp     dx, ${NUMBERS >> 16}
        jb      .look
        mov     ax, cx
        shl     eax, 16
        mov     ax, bp
        ret

.fill:  mov     es, bx
        xor     di, di
        mov     ax, 0x0101
        mov     cx, 0x8000
        rep stosw
        ret
.segments:
        dw      ${DATA}, ${DATA + 0x1000}
`;
