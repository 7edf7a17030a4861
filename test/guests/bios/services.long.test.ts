import { describe, expect, test } from 'vitest';
import { bootSector, diskImage, machineWith, writtenBy } from './guest.ts';

describe('INT 15h', () => {
  test('87h copies to and from extended memory', async () => {
    const text = await writtenBy(`
        mov     word [0x9000], 0x1234
        mov     word [0x9002], 0x5678
        mov     cx, 2
        mov     si, up
        mov     ah, 0x87
        int     0x15
        mov     ax, 0
        adc     ax, 0
        call    hex
        mov     cx, 2
        mov     si, down
        mov     ah, 0x87
        int     0x15
        mov     ax, [0x9102]
        call    hex
        jmp     leave
; Descriptors: none, the table, source, target, code, stack.
up:     dq 0, 0, 0x00009300_9000FFFF, 0x00009330_0010FFFF, 0, 0
down:   dq 0, 0, 0x00009330_0010FFFF, 0x00009300_9100FFFF, 0, 0
`);
    expect(text).toBe('0000 5678');
  });

  test('89h returns in protected mode, with the interrupts at their new vectors', async () => {
    const text = await writtenBy(`
        mov     bx, 0x5850          ; IRQ 0 at 50h, IRQ 8 at 58h
        mov     word [0x9280], tick ; an interrupt gate of 16 bits
        mov     word [0x9282], 0x30
        mov     word [0x9284], 0x8600
        mov     word [0x9286], 0
        mov     si, table
        mov     ah, 0x89
        int     0x15
        pushf
        smsw    ax
        and     ax, 1
        call    hex
        mov     ax, cs
        call    hex
        mov     ax, ss
        call    hex
        mov     al, 0xFE            ; only the timer
        out     0x21, al
        sti
.wait:  hlt
        jmp     .wait
tick:   mov     ax, 0x50
        call    hex
        jmp     leave
; Descriptors: none, this table, IDT, DS, ES, SS, CS, the BIOS's.
table:  dq 0, 0x0000930000000000 + table * 0x10000 + 63, 0x0000930090000287
        dq 0x000093000000FFFF, 0x000093000000FFFF, 0x000093000000FFFF, 0x00009B000000FFFF, 0
`);
    expect(text).toBe('0001 0030 0028 0050');
  });

  test('24h closes and opens the gate of A20', async () => {
    const text = await writtenBy(`
        mov     ax, 0x2400
        int     0x15
        mov     ax, 0x2402
        int     0x15
        mov     ah, 0
        call    hex
        mov     ax, 0xFFFF
        mov     es, ax
        mov     word [0x510], 0x1111
        mov     word [es:0x520], 0x2222
        mov     ax, [0x510]
        call    hex
        mov     ax, 0x2401
        int     0x15
        mov     word [es:0x520], 0x3333
        mov     ax, [0x510]
        call    hex
        jmp     leave
`);
    expect(text).toBe('0000 2222 2222');
  });

  test('86h waits, and 83h sets a flag when its time is over', async () => {
    const text = await writtenBy(`
        mov     ah, 0x83
        mov     al, 0
        mov     cx, 0
        mov     dx, 20000
        mov     bx, 0x9000
        mov     byte [bx], 0
        int     0x15
        mov     ah, 0x86            ; only one wait at a time
        int     0x15
        mov     ax, 0
        adc     ax, 0
        call    hex
        sti
.wait:  hlt
        test    byte [0x9000], 0x80
        jz      .wait
        mov     ah, 0x86
        mov     cx, 0
        mov     dx, 5000
        int     0x15
        mov     ax, 0
        adc     ax, 0
        call    hex
        jmp     leave
`);
    expect(text).toBe('0001 0000');
  });
});

test('INT 15h 5307h turns the machine off', async () => {
  const sector = bootSector('mov ax, 0x5307\nmov bx, 1\nmov cx, 3\nint 0x15\njmp leave');
  const { machine } = await machineWith({ drives: [{ image: diskImage(sector), format: 'raw' }] });
  await machine.start();
  expect(await machine.exited).toMatchObject({ reason: 'poweroff' });
});

test('a program that jumps to the reset vector resets the machine: what boots once does so once', async () => {
  const writer = (text: string) =>
    diskImage(
      bootSector(`
        mov     si, name
        call    put
        cmp     word [0x472], 0x1234
        je      leave
        mov     word [0x472], 0x1234
        jmp     0xF000:0xFFF0
name:   db '${text}', 10, 0
`),
    );
  const { machine, text } = await machineWith({
    drives: [
      { image: writer('hard disk'), format: 'raw' },
      { interface: 'floppy', image: writer('floppy').slice(0, 1_474_560), format: 'raw' },
    ],
    bootOrder: { order: 'c', once: 'a' },
  });
  let resets = 0;
  machine.on('reset', () => resets++);
  await machine.start();
  await machine.exited;
  expect({ resets, booted: text().match(/^(floppy|hard disk)$/gm) }).toEqual({
    resets: 1,
    booted: ['floppy', 'hard disk'],
  });
});

