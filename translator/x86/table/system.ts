import * as far from '../../lift/far.ts';
import * as svm from '../../lift/svm.ts';
import * as lift from '../../lift/system.ts';
import * as x87 from '../../lift/x87.ts';
import { type FormOptions, type FormRow, form as row } from './form.ts';

function form(encoding: string, text: string, meaning: FormRow['lift'], options: FormOptions = {}): FormRow {
  return row(encoding, text, meaning, { class: 'sensitive', ...options });
}

/** Rows for encodings that no other row has: the first rows of the table, with operands of their own. */
export const special: FormRow[] = [
  // Raises #UD.
  form('invalid', '(bad)', lift.invalidOpcode),
  // More than 15 bytes: raises #GP(0) (Intel SDM vol. 2, 2.3.11).
  form('too long', '(bad)', lift.tooLong),
];

const interrupts: FormRow[] = [
  form('CC', 'INT3', lift.breakpoint, { flow: 'away' }),
  form('CD', 'INT Ib', far.interrupt, { flow: 'interrupt', reads: 'oszapc' }),
  form('CE', 'INTO', lift.overflow, { flow: 'away', reads: 'o' }),
  form('F1', 'INT1', lift.debugTrap, { flow: 'away' }),
  form('CF', 'IRET/IRETD', far.iret, { flow: 'away', writes: 'oszapc' }),
  form('62 /r', 'BOUND Gv,Ma', lift.bound),
  form('0F 0B', 'UD2', lift.invalidOpcode),
  form('0F B9 /r', 'UD1 Gv,Ev', lift.invalidOpcode),
  form('0F FF /r', 'UD0 Gv,Ev', lift.invalidOpcode),
  form('FA', 'CLI', lift.cli),
  form('FB', 'STI', lift.sti),
  form('F4', 'HLT', lift.hlt),
  form('F3 90', 'PAUSE', lift.pause),
];

const farTransfers: FormRow[] = [
  form('EA', 'JMP Ap', far.jmpFar, { flow: 'away' }),
  form('FF /5', 'JMP Mp', far.jmpFarIndirect, { flow: 'away' }),
  form('9A', 'CALL Ap', far.callFar, { flow: 'farCall' }),
  form('FF /3', 'CALL Mp', far.callFarIndirect, { flow: 'farCall' }),
  form('CB', 'RETF', far.retFar, { flow: 'away' }),
  form('CA', 'RETF Iw', far.retFarImmediate, { flow: 'away' }),
  form('0F 34', 'SYSENTER', lift.sysenter, { flow: 'away', feature: 'sep' }),
  form('0F 35', 'SYSEXIT', lift.sysexit, { flow: 'away', feature: 'sep' }),
];

const descriptorTables: FormRow[] = [
  form('0F 00 /0', 'SLDT Ewv', lift.sldt),
  form('0F 00 /1', 'STR Ewv', lift.str),
  form('0F 00 /2', 'LLDT Ew', lift.lldt),
  form('0F 00 /3', 'LTR Ew', lift.ltr),
  form('0F 00 /4', 'VERR Ew', lift.verr, { writes: 'z' }),
  form('0F 00 /5', 'VERW Ew', lift.verw, { writes: 'z' }),
  form('0F 01 /0', 'SGDT Ms', lift.sgdt),
  form('0F 01 /1', 'SIDT Ms', lift.sidt),
  form('0F 01 /2', 'LGDT Ms', lift.lgdt),
  form('0F 01 /3', 'LIDT Ms', lift.lidt),
  form('0F 02 /r', 'LAR Gv,Ew', lift.lar, { writes: 'z' }),
  form('0F 03 /r', 'LSL Gv,Ew', lift.lsl, { writes: 'z' }),
  form('63 /r', 'ARPL Ew,Gw', lift.arpl, { writes: 'z' }),
];

