import { assemble } from '../../../runtime/firmware/assembler/index.ts';

/** A step of the guest; it prints values that it reads in hexadecimal. */
export type Step =
  | { readonly type: 'out8' | 'out16' | 'out32'; readonly port: number; readonly value: number }
  | { readonly type: 'in8'; readonly port: number }
  /** Words of the data port: all of them, or the sum that `sum` computes. */
  | { readonly type: 'inWords' | 'sumWords' | 'outWords'; readonly port: number; readonly count: number }
  /** Until bit 7 of the port is clear. */
  | { readonly type: 'wait'; readonly port: number }
  | { readonly type: 'store32'; readonly address: number; readonly value: number }
  | { readonly type: 'sumMemory'; readonly address: number; readonly count: number };

/** Steps whose answers are compared together. */
export interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
}

const EXIT_PORT = 0xf4;
const SIZE = 0x10000;
const operations = [
  'end',
  'out8',
  'out32',
  'in8',
  'inWords',
  'sumWords',
  'outWords',
  'wait',
  'store32',
  'sumMemory',
  'out16',
  'line',
];

const words = (value: number): string => `dw ${value & 0xffff}, ${value >>> 16}`;

function encode(step: Step): string {
  const code = `db ${operations.indexOf(step.type)}`;
  switch (step.type) {
    case 'out8':
      return `${code}\ndw ${step.port}\ndb ${step.value}`;
    case 'out16':
      return `${code}\ndw ${step.port}, ${step.value}`;
    case 'out32':
      return `${code}\ndw ${step.port}\n${words(step.value)}`;
    case 'in8':
    case 'wait':
      return `${code}\ndw ${step.port}`;
    case 'store32':
      return `${code}\ndw ${step.address >> 4}, ${step.address & 15}\n${words(step.value)}`;
    case 'sumMemory':
      return `${code}\ndw ${step.address >> 4}, ${step.count}`;
    default:
      return `${code}\ndw ${step.port}, ${step.count}`;
  }
}

const script = (cases: readonly Case[]): string =>
  cases.map(({ steps }) => [...steps.map(encode), `db ${operations.indexOf('line')}`].join('\n')).join('\n');

/** A ROM image of 64 KB that does the steps of all cases, prints a line for each, and ends the machine. */
export function romOf(cases: readonly Case[]): Uint8Array {
  const { bytes } = assemble(source(cases), { origin: 0, bits: 16 });
  if (bytes.length !== SIZE) throw new Error(`the ROM has ${bytes.length} bytes`);
  return bytes;
}

const source = (cases: readonly Case[]): string => `
        cli
        cld
        mov     ax, 0xF000
        mov     ds, ax
        xor     ax, ax
        mov     ss, ax
        mov     sp, 0x7000
        mov     si, script
next:   lodsb
        movzx   bx, al
        add     bx, bx
        jmp     [cs:bx + handlers]
handlers:
        dw      ${operations.join(', ')}

end:    mov     al, 0
        mov     dx, ${EXIT_PORT}
        out     dx, al
        hlt

out8:   call    word16
        lodsb
        out     dx, al
        jmp     next
out16:  call    word16
        lodsw
        out     dx, ax
        jmp     next
out32:  call    word16
        lodsd
        out     dx, eax
        jmp     next
in8:    call    word16
        in      al, dx
        call    hex8
        jmp     next
wait:   call    word16
.again: in      al, dx
        test    al, 0x80
        jnz     .again
        jmp     next

inWords:
        call    word16
        call    count
.again: in      ax, dx
        call    hex8
        mov     al, ah
        call    hex8
        loop    .again
        jmp     next
sumWords:
        call    word16
        call    count
        xor     bx, bx
.again: in      ax, dx
        rol     bx, 1
        add     bx, ax
        loop    .again
        call    sum
        jmp     next
outWords:
        call    word16
        call    count
        mov     ax, 0x1234
.again: out     dx, ax
        add     ax, 0x0305
        loop    .again
        jmp     next

store32:
        call    word16
        mov     es, dx
        lodsw
        mov     di, ax
        lodsd
        mov     [es:di], eax
        jmp     next
sumMemory:
        call    word16
        call    count
        mov     es, dx
        xor     bx, bx
        xor     di, di
.again: rol     bx, 1
        add     bx, [es:di]
        add     di, 2
        loop    .again
        call    sum
        jmp     next

line:   mov     al, 10
        out     0xE9, al
        jmp     next

word16: lodsw
        mov     dx, ax
        ret
count:  lodsw
        mov     cx, ax
        ret
sum:    mov     al, bh
        call    hex8
        mov     al, bl
        call    hex8
        ret

hex8:   push    ax
        shr     al, 4
        call    digit
        pop     ax
        push    ax
        and     al, 15
        call    digit
        pop     ax
        ret
digit:  add     al, '0'
        cmp     al, '9'
        jbe     .out
        add     al, 39
.out:   out     0xE9, al
        ret

script:
${script(cases)}
        db      0
        times   0xFFF0 - ($ - $$) db 0xFF
        jmp     0xF000:0
        times   0x10000 - ($ - $$) db 0xFF
`;
