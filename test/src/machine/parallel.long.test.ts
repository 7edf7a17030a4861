import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Machine } from '../../../src/index.ts';

/** A boot sector that prints by INT 17h and halts. */
const { bytes } = assemble(
  `
        xor     dx, dx
        mov     ah, 1
        int     0x17
        mov     si, text
next:   mov     al, [cs:si]
        inc     si
        or      al, al
        jz      done
        mov     ah, 0
        int     0x17
        jmp     next
done:   hlt
        jmp     done
text:   db      'on paper', 10, 0
        times   510 - ($ - $$) db 0
        dw      0xaa55
`,
  { origin: 0x7c00, bits: 16 },
);

test('what the guest prints on the parallel port is told', async () => {
  const image = new Uint8Array(1440 * 1024);
  image.set(bytes);
  await using machine = await Machine.create({ memory: 16, drives: [{ image, interface: 'floppy' }] });
  await machine.start();
  const [text] = await machine.parallel.expect(/.*\n/);
  expect(text).toBe('on paper\n');
});