const controlRegisters: FormRow[] = [
  form('0F 01 /4', 'SMSW Ewv', lift.smsw),
  form('0F 01 /6', 'LMSW Ew', lift.lmsw),
  form('0F 06', 'CLTS', lift.clts),
  // The processor ignores mod, the second operand is always a register.
  form('0F 20 /0234', 'MOV Rd,Cd', lift.movFromControl, { undefined: 'oszapc' }),
  form('0F 22 /0234', 'MOV Cd,Rd', lift.movToControl, { undefined: 'oszapc' }),
  form('0F 21 /r', 'MOV Rd,Dd', lift.movFromDebug, { undefined: 'oszapc' }),
  form('0F 23 /r', 'MOV Dd,Rd', lift.movToDebug, { undefined: 'oszapc' }),
  form('0F 01 /7', 'INVLPG Mb', lift.invlpg),
  form('0F 08', 'INVD', lift.invd),
  form('0F 09', 'WBINVD', lift.wbinvd),
];

const ports: FormRow[] = [
  form('E4', 'IN AL,Ib', lift.input),
  form('E5', 'IN eAX,Ib', lift.input),
  form('EC', 'IN AL,DX', lift.input),
  form('ED', 'IN eAX,DX', lift.input),
  form('E6', 'OUT Ib,AL', lift.output),
  form('E7', 'OUT Ib,eAX', lift.output),
  form('EE', 'OUT DX,AL', lift.output),
  form('EF', 'OUT DX,eAX', lift.output),
];

const identification: FormRow[] = [
  form('0F A2', 'CPUID', lift.cpuid),
  form('0F 31', 'RDTSC', lift.rdtsc, { feature: 'tsc' }),
  form('0F 33', 'RDPMC', lift.rdpmc),
  form('NFx 0F C7 /6', 'RDRAND Rv', lift.rdrand, { feature: 'rdrand', writes: 'oszapc' }),
  form('0F 32', 'RDMSR', lift.rdmsr, { feature: 'msr' }),
  form('0F 30', 'WRMSR', lift.wrmsr, { feature: 'msr' }),
  form('0F AA', 'RSM', lift.rsm, { writes: 'oszapc' }),
];

/** Group 15 (0F AE); no prefix selects a form, every one gives #UD. */
const extendedState: FormRow[] = [
  form('NP 0F AE /0', 'FXSAVE Mfx', x87.fxsave, { feature: 'fxsr' }),
  form('NP 0F AE /1', 'FXRSTOR Mfx', x87.fxrstor, { feature: 'fxsr' }),
  form('NP 0F AE /2', 'LDMXCSR Md', x87.ldmxcsr, { feature: 'sse' }),
  form('NP 0F AE /3', 'STMXCSR Md', x87.stmxcsr, { feature: 'sse' }),
  form('NP 0F AE /4', 'XSAVE Mxs', x87.xsave, { feature: 'xsave' }),
  form('NP 0F AE /5', 'XRSTOR Mxs', x87.xrstor, { feature: 'xsave' }),
  form('0F 01 C1', 'VMCALL', lift.callHypervisor),
  form('NP 0F 01 D0', 'XGETBV', x87.xgetbv, { feature: 'xsave', class: 'plain' }),
  form('NP 0F 01 D1', 'XSETBV', x87.xsetbv, { feature: 'xsave' }),
];

const virtualization: FormRow[] = [
  form('0F 01 D8', 'VMRUN', svm.vmrun, { feature: 'svm', flow: 'away' }),
  form('0F 01 D9', 'VMMCALL', svm.vmmcall),
  form('0F 01 DA', 'VMLOAD', svm.vmload, { feature: 'svm' }),
  form('0F 01 DB', 'VMSAVE', svm.vmsave, { feature: 'svm' }),
  form('0F 01 DC', 'STGI', svm.stgi, { feature: 'svm' }),
  form('0F 01 DD', 'CLGI', svm.clgi, { feature: 'svm' }),
  form('0F 01 DF', 'INVLPGA', svm.invlpga, { feature: 'svm' }),
];

export const system: FormRow[] = [
  ...interrupts,
  ...farTransfers,
  ...descriptorTables,
  ...controlRegisters,
  ...ports,
  ...identification,
  ...extendedState,
  ...virtualization,
];
