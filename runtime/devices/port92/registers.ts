/** IBM PS/2 Hardware Interface Technical Reference, "System control port A"; Intel 82371AB (PIIX4) data sheet, 4.2.7. */
export const PORT = 0x92;

export const SystemControl = { reset: 0x01, a20: 0x02 } as const;
