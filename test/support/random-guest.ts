import { GENERATION_ID_BASE } from '../../runtime/devices/vmgenid/registers.ts';
import { assemble } from '../../runtime/firmware/assembler/index.ts';
import type { Machine } from '../../src/index.ts';

const BASE = 0x100000;
const [MAGIC, FLAGS] = [0x1badb002, 0x10000];

/** 32-bit code that sends 16 bytes of the generation ID to COM1, and 16 bytes of RDRAND, whenever a byte comes there. */
export const answerRandom = `again:  mov dx, 0x3fd
        in al, dx
        test al, 1
        jz again
        mov dx, 0x3f8
        in al, dx
        mov esi, ${GENERATION_ID_BASE}
        mov ecx, 16
of_id:  lodsb
        out dx, al
        loop of_id
        mov ecx, 4
words:  rdrand eax
        mov ebx, 4
bytes:  out dx, al
        shr eax, 8
        dec ebx
        jnz bytes
        loop words
        jmp again`;

/** That code as a Multiboot kernel. */
export const randomKernel = assemble(
  `        bits 32
        org ${BASE}
file:   dd ${MAGIC}, ${FLAGS}, ${2 ** 32 - MAGIC - FLAGS}
        dd file, file, 0, 0, again
${answerRandom}`,
).bytes;

/** The answer of the guest of a machine that runs, in hexadecimal digits. */
export async function askRandom(machine: Machine): Promise<{ id: string; random: string }> {
  const bytes: number[] = [];
  const answered = Promise.withResolvers<void>();
  const take = (part: Uint8Array) => {
    bytes.push(...part);
    if (bytes.length === 32) answered.resolve();
  };
  machine.serial.on('data', take);
  await machine.serial.write('.');
  await answered.promise;
  machine.serial.off('data', take);
  const digits = Buffer.from(bytes).toString('hex');
  return { id: digits.slice(0, 32), random: digits.slice(32) };
}
