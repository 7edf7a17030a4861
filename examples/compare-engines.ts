/** Runs one piece of code on both engines: does the same come out, and how long does each take? */
import { Machine } from 'rawiron';

/** 16-bit code: EAX = the product of EAX = 3 with itself, plus ECX, over and over; it ends with AL. */
const code = [
  ...[0x66, 0xb8, 3, 0, 0, 0], //               mov eax, 3
  ...[0x66, 0xb9, 0x00, 0x2d, 0x31, 0x01], //   mov ecx, 20000000
  ...[0x66, 0x0f, 0xaf, 0xc0], //          loop: imul eax, eax
  ...[0x66, 0x01, 0xc8], //                      add eax, ecx
  ...[0x66, 0x49], //                            dec ecx
  ...[0x75, 0xf5], //                            jnz loop
  ...[0xe6, 0xf4], //                            out 0xf4, al
];

/** The code in a ROM: it stands at F000:0000; the processor starts at F000:FFF0, with a jump there. */
const bios = new Uint8Array(0x10000);
bios.set(code);
bios.set([0xea, 0, 0, 0, 0xf0], 0xfff0);

for (const engine of ['interpreter', 'translator'] as const) {
  const debugExit = { iobase: 0xf4, iosize: 4 };
  const machine = await Machine.create({ memory: 16, engine, boot: { bios }, debugExit });
  try {
    const start = performance.now();
    await machine.start();
    const { code } = await machine.exited;
    console.log(`${engine}: AL = ${(code - 1) / 2}, ${Math.round(performance.now() - start)} ms`);
  } finally {
    await machine.stop();
  }
}