describe('resets that go on in a program', () => {
  const resume = (code: number, rest: string): string => `
        cmp     word [0x9000], 0x4321
        je      again
        mov     word [0x9000], 0x4321
        mov     al, 0x8F
        out     0x70, al
        mov     al, ${code}
        out     0x71, al
        mov     word [0x467], again
        mov     word [0x469], 0
        ${rest}
        mov     dx, 0xCF9
        mov     al, 2
        out     dx, al
        mov     al, 6
        out     dx, al
        hlt
again:  xor     ax, ax
        mov     ds, ax
        mov     ah, 0x42            ; the services still work
        mov     si, packet
        mov     dl, 0x80
        int     0x13
        mov     ax, [0xA000]
        call    hex
        in      al, 0x21
        mov     ah, 0
        call    hex
        jmp     leave
packet: dw 16, 1, 0xA000, 0
        dq 7
`;

  test.each([
    ['05h, with an end of interrupt', 5, ''],
    ['0Ah, by a jump', 10, ''],
    ['0Ch, by a far return', 12, 'mov word [0x467], 0x9800\nmov word [0x9800], again\nmov word [0x9802], 0'],
    [
      '0Bh, by a return from interrupt',
      11,
      'mov word [0x467], 0x9800\nmov word [0x9800], again\nmov word [0x9802], 0\nmov word [0x9804], 2',
    ],
  ])('%s', async (_, code, rest) => {
    expect(await writtenBy(resume(code, rest))).toBe('0707 00B8');
  });
});

describe('the clock', () => {
  test('counts, calls INT 1Ch and passes midnight', async () => {
    const text = await writtenBy(`
        cli
        mov     word [0x1C * 4], tick
        mov     word [0x1C * 4 + 2], 0
        mov     dword [0x46C], 0x1800AE
        sti
.wait:  hlt
        cmp     byte [ticks], 3
        jb      .wait
        cli
        mov     ah, 0
        int     0x1A
        push    cx
        push    dx
        mov     ah, 0               ; how often midnight was passed is told once
        call    hex
        pop     ax
        call    hex
        pop     ax
        call    hex
        mov     ah, 0
        int     0x1A
        mov     ah, 0
        call    hex
        jmp     leave
tick:   inc     byte [cs:ticks]
        iret
ticks:  db 0
`);
    expect(text).toMatch(/^0001 000[1-9] 0000 0000$/);
  });

  test('alarm calls INT 4Ah', async () => {
    const text = await writtenBy(
      `
        mov     word [0x4A * 4], alarm
        mov     word [0x4A * 4 + 2], 0
        mov     ah, 6
        mov     cx, 0x0304
        mov     dx, 0x0100
        int     0x1A
        mov     ah, 3               ; a second before
        mov     cx, 0x0304
        mov     dx, 0x0000
        int     0x1A
        sti
.wait:  hlt
        cmp     byte [rung], 0
        je      .wait
        mov     ax, 1
        call    hex
        jmp     leave
alarm:  inc     byte [cs:rung]
        iret
rung:   db 0
`,
    );
    expect(text).toBe('0001');
  });
});

test('the extended data area may be moved: what was there is left alone', async () => {
  const text = await writtenBy(`
        mov     ax, 0x9FC0
        mov     ds, ax
        mov     ax, 0x9000
        mov     es, ax
        xor     si, si
        xor     di, di
        mov     cx, 512
        rep movsw
        mov     ax, 0x9FC0
        mov     es, ax
        xor     di, di
        mov     cx, 512
        mov     ax, 0xCCCC
        rep stosw
        xor     ax, ax
        mov     ds, ax
        mov     word [0x40E], 0x9000
        mov     ax, 0x0305              ; a command for the keyboard
        xor     bx, bx
        int     0x16
        mov     ax, 0xC200              ; one for the mouse
        xor     bx, bx
        int     0x15
        mov     ax, 0x0201
        mov     bx, 0xA000
        mov     cx, 0x0006
        mov     dx, 0x0080
        push    word 0
        pop     es
        int     0x13
        mov     ax, [0xA000]
        call    hex
        mov     ax, 0x9FC0
        mov     es, ax
        xor     di, di
        mov     cx, 512
        mov     ax, 0xCCCC
        repe scasw
        mov     ax, cx
        call    hex
        jmp     leave
`);
  expect(text).toBe('0505 0000');
});
