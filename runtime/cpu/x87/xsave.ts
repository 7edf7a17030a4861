/** XSAVE, XRSTOR and XSETBV: x87 and SSE, in the standard form (Intel SDM vol. 1, 13.4, 13.7 and 13.8). */
import { Xcr0 } from '../../../translator/abi/control-registers.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { Word } from '../../../translator/abi/state.ts';
import { raise } from '../../fault.ts';
import { zero } from './extended.ts';
import { ALL_EMPTY, Fpu, type FpuCpu } from './fpu.ts';
import { clearXmm, restoreFpu, restoreMxcsr, restoreXmm, saveFpu, saveXmm } from './fxsave.ts';
import { loadWords } from './image.ts';

/** The legacy region, which is FXSAVE's image, and the header. */
export const XSAVE_BYTES = 576;
const HEADER = 512;
const ALIGNMENT = 64;
/** The image's header: XSTATE_BV, the components in the image, and reserved words that are 0 in the standard form. */
const header = new Int32Array(6);

function requireAlignment(linear: number): void {
  if ((linear & (ALIGNMENT - 1)) !== 0) raise(Vector.generalProtection);
}

/** Components to save or restore: those enabled in XCR0 and asked for in EDX:EAX. */
const requested = (state: Int32Array): number => state[Word.xcr0]! & state[Word.eax]!;

/** Raises #GP(0) for an operand that is not aligned, #PF. All that is asked for counts as in use. */
export function xsave(cpu: FpuCpu, linear: number): void {
  requireAlignment(linear);
  const { memory, state } = cpu;
  memory.current.probeWrite(linear, XSAVE_BYTES);
  const parts = requested(state);
  if (parts & Xcr0.x87) saveFpu(cpu, linear);
  if (parts & Xcr0.sse) saveXmm(cpu, linear);
  memory.current.store32(linear + HEADER, memory.current.load32(linear + HEADER) | parts);
}

/** Raises #GP(0) for an operand that is not aligned, a header for other parts or in another form, bits of MXCSR; #PF. */
export function xrstor(cpu: FpuCpu, linear: number): void {
  requireAlignment(linear);
  const { memory, state } = cpu;
  loadWords(memory, linear + HEADER, header);
  const present = header[0]!;
  memory.current.load32(linear);
  memory.current.load32(linear + XSAVE_BYTES - 4);
  if ((present & ~state[Word.xcr0]!) !== 0 || header.some((word, n) => n > 0 && word !== 0))
    raise(Vector.generalProtection);
  const parts = requested(state);
  if (parts & Xcr0.sse) {
    restoreMxcsr(cpu, linear);
    if (present & Xcr0.sse) restoreXmm(cpu, linear);
    else clearXmm(cpu);
  }
  if ((parts & Xcr0.x87) === 0) return;
  if (present & Xcr0.x87) restoreFpu(cpu, linear);
  else clearFpu(cpu);
}

function clearFpu(cpu: FpuCpu): void {
  const fpu = new Fpu(cpu);
  fpu.initialize();
  for (let register = 0; register < 8; register++) fpu.writePhysical(register, zero(0));
  cpu.state[Word.fpuTag] = ALL_EMPTY;
}

/** XSETBV. ECX names the register: XCR0 is the only one, and in it x87 is always managed. */
export function writeExtendedControl({ state }: FpuCpu): void {
  const value = state[Word.eax]!;
  const isValid = (value & Xcr0.x87) !== 0 && (value & ~(Xcr0.x87 | Xcr0.sse)) === 0;
  if (state[Word.ecx] !== 0 || state[Word.edx] !== 0 || !isValid) raise(Vector.generalProtection);
  state[Word.xcr0] = value;
}
