import { expect, test } from 'vitest';
import { bootSector, diskImage, machineWith } from './guest.ts';

const says = (text: string): Uint8Array =>
  diskImage(bootSector(`mov si, text\ncall put\njmp leave\ntext: db '${text}', 0`));

test('F12 opens a menu of what can be booted', async () => {
  const drives = [{ image: says('first') }, { image: says('second') }].map((drive) => ({
    ...drive,
    format: 'raw' as const,
  }));
  const { machine, text } = await machineWith({ drives, bootOrder: { menu: true } });
  await machine.start();
  await machine.screen.expect(/Press F12/);
  await machine.keyboard.press('f12');
  await machine.screen.expect(/1\. hard disk \(8 MB\)\n2\. hard disk \(8 MB\)/);
  await machine.keyboard.press('2');
  await machine.exited;
  expect(text()).toMatch(/second$/);
});

test('the mouse calls the handler of INT 15h C207h with whole packets', async () => {
  const sector = bootSector(`
        mov     ax, 0xC205
        mov     bh, 3
        int     0x15
        mov     ax, 0xC207
        mov     bx, handler
        int     0x15
        mov     ax, 0xC200
        mov     bh, 1
        int     0x15
        mov     al, 0
        call    hex
        mov     si, ready
        call    put
.wait:  sti
        hlt
        cmp     byte [moved], 0
        je      .wait
        mov     ax, [status]
        call    hex
        mov     ax, [x]
        call    hex
        mov     ax, [y]
        call    hex
        jmp     leave
; On the stack: Z, Y, X and status above the return address.
handler:
        push    bp
        mov     bp, sp
        push    ax
        mov     ax, [bp + 12]
        mov     [cs:status], ax
        mov     ax, [bp + 10]
        mov     [cs:x], ax
        mov     ax, [bp + 8]
        mov     [cs:y], ax
        mov     byte [cs:moved], 1
        pop     ax
        pop     bp
        retf
status: dw 0
x:      dw 0
y:      dw 0
moved:  db 0
ready:  db 'ready ', 0
`);
  const { machine, text } = await machineWith({ drives: [{ image: diskImage(sector), format: 'raw' }] });
  const ready = new Promise<void>((resolve) => {
    machine.debugConsole.on('data', () => {
      if (text().includes('ready ')) resolve();
    });
  });
  await machine.start();
  await ready;
  await machine.mouse.move(5, 3);
  await machine.exited;
  // 3 downwards are -3: its sign is in the status, the byte is the low one.
  expect(text()).toMatch(/0000 ready 0028 0005 00FD $/);
});
