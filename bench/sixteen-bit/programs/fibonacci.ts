/**
 * Fibonacci numbers by recursion, as compilers have it in the large memory model: far calls, parameters and locals by BP, results of 32 bits
 * behind far pointers.
 */
export const fibonacci = `
fibonacci:
        sub     sp, 4
        mov     bx, sp
        push    ss
        push    bx
        push    word 20
        call    0:.function
        add     sp, 6
        pop     eax
        ret

; void far function(int n, long far *result)
.function:
        push    bp
        mov     bp, sp
        sub     sp, 8
        cmp     word [bp + 6], 2
        jae     .recurse
        mov     ax, [bp + 6]
        les     bx, [bp + 8]
        mov     [es:bx], ax
        mov     word [es:bx + 2], 0
        jmp     .end
.recurse:
        push    ss
        lea     ax, [bp - 4]
        push    ax
        mov     ax, [bp + 6]
        dec     ax
        push    ax
        call    0:.function
        add     sp, 6
        push    ss
        lea     ax, [bp - 8]
        push    ax
        mov     ax, [bp + 6]
        sub     ax, 2
        push    ax
        call    0:.function
        add     sp, 6
        mov     ax, [bp - 4]
        mov     dx, [bp - 2]
        add     ax, [bp - 8]
        adc     dx, [bp - 6]
        les     bx, [bp + 8]
        mov     [es:bx], ax
        mov     [es:bx + 2], dx
.end:   mov     sp, bp
        pop     bp
        retf
`;
