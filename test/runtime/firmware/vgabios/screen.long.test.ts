import { expect, test } from 'vitest';
import { font16 } from '../../../../runtime/firmware/vgabios/fonts/index.ts';
import { buildVideoBios } from '../../../../runtime/firmware/vgabios/index.ts';
import { Machine } from '../../../../src/index.ts';
import { buildImage } from '../../../support/video-bios/harness.ts';

/** Prints the text on the screen of mode 3. */
const program = (text: string): string => `
calls_start:
        mov     si, .text
.next:  cs lodsb
        cmp     al, 0
        je      .stop
        mov     ah, 0x0E
        int     0x10
        jmp     .next
.stop:  hlt
        jmp     .stop
.text:  db      ${text}, 0
`;

const HEIGHT = 16;
const WIDTH = 9;

test('text is on the screen, in the characters of the font', async () => {
  const image = buildImage(buildVideoBios(), program("'Hello', 13, 10, 'Wor', 8, 'rld', 201, 205, 187, 13, 10"));
  const machine = await Machine.create({ boot: { bios: image }, vga: 'std' });
  try {
    await machine.start();
    await machine.screen.expect(/╗/);
    expect(await machine.screen.text()).toMatch(/^Hello\nWorld╔═╗\n/);
    const picture = await machine.screen.image();
    const lineOf = (row: number): number =>
      Array.from({ length: 8 }, (_, x) => picture.data[(row * picture.width + x) * 4]!).reduce(
        (bits, red) => (bits << 1) | (red > 0 ? 1 : 0),
        0,
      );
    expect(picture.width).toBe(80 * WIDTH);
    const lines = Array.from({ length: HEIGHT }, (_, row) => lineOf(row));
    const H = 'H'.charCodeAt(0) * HEIGHT;
    expect(lines).toEqual(font16().slice(H, H + HEIGHT));
  } finally {
    await machine.stop();
  }
});
