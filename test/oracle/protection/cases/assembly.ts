/** Assembly text that cases share. */

/** Puts a descriptor into the global table. */
export function put(selector: string, [low, high]: readonly [number, number]): string {
  return `mov dword [GDT_AT + ${selector}], ${low}\n mov dword [GDT_AT + ${selector} + 4], ${high}\n`;
}

/** Puts a gate there, or into another table. */
export function gate(at: string, selector: string, offset: string, access: number, count = 0): string {
  return `mov eax, ${offset}
  mov word [${at}], ax
  mov word [${at} + 2], ${selector}
  mov byte [${at} + 4], ${count}
  mov byte [${at} + 5], ${access}
  shr eax, 16
  mov word [${at} + 6], ax
`;
}

/** Turns on VM86 at a label of 16-bit code; the stack and the data segments are at DATA_AT. */
export function virtual(label: string, flags = 0): string {
  return `push dword DATA_AT >> 4
  push dword DATA_AT >> 4
  push dword DATA_AT >> 4
  push dword DATA_AT >> 4
  push dword DATA_AT >> 4
  push dword 0x800
  push dword ${0x20002 | flags}
  push dword ${label} >> 4
  push dword 0
  iretd
  align 16
  bits 16
${label}:
`;
}

/** After a case's VM86 code. */
export const virtualEnd = '\n int 0x81\n bits 32\n';
