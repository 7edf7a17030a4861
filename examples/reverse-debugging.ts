/**
 * Debugs a kernel backwards: something has overwritten a word of its memory long before it notices. From where it ends the machine goes
 * back to the last write of that word. gdb does the same with reverse-continue (docs/debugging.md).
 */
import { Machine } from 'rawiron';

/** A word that nobody is to write, among 256 KB that the kernel fills at random. */
const WORD = 0x204000;

const kernel = multibootKernel([
  ...[0xb9, 0x80, 0x84, 0x1e, 0x00], //                    mov ecx, 2000000
  ...[0x69, 0xc0, 0x0d, 0x66, 0x19, 0x00], //       again: imul eax, eax, 1664525
  ...[0x05, 0x5f, 0xf3, 0x6e, 0x3c], //                    add eax, 1013904223
  ...[0x89, 0xc3, 0xc1, 0xeb, 0x10], //                    mov ebx, eax; shr ebx, 16
  ...[0x89, 0x04, 0x9d, 0x00, 0x00, 0x20, 0x00], //        mov [ebx * 4 + 0x200000], eax
  ...[0x49, 0x75, 0xe6], //                                dec ecx; jnz again
  ...[0xa1, 0x00, 0x40, 0x20, 0x00, 0xe6, 0xf4], //        mov eax, [WORD]; out 0xf4, al    isa-debug-exit
]);

const machine = await Machine.create({
  ...{ memory: 16, boot: { kernel }, debugExit: { iobase: 0xf4, iosize: 4 } },
  icount: { shift: 3 },
});
try {
  await goBack();
} finally {
  await machine.stop();
}

async function goBack(): Promise<void> {
  const { history } = machine;
  await history.keep();
  await history.continue({});
  console.log(`The kernel ends after ${await instructions()} instructions. The word is ${await word()} then.`);

  const stop = await history.continueBack({ watchpoints: [{ kind: 'write', address: WORD, length: 4 }] });
  console.log(`${stop.reason}: after ${await instructions()} instructions it is ${await word()}.`);

  await history.seek((await instructions()) + 1);
  console.log(`The next instruction makes it ${await word()}.`);
}

async function instructions(): Promise<number> {
  return (await machine.metrics()).instructions;
}

async function word(): Promise<string> {
  const bytes = await machine.memoryRead(WORD, 4);
  return Buffer.from(bytes).reverse().toString('hex');
}

/** A Multiboot kernel of so many bytes of 32-bit code, which is loaded at 1 MB. */
function multibootKernel(code: readonly number[]): Uint8Array {
  const [magic, flags, address, headerBytes] = [0x1badb002, 1 << 16, 0x100000, 32];
  const end = address + headerBytes + code.length;
  const header = [magic, flags, -(magic + flags), address, address, end, end, address + headerBytes];
  return new Uint8Array([...new Uint8Array(new Int32Array(header).buffer), ...code]);
}
