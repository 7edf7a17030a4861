import type { Form } from '../../../translator/x86/table/form.ts';
import { forms } from '../../../translator/x86/table/index.ts';

const integer = new Set(['base', 'cmov', 'cx8', 'popcnt', 'movbe']);
const media = new Set(['mmx', 'sse', 'sse2', 'pni', 'ssse3', 'sse4.1', 'sse4.2', 'aes', 'pclmulqdq']);
export const stackMnemonics = /^(PUSH|POP(AD|FD)?$|LEAVE|ENTER)/;
const stringMnemonics = /^(MOVS|CMPS|STOS|LODS|SCAS)[BD]$/;
export const isString = ({ operands }: Form): boolean => operands.some((kind) => /^[XY]/.test(kind));

/** The last bit of transcendental functions and of approximations may differ. */
const approximate = /^(F2XM1|FYL2X|FYL2XP1|FPTAN|FPATAN|FSIN|FCOS|FSINCOS|R(CP|SQRT)[PS]S)$/;
/** C1 after these is 0 on some processors, and as before on others. */
const compareAndSetFlags = /^FU?COMIP?$/;
/** Their halves may have different NaNs where several operands are one. */
const dotProducts = /^DPP[SD]$/;
/** With operands of their own in other snippets (fpu-state.ts), or without effect. */
const environment = /^(FNSAVE|FNSTENV|FRSTOR|FLDENV|FNENI|FNDISI|FNSETPM|FLDCW|LDMXCSR)$/;
const unwanted = [approximate, compareAndSetFlags, dotProducts, environment];
const isWanted = ({ mnemonic }: Form): boolean => !unwanted.some((pattern) => pattern.test(mnemonic));

/** POPFD, which comes with flags in other snippets, and POP of FS or GS, of which the harness needs one. */
const isOtherPop = ({ mnemonic, operands }: Form): boolean =>
  mnemonic === 'POPFD' || (mnemonic === 'POP' && /^[FG]S$/.test(operands[0] ?? ''));

/** Instructions that user code may not run; not UD0, which has a ModR/M byte for some processors only. */
const privileged =
  /^(CLI|STI|HLT|IN|OUT|INS[BD]|OUTS[BD]|CLTS|INVD|WBINVD|LGDT|LIDT|LLDT|LTR|LMSW|INVLPG|RDMSR|WRMSR|RSM|UD[12])$/;

/** Instructions that programs are made of. */
export const pools = {
  plain: forms.filter(
    (form) =>
      form.class === 'plain' && integer.has(form.feature) && !isString(form) && !stackMnemonics.test(form.mnemonic),
  ),
  string: forms.filter((form) => form.class === 'plain' && isString(form) && stringMnemonics.test(form.mnemonic)),
  stack: forms.filter((form) => stackMnemonics.test(form.mnemonic) && !isOtherPop(form)),
  media: forms.filter((form) => media.has(form.feature) && isWanted(form)),
  x87: forms.filter(
    (form) => (form.feature === 'fpu' || (form.feature === 'cmov' && form.class === 'escape')) && isWanted(form),
  ),
  privileged: forms.filter(({ mnemonic }) => privileged.test(mnemonic)),
} as const;
