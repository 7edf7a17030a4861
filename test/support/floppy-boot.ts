import { assemble } from '../../runtime/firmware/assembler/index.ts';

const SECTOR = 512;

/** A command for the controller, and what is to be told of it. */
export interface FloppyStep {
  readonly command: readonly number[];
  /** Mode of DMA channel 2 (0x46 to memory, 0x4a from it) and bytes to be transferred. */
  readonly dma?: readonly [mode: number, bytes: number];
  /** It ends with an interrupt. */
  readonly interrupts?: boolean;
  /** Bytes of its result. */
  readonly results?: number;
}

/** Bytes of a step in the disk's table: command, DMA, result. */
function stepBytes({ command, dma = [0, 1], interrupts = false, results = 0 }: FloppyStep): number[] {
  const count = dma[1] - 1;
  return [command.length, ...command, dma[0], count & 0xff, count >> 8, interrupts ? 1 : 0, results];
}

/**
 * A boot sector that reads the rest of itself by INT 13h, takes the controller over with IRQ 6 and DMA channel 2, and does
 * the steps. For each it prints, on port E9h, its number, the result in hexadecimal and the sum of the DMA buffer's bytes.
 */
export function floppyBootDisk(steps: readonly FloppyStep[], sectors: number): Uint8Array {
  const disk = new Uint8Array(sectors * SECTOR);
  for (let n = 8 * SECTOR; n < disk.length; n++) disk[n] = (n >> 9) * 7 + n;
  const table = [...steps.flatMap(stepBytes), 0].join(', ');
  const { bytes } = assemble(`${source}\nsteps: db ${table}\n`, { origin: 0x7c00, bits: 16 });
  disk.set(bytes);
  return disk;
}

const source = `
BUFFER  equ     0x2000                  ; segment
        cli
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7000
        sti
        mov     ax, 0x0206              ; six sectors after this one
        mov     cx, 2
        mov     dh, 0
        mov     bx, 0x7e00
        int     0x13
        jc      failed
        jmp     main
failed: mov     si, bad
        call    print
        jmp     stop
bad:    db      'cannot read', 10, 0
        times   510 - ($ - $$) db 0
        dw      0xaa55

main:   cli
        mov     word [4 * 14], irq6
        mov     word [4 * 14 + 2], 0
        in      al, 0x21
        and     al, 0xbf
        out     0x21, al
        sti
        mov     dx, 0x3f2
        mov     byte [fired], 0
        mov     al, 0                   ; reset
        out     dx, al
        mov     al, 0x1c
        out     dx, al
        call    wait_irq
        mov     bp, 4
.sense: mov     al, 8
        call    send
        mov     cx, 2
        call    results
        dec     bp
        jnz     .sense
        call    newline
        mov     dx, 0x3f7
        mov     al, 0
        out     dx, al
        mov     si, steps
step:   lodsb
        or      al, al
        jz      done
        movzx   cx, al
        push    cx
        push    si
        add     si, cx
        mov     al, 0x06
        out     0x0a, al
        cmp     byte [si], 0
        je      .ready
        out     0x0c, al
        mov     al, [si]
        out     0x0b, al
        xor     al, al
        out     0x04, al
        out     0x04, al
        mov     al, BUFFER >> 12
        out     0x81, al
        mov     al, [si + 1]
        out     0x05, al
        mov     al, [si + 2]
        out     0x05, al
        mov     al, 0x02
        out     0x0a, al
.ready: mov     byte [fired], 0
        pop     si
        pop     cx
.send:  lodsb
        call    send
        loop    .send
        add     si, 3
        lodsb
        or      al, al
        jz      .taken
        call    wait_irq
.taken: lodsb
        movzx   cx, al
        jcxz    .sum
        call    results
.sum:   call    sum
        jmp     step
done:   mov     al, '.'
        out     0xe9, al
stop:   cli
        hlt

irq6:   push    ax
        mov     byte [cs:fired], 1
        mov     al, 0x20
        out     0x20, al
        pop     ax
        iret
fired:  db      0

wait_irq:
        cli
.again: cmp     byte [fired], 0
        jne     .fired
        sti
        hlt
        cli
        jmp     .again
.fired: mov     byte [fired], 0
        sti
        ret

; AL to the controller
send:   push    ax
        push    dx
        mov     ah, al
        mov     dx, 0x3f4
.wait:  in      al, dx
        and     al, 0xc0
        cmp     al, 0x80
        jne     .wait
        inc     dx
        mov     al, ah
        out     dx, al
        pop     dx
        pop     ax
        ret

; prints CX bytes of the controller
results:
        push    dx
.next:  mov     dx, 0x3f4
.wait:  in      al, dx
        and     al, 0xc0
        cmp     al, 0xc0
        jne     .wait
        inc     dx
        in      al, dx
        call    hex
        mov     al, ' '
        out     0xe9, al
        loop    .next
        pop     dx
        ret

; prints the sum of 32 KB of the buffer
sum:    push    si
        push    ds
        mov     ax, BUFFER
        mov     ds, ax
        xor     si, si
        xor     bx, bx
        mov     cx, 0x8000
.next:  lodsb
        mov     ah, 0
        add     bx, ax
        loop    .next
        pop     ds
        pop     si
        mov     al, bh
        call    hex
        mov     al, bl
        call    hex
newline:
        mov     al, 10
        out     0xe9, al
        ret

hex:    push    ax
        shr     al, 4
        call    .digit
        pop     ax
        and     al, 15
.digit: add     al, '0'
        cmp     al, '9'
        jbe     .out
        add     al, 7
.out:   out     0xe9, al
        ret

print:  lodsb
        or      al, al
        jz      .end
        out     0xe9, al
        jmp     print
.end:   ret
`;
