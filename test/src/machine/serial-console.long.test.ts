import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Machine, type MachineOptions } from '../../../src/index.ts';

/** Shows text by INT 10h in several ways, then the codes of keys. */
const program = `
bits 16
org 0x7C00
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7000
        mov     si, .hello
.text:  lodsb
        test    al, al
        jz      .window
        call    .put
        jmp     .text
.window:
        mov     ax, 0x0600          ; empties a window
        mov     bh, 0x1F
        mov     cx, 0x0A0A
        mov     dx, 0x0B14
        int     0x10
        mov     ah, 0x02
        mov     bh, 0
        mov     dx, 0x0B0C
        int     0x10
        mov     ax, 0x09CD          ; three double lines
        mov     bx, 0x004E
        mov     cx, 3
        int     0x10
        mov     ax, 0x1301          ; a string
        mov     bx, 0x0002
        mov     cx, 5
        mov     dx, 0x0D00
        mov     bp, .green
        int     0x10
        mov     ah, 0x02            ; beyond the edges of the screen
        mov     bh, 0
        mov     dx, 0x9763
        int     0x10
        mov     ax, 0x0E21
        int     0x10
        mov     ah, 0x02
        mov     bh, 0
        mov     dx, 0x0D05
        int     0x10
        mov     ah, 0x03
        mov     bh, 0
        int     0x10
        mov     bx, dx
        call    .hexadecimal
.key:   mov     ah, 0
        int     0x16
        mov     bx, ax
        call    .hexadecimal
        jmp     .key
.hexadecimal:
        mov     cx, 4
.digit: rol     bx, 4
        mov     al, bl
        and     al, 15
        add     al, '0'
        cmp     al, '9'
        jbe     .decimal
        add     al, 7
.decimal:
        call    .put
        loop    .digit
        mov     al, ' '
.put:   push    bx
        mov     ah, 0x0E
        mov     bx, 7
        int     0x10
        pop     bx
        ret
.hello: db 'hello', 13, 10, 'there', 8, '!', 0
.green: db 'green'
`;

/** A disk with a program in its boot sector. */
function diskWith(text: string): Uint8Array {
  const disk = new Uint8Array(1 << 20);
  disk.set(assemble(text, { bits: 16 }).bytes);
  disk.set([0x55, 0xaa], 510);
  return disk;
}

const options = {
  memory: 16,
  boot: { bios: 'rawiron' },
  drives: [{ image: diskWith(program), format: 'raw' }],
} satisfies MachineOptions;
/** The sequences that empty a terminal's screen. */
const EMPTY = '\x1b[0m\x1b[2J\x1b[H';
const COLOURS = '\x1b[0;1;37;44m';
const shown = [
  'hello\r\nthere\b!',
  `${COLOURS}\x1b[11;11H\x1b[11X\x1b[12;11H\x1b[11X`,
  '\x1b[12;13H\x1b[0;1;33;41m═══',
  '\x1b[14;1H\x1b[0;32;40mgreen',
  '\x1b[152;100H\x1b[0m!',
].join('');

test.each(['interpreter', 'translator'] as const)(
  'what INT 10h shows goes to a terminal at COM1, and what is typed there comes as keys: %s',
  async (engine) => {
    await using machine = await Machine.create({ ...options, engine, serialConsole: true });
    const seen: string[] = [];
    const decoder = new TextDecoder();
    machine.serial.on('data', (bytes) => void seen.push(decoder.decode(bytes, { stream: true })));
    await machine.start();
    await machine.serial.expect('0D05 ');
    expect(seen.join('').startsWith(`${EMPTY}rawiron BIOS\r\n\r\n16384 KB of memory\r\n`)).toBe(true);
    expect(seen.join('')).toContain(shown);
    machine.serial.write('aZ\r\x03\x1b[A\x1b[1;5B\x1bOP\x1b[24~\x7f');
    await machine.serial.expect('1E61 2C5A 1C0D 2E03 4800 5000 3B00 8600 0E08 ');
    // Alone it is the key.
    machine.serial.write('\x1b');
    await machine.serial.expect('011B ');
    expect(await machine.screen.text()).toContain('green');
  },
);

test('it does without a display adapter, too', async () => {
  await using machine = await Machine.create({ ...options, vga: 'none', serialConsole: true });
  await machine.start();
  machine.serial.write('k');
  expect(await machine.serial.expect('256B ')).toBeTruthy();
});

test('COM1 is left alone unless it is asked for', async () => {
  await using machine = await Machine.create(options);
  let bytes = 0;
  machine.serial.on('data', ({ length }) => {
    bytes += length;
  });
  await machine.start();
  await expect.poll(() => machine.screen.text(), { timeout: 60_000 }).toContain('green');
  expect(bytes).toBe(0);
});
