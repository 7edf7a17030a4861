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

/** Loops by how many instructions are in them: what the memory of decoded code costs. */
export function widthTasks(): MicroTask[] {
  return [100, 2000, 8000].map((times) => {
    const body = Array.from({ length: times }, (_, n) => twelve(n)).join('');
    const source = `again: mov esi, 0x600000\n mov esp, 0x610000\n${body} hlt\n jmp again\n`;
    const units = 12 * times;
    return guestTask({ engine: 'interpreter', name: `${units} instructions`, unit: 'instruction', units, source });
  });
}
