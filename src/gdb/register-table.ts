/** A register in gdb's description. The place in the table is its number. */
export interface GdbRegister {
  readonly name: string;
  readonly bits: number;
  readonly type: string;
  readonly group?: 'float' | 'vector';
}

const integer = (name: string): GdbRegister => ({ name, bits: 32, type: 'int32' });
const pointer = (name: string): GdbRegister => ({ name, bits: 32, type: 'data_ptr' });
const flags = (name: string): GdbRegister => ({ name, bits: 32, type: `i386_${name}` });
const numbered = (name: string, bits: number, type: string): GdbRegister[] =>
  Array.from({ length: 8 }, (_, n) => ({ name: `${name}${n}`, bits, type }));

/**
 * The registers in the order of QEMU's description of the i386, which gdb has for Linux too as far as it goes: what was
 * recorded with one is read with the other.
 */
export const gdbRegisters: readonly GdbRegister[] = [
  ...['eax', 'ecx', 'edx', 'ebx'].map(integer),
  ...['esp', 'ebp'].map(pointer),
  ...['esi', 'edi'].map(integer),
  { name: 'eip', bits: 32, type: 'code_ptr' },
  flags('eflags'),
  ...['cs', 'ss', 'ds', 'es', 'fs', 'gs', 'fs_base', 'gs_base', 'k_gs_base'].map(integer),
  ...[flags('cr0'), integer('cr2'), flags('cr3'), flags('cr4'), integer('cr8'), flags('efer')],
  ...numbered('st', 80, 'i387_ext'),
  ...['fctrl', 'fstat', 'ftag', 'fiseg', 'fioff', 'foseg', 'fooff', 'fop'].map(
    (name) => ({ name, bits: 32, type: 'int', group: 'float' }) as const,
  ),
  ...numbered('xmm', 128, 'vec128'),
  { ...flags('mxcsr'), group: 'vector' },
];

/**
 * Bits of registers that gdb shows by their names (Intel SDM vol. 3, 2.3, 2.5 and 2.2.1; vol. 1, 10.2.3), in the order in which
 * it shows them with QEMU: the bit, or the first and the last one, and the name.
 */
export const bitNames: Readonly<Record<string, string>> = {
  i386_eflags:
    '21 ID, 20 VIP, 19 VIF, 18 AC, 17 VM, 16 RF, 14 NT, 12-13 IOPL, 11 OF, 10 DF, 9 IF, 8 TF, 7 SF, 6 ZF, 4 AF, 2 PF, 0 CF',
  i386_cr0: '31 PG, 30 CD, 29 NW, 18 AM, 16 WP, 5 NE, 4 ET, 3 TS, 2 EM, 1 MP, 0 PE',
  i386_cr3: '12-31 PDBR, 0-11 PCID',
  i386_cr4:
    '0 VME, 1 PVI, 2 TSD, 3 DE, 4 PSE, 5 PAE, 6 MCE, 7 PGE, 8 PCE, 9 OSFXSR, 10 OSXMMEXCPT, 11 UMIP, 12 LA57, 13 VMXE, 14 SMXE, ' +
    '16 FSGSBASE, 17 PCIDE, 18 OSXSAVE, 20 SMEP, 21 SMAP, 22 PKE',
  i386_efer: '15 TCE, 14 FFXSR, 13 LMSLE, 12 SVME, 11 NXE, 10 LMA, 8 LME, 0 SCE',
  i386_mxcsr: '0 IE, 1 DE, 2 ZE, 3 OE, 4 UE, 5 PE, 6 DAZ, 7 IM, 8 DM, 9 ZM, 10 OM, 11 UM, 12 PM, 15 FZ',
};
