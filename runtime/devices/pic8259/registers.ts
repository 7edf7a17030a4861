/** Intel 8259A data sheet (231468), "Programming the 8259A"; ELCR: Intel 82371AB (PIIX4) data sheet, 4.2.3. */
export const Port = { master: 0x20, slave: 0xa0, elcrMaster: 0x4d0, elcrSlave: 0x4d1 } as const;

/** ICW1, written to A0 = 0. */
export const Icw1 = { icw4Needed: 0x01, single: 0x02, levelTriggered: 0x08, select: 0x10 } as const;

/** ICW4. Bit 0 (8086 mode) is taken as set: a PC's CPU asks for nothing else. */
export const Icw4 = { automaticEoi: 0x02, specialFullyNested: 0x10 } as const;

/** OCW2: bits 5-7 are the command, bits 0-2 a level. */
export const Ocw2 = { endOfInterrupt: 0x20, specific: 0x40, rotate: 0x80, command: 0xe0, level: 0x07 } as const;

/** OCW3, told from OCW2 by bit 3. */
export const Ocw3 = {
  select: 0x08,
  readIsr: 0x01,
  readRegister: 0x02,
  poll: 0x04,
  specialMask: 0x20,
  setSpecialMask: 0x40,
} as const;

/** The master's input that the slave's INT output drives. */
export const CASCADE = 2;

/** Lines that are always edge-triggered: 0, 1, 2 and 8, 13 (PIIX4, 4.2.3). */
export const ELCR_MASTER_MASK = 0xf8;
export const ELCR_SLAVE_MASK = 0xde;
