import { DATA } from '../guest/layout.ts';

const COPY = DATA + 0x1000;
/** Bytes of the text; its upper case stands behind it. */
const LENGTH = 0x8000;

/** 32 KB of text are made, copied, put into upper case, divided into words and compared, by string instructions. */
export const strings = `
strings:
        push    ds
        mov     ax, ${DATA}
        mov     ds, ax
        mov     es, ax
        xor     di, di
        mov     cx, ${LENGTH - 1}
        mov     bx, 1
.letter:
        imul    bx, bx, 25173
        add     bx, 13849
        mov     al, bh
        and     al, 31
        add     al, 'a'
        cmp     al, 'z'
        jbe     .store
        mov     al, ' '
.store: stosb
        loop    .letter
        mov     al, 0
        stosb

        xor     si, si
        mov     di, ${LENGTH}
.upper: lodsb
        cmp     al, 'a'
        jb      .keep
        cmp     al, 'z'
        ja      .keep
        sub     al, 32
.keep:  stosb
        or      al, al
        jnz     .upper

        mov     ax, ${COPY}
        mov     es, ax
        xor     si, si
        xor     di, di
        mov     cx, ${LENGTH}
        rep movsw

; BX: spaces of the copy.
        xor     bx, bx
        xor     di, di
        mov     cx, ${LENGTH}
        mov     al, ' '
.word:  repne scasb
        jne     .words
        inc     bx
        or      cx, cx
        jnz     .word

; BP: bytes of the text that are others in its upper case.
.words: xor     bp, bp
        xor     si, si
        mov     di, ${LENGTH}
        mov     cx, ${LENGTH}
.compare:
        repe cmpsb
        je      .compared
        inc     bp
        or      cx, cx
        jnz     .compare

.compared:
        mov     si, ${LENGTH}
        mov     cx, ${LENGTH}
        call    checksum
        rol     eax, 7
        add     ax, bx
        rol     eax, 7
        add     ax, bp
        pop     ds
        ret
`;
