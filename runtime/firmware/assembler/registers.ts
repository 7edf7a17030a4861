import type { RegisterFile, RegisterOperand } from '../../../translator/x86/encode-operand.ts';

interface RegisterRow {
  readonly names: string;
  readonly file: RegisterFile;
  readonly bytes: number;
}

/** Names in the order of their encodings (Intel SDM vol. 2, table 2-2 and appendix B.1.4). */
const rows: readonly RegisterRow[] = [
  { names: 'al cl dl bl ah ch dh bh', file: 'general', bytes: 1 },
  { names: 'ax cx dx bx sp bp si di', file: 'general', bytes: 2 },
  { names: 'eax ecx edx ebx esp ebp esi edi', file: 'general', bytes: 4 },
  { names: 'es cs ss ds fs gs', file: 'segment', bytes: 2 },
  { names: 'cr0 cr1 cr2 cr3 cr4 cr5 cr6 cr7', file: 'control', bytes: 4 },
  { names: 'dr0 dr1 dr2 dr3 dr4 dr5 dr6 dr7', file: 'debug', bytes: 4 },
  { names: 'st0 st1 st2 st3 st4 st5 st6 st7', file: 'x87', bytes: 10 },
  { names: 'mm0 mm1 mm2 mm3 mm4 mm5 mm6 mm7', file: 'mmx', bytes: 8 },
  { names: 'xmm0 xmm1 xmm2 xmm3 xmm4 xmm5 xmm6 xmm7', file: 'xmm', bytes: 16 },
];

function operands({ names, file, bytes }: RegisterRow): [string, RegisterOperand][] {
  return names.split(' ').map((name, number) => [name, { kind: 'register', file, number, bytes }]);
}

/** Registers by their names in lower case. */
export const registers: ReadonlyMap<string, RegisterOperand> = new Map(rows.flatMap(operands));
