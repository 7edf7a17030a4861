import { describe, expect, test } from 'vitest';
import { assemble } from '../../runtime/firmware/assembler/index.ts';
import { buildBios } from '../../runtime/firmware/bios/index.ts';
import { Machine, type MachineOptions } from '../../src/index.ts';

const bios = buildBios();
const DEBUG_CONSOLE = 0x402;
const EXIT = 0xf4;
const SECTOR = 512;

/** A boot sector that runs this text at 0:7C00; `put` writes the text at SI to the debug console, `leave` ends the machine. */
function bootSector(text: string): Uint8Array {
  const source = `
        org 0x7C00
        bits 16
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        cld
${text}
leave:  mov     al, 0
        out     ${EXIT}, al
put:    lodsb
        test    al, al
        jz      .end
        mov     dx, ${DEBUG_CONSOLE}
        out     dx, al
        jmp     put
.end:   ret
hex:    mov     cx, 4           ; AX
.next:  rol     ax, 4
        push    ax
        and     al, 15
        cmp     al, 10
        sbb     al, 0x69        ; the digit's character
        das
        mov     dx, ${DEBUG_CONSOLE}
        out     dx, al
        pop     ax
        loop    .next
        ret
        times 510 - ($ - $$) db 0
        dw 0xAA55
`;
  return assemble(source).bytes;
}

/** What the machine writes to the debug console until its guest ends it. */
async function consoleOf(options: Partial<MachineOptions>): Promise<string> {
  const machine = await Machine.create({
    memory: 16,
    boot: { bios },
    debugConsole: { iobase: DEBUG_CONSOLE },
    debugExit: { iobase: EXIT, iosize: 1 },
    ...options,
  });
  let text = '';
  machine.debugConsole.on('data', (bytes) => {
    text += Buffer.from(bytes).toString('latin1');
  });
  await machine.start();
  await machine.exited;
  return text;
}

/** A disk image that begins with this boot sector; sector n has n in its bytes from 1 on. */
function diskImage(sector: Uint8Array, sectors = 16384): Uint8Array {
  const image = new Uint8Array(sectors * SECTOR);
  for (let n = 1; n < sectors; n++) image.fill(n & 0xff, n * SECTOR, (n + 1) * SECTOR);
  image.set(sector);
  return image;
}

describe('the BIOS', () => {
  test.each(['interpreter', 'translator'] as const)('boots the first sector of a hard disk: %s', async (engine) => {
    const sector = bootSector(`
        mov     si, text
        call    put
        jmp     leave
text:   db 'here I am', 0
`);
    const text = await consoleOf({ engine, drives: [{ image: diskImage(sector), format: 'raw' }] });
    expect(text).toContain('rawiron BIOS\n');
    expect(text).toMatch(/Booting from hard disk\.\.\.\nhere I am$/);
  });

  test('reads sectors by cylinder, head and sector, and by number', async () => {
    const sector = bootSector(`
        mov     ax, 0x0201
        mov     bx, 0x8000
        mov     cx, 0x0003
        mov     dx, 0x0180
        int     0x13            ; head 1, sector 3: number 65
        mov     ax, [0x8000]
        call    hex
        mov     ah, 0x42
        mov     dl, 0x80
        mov     si, packet
        int     0x13
        mov     ax, [0x83FE]
        call    hex
        jmp     leave
packet: dw 16, 2, 0x8000, 0
        dq 98
`);
    const text = await consoleOf({ drives: [{ image: diskImage(sector), format: 'raw' }] });
    expect(text).toMatch(/\n41416363$/);
  });

  test('says what it tried', async () => {
    const machine = await Machine.create({ boot: { bios }, debugConsole: { iobase: DEBUG_CONSOLE } });
    const seen = Promise.withResolvers<string>();
    let text = '';
    machine.debugConsole.on('data', (bytes) => {
      text += Buffer.from(bytes).toString('latin1');
      if (text.includes('No bootable device.')) seen.resolve(text);
    });
    await machine.start();
    expect(await seen.promise).toMatch(
      /hard disk\.\.\.\nBoot failed: there is no such drive\.\nBooting from floppy\.\.\./,
    );
    await machine.stop();
  });
});
