import { guestTask } from './guests.ts';
import type { MicroTask } from './task.ts';

/** Twelve instructions as compilers write them; n tells their labels apart. ESI is at data, ESP at a stack. */
const twelve = (n: number) => `
        add     eax, [esi + 8]
        mov     [esi + 4], eax
        lea     edx, [eax + ecx * 4]
        cmp     edx, ebx
        jz      .a${n}
.a${n}: mov     ebx, [esi + 16]
        and     ebx, 255
        test    ebx, edx
        jnz     .b${n}
.b${n}: push    eax
        pop     edi
        sub     edi, 3
`;

/** Pieces of one and two instructions; a jump goes to what is after it. */
const pieces: readonly ((n: number) => string)[] = [
  () => 'mov eax, [esi + 8]',
  () => 'mov edx, [esi + 16]',
  () => 'mov [esi + 4], eax',
  () => 'mov ebx, edx',
  () => 'add ebx, eax',
  () => 'add eax, 5',
  () => 'and edx, 255',
  () => 'lea edi, [eax + ecx * 4]',
  () => 'sub edi, 3',
  () => 'xor ebx, edx',
  () => 'shr edi, 3',
  () => 'movzx edx, byte [esi + 12]',
  () => 'or edi, ebx',
  () => 'test byte [esi + 20], 4',
  () => 'push eax\n pop edi',
  (n) => `test esi, esi\n jz .c${n}\n.c${n}:`,
  (n) => `cmp esi, esp\n jb .d${n}\n.d${n}:`,
];

/** Pieces in an order that comes again after so many. */
function mixed(count: number, period: number): string {
  let random = 12_345;
  const next = () => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((random / 2 ** 32) * pieces.length);
  };
  const order = Array.from({ length: period }, next);
  return Array.from({ length: count }, (_, n) => pieces[order[n % period]](n)).join('\n');
}

function loopTask(name: string, body: string): MicroTask {
  const source = `again: mov esi, 0x600000\n mov esp, 0x610000\n${body}\n hlt\n jmp again\n`;
  const units = body.split('\n').filter((line) => /^ *[^. ]|: +[a-z]/.test(line)).length;
  return guestTask({ engine: 'interpreter', name, unit: 'instruction', units, source });
}

/**
 * Loops by how many instructions are in them: what the memory of decoded code costs. The same by how many come until they
 * are in the same order again: what the host's processor can predict.
 */
export function widthTasks(): MicroTask[] {
  const widths = [100, 2000, 8000].map((times) => {
    const body = Array.from({ length: times }, (_, n) => twelve(n)).join('');
    return loopTask(`${12 * times} instructions`, body);
  });
  const orders = [100, 1000, 4000].map((period) =>
    loopTask(`4000 pieces in an order of ${period}`, mixed(4000, period)),
  );
  return [...widths, ...orders];
}
