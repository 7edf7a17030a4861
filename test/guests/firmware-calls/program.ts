import { assemble } from '../../../runtime/firmware/assembler/index.ts';

/** Registers that a call gets; those that are left out are 0, ES and DS the segment of the buffer. */
export interface Registers {
  readonly eax?: number;
  readonly ebx?: number;
  readonly ecx?: number;
  readonly edx?: number;
  readonly esi?: number;
  readonly edi?: number;
  readonly es?: number;
  readonly ds?: number;
}

/** A call of the firmware, by software interrupt. */
export interface FirmwareCall extends Registers {
  readonly name: string;
  readonly interrupt: number;
  /** The first bytes of the buffer, such as a packet; the rest of its beginning is 0xcc. */
  readonly buffer?: readonly number[];
  /** How many bytes of the buffer are shown afterwards. */
  readonly shown?: number;
}

/** Where calls have their buffer: at offset 0 of this segment. */
export const BUFFER_SEGMENT = 0x3000;
const BUFFER_BYTES = 64;
const DEBUG_CONSOLE = 0x402;
const RECORD_BYTES = 36 + BUFFER_BYTES;
const SECTOR = 512;
const HEADER = ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi'] as const;

/**
 * A disk image whose boot sector makes the calls, one after the other, and writes what they give to the debug console: a
 * line each, between BEGIN and END. The port `exit` ends the machine then.
 */
export function callingDisk(calls: readonly FirmwareCall[], exit: number, sectors = 65_536): Uint8Array {
  const { bytes } = assemble(program(calls, exit));
  const image = new Uint8Array(sectors * SECTOR);
  for (let n = 1; n < sectors; n++) image.fill((n * 7) & 0xff, n * SECTOR, (n + 1) * SECTOR);
  image.set(bytes);
  return image;
}

function record(call: FirmwareCall): string {
  const { es = BUFFER_SEGMENT, ds = BUFFER_SEGMENT, buffer = [], shown = 0 } = call;
  const values = HEADER.map((name) => call[name] ?? 0);
  const start = Array.from({ length: BUFFER_BYTES }, (_, n) => buffer[n] ?? 0xcc);
  return `        dd ${values.join(', ')}
        dw ${es}, ${ds}, ${call.interrupt}, ${shown}, 0, 0
        db ${start.join(', ')}
`;
}

const program = (calls: readonly FirmwareCall[], exit: number): string => `
        org 0x7C00
        bits 16
BUFFER  equ ${BUFFER_SEGMENT}
        xor     ax, ax
        mov     ss, ax
        mov     sp, 0x7C00
        mov     ds, ax
        mov     es, ax
        cld
        mov     [drive], dl         ; the rest of the program, sector by sector
        mov     ah, 0x08
        int     0x13
        and     cx, 63
        mov     [sectors], cx
        movzx   dx, dh
        inc     dx
        mov     [heads], dx
        mov     si, 1
        xor     ax, ax
        mov     es, ax
.load:  mov     ax, si
        xor     dx, dx
        div     word [sectors]
        mov     cl, dl
        inc     cl
        xor     dx, dx
        div     word [heads]
        mov     ch, al
        mov     dh, dl
        mov     dl, [drive]
        mov     bx, si
        shl     bx, 9
        add     bx, 0x7C00
        mov     ax, 0x0201
        int     0x13
        inc     si
        cmp     si, SECTORS
        jb      .load
        jmp     0:start
drive:  db 0
sectors: dw 0
heads:  dw 0
        times 510 - ($ - $$) db 0
        dw 0xAA55

start:  mov     si, text_begin
        call    put
        mov     si, records
.next:  cmp     si, records_end
        jae     finish
        call    one
        xor     ax, ax
        mov     ds, ax
        add     si, ${RECORD_BYTES}
        jmp     .next
finish: mov     si, text_end
        call    put
        mov     al, 0
        mov     dx, ${exit}
        out     dx, al
        cli
        hlt

; SI: record.
one:    push    si
        mov     ax, BUFFER
        mov     es, ax
        push    si
        add     si, 36
        xor     di, di
        mov     cx, ${BUFFER_BYTES}
        rep movsb
        mov     al, 0xCC
        mov     cx, 0x1000
        rep stosb
        pop     si
        mov     al, [si + 28]
        mov     [.call + 1], al
        mov     eax, [si]
        mov     ebx, [si + 4]
        mov     ecx, [si + 8]
        mov     edx, [si + 12]
        mov     edi, [si + 20]
        mov     es, [si + 24]
        push    word [si + 26]
        push    dword [si + 16]
        pop     esi
        pop     ds
        sti
.call:  int     0
        pushf
        cld
        push    ds
        push    es
        push    edi
        push    esi
        push    edx
        push    ecx
        push    ebx
        push    eax
        xor     ax, ax
        mov     ds, ax
        mov     cx, 6
.dword: pop     eax
        call    hex8
        call    space
        loop    .dword
        mov     cx, 2
.word:  pop     ax
        call    hex4
        call    space
        loop    .word
        pop     ax
        and     ax, 0x0041          ; CF, ZF
        call    hex2
        pop     si
        push    si
        mov     cx, [si + 30]
        jcxz    .shown
        call    space
        mov     ax, BUFFER
        mov     es, ax
        xor     di, di
.byte:  mov     al, [es:di]
        inc     di
        call    hex2
        loop    .byte
.shown: mov     al, 10
        call    put_character
        pop     si
        ret

hex8:   push    eax
        shr     eax, 16
        call    hex4
        pop     eax
hex4:   push    ax
        mov     al, ah
        call    hex2
        pop     ax
hex2:   push    ax
        shr     al, 4
        call    .digit
        pop     ax
        and     al, 15
.digit: cmp     al, 10
        jb      .small
        add     al, 'a' - '0' - 10
.small: add     al, '0'
put_character:
        push    dx
        mov     dx, ${DEBUG_CONSOLE}
        out     dx, al
        pop     dx
        ret
space:  mov     al, ' '
        jmp     put_character
put:    lodsb
        test    al, al
        jz      .end
        call    put_character
        jmp     put
.end:   ret
text_begin: db 10, 'BEGIN', 10, 0
text_end: db 'END', 10, 0
records:
${calls.map(record).join('')}
records_end:
        times 511 - ($ - $$ + 511) % 512 db 0
SECTORS equ ($ - $$) / 512
`;

/** The result of a call. */
export interface Answer {
  readonly name: string;
  /** EAX to EDI, DS, ES, CF and ZF as 0x01 and 0x40, in hexadecimal; then the buffer if some of it is shown. */
  readonly text: string;
}

/** The answers in what was written to the debug console. */
export function answersIn(output: string, calls: readonly FirmwareCall[]): Answer[] {
  const lines = /\nBEGIN\n([\s\S]*)END\n/.exec(output)?.[1]?.trimEnd().split('\n') ?? [];
  return calls.map(({ name }, n) => ({ name, text: lines[n] ?? 'no answer' }));
}
