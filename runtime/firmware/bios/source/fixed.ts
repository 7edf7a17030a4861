/**
 * Addresses that programs of old know (IBM PC/AT Technical Reference): the entries of services, tables, the model. The
 * code is below them.
 */
const entries: readonly (readonly [address: number, name: string | null, text: string])[] = [
  [0xe05b, null, 'jmp     power_on'],
  [0xe2c3, 'ENTRY_NMI', 'jmp     nmi'],
  [0xe3fe, 'ENTRY_INT13', 'jmp     int13'],
  [0xe6f2, 'ENTRY_INT19', 'jmp     int19'],
  [0xe6f5, 'ENTRY_CONFIGURATION', 'dw 8\n        db MODEL, SUBMODEL, 1, 0x74, 0x40, 0, 0, 0'],
  [0xe739, 'ENTRY_INT14', 'jmp     int14'],
  [0xe82e, 'ENTRY_INT16', 'jmp     int16'],
  [0xe987, 'ENTRY_INT09', 'jmp     int09'],
  [0xec59, 'ENTRY_INT40', 'jmp     int40'],
  [0xef57, 'ENTRY_INT0E', 'jmp     int0E'],
  [0xefc7, 'ENTRY_FLOPPY_TABLE', 'db 0xAF, 0x02, 0x25, 0x02, 18, 0x1B, 0xFF, 0x6C, 0xF6, 0x0F, 0x08'],
  [0xefd2, 'ENTRY_INT17', 'jmp     int17'],
  [0xf065, 'ENTRY_INT10', 'jmp     int10'],
  [0xf0a4, 'ENTRY_VIDEO_TABLE', 'resb 88'],
  [0xf841, 'ENTRY_INT12', 'jmp     int12'],
  [0xf84d, 'ENTRY_INT11', 'jmp     int11'],
  [0xf859, 'ENTRY_INT15', 'jmp     int15'],
  [0xfa6e, 'ENTRY_FONT', 'resb FONT_BYTES'],
  [0xfe6e, 'ENTRY_INT1A', 'jmp     int1A'],
  [0xfea5, 'ENTRY_INT08', 'jmp     int08'],
  [0xff53, 'ENTRY_RETURN', 'iret'],
  [0xff54, 'ENTRY_INT05', 'jmp     int05'],
  [0xfff0, null, 'jmp     BIOS_SEGMENT:power_on'],
  [0xfff5, null, "db '01/01/26', 0"],
  [0xfffe, null, 'db MODEL, 0'],
];

const placed = entries.map(([address, name, text]) => {
  const label = name === null ? '' : `${name}:\n`;
  return `        resb 0x${address.toString(16)} - ($ - $$)\n${label}        ${text}\n`;
});

/** Everything from the end of the code to the end of the ROM. */
export const fixed = `
bits 16
MODEL           equ 0xFC        ; a PC/AT
SUBMODEL        equ 0x00
code_end:
${placed.join('')}
`;
