import type { Lift } from './lifter.ts';
import { unlifted } from './unlifted.ts';

// Interrupt flag, flags image, interrupts.
export const cli: Lift = unlifted;
export const sti: Lift = unlifted;
export const popf: Lift = unlifted;
export const interrupt: Lift = unlifted;
export const breakpoint: Lift = unlifted;
export const debugTrap: Lift = unlifted;
export const overflow: Lift = unlifted;
export const iret: Lift = unlifted;
export const bound: Lift = unlifted;
export const invalidOpcode: Lift = unlifted;
export const tooLong: Lift = unlifted;
export const hlt: Lift = unlifted;

// Far transfers.
export const jmpFar: Lift = unlifted;
export const jmpFarIndirect: Lift = unlifted;
export const callFar: Lift = unlifted;
export const callFarIndirect: Lift = unlifted;
export const retFar: Lift = unlifted;
export const retFarImmediate: Lift = unlifted;
export const sysenter: Lift = unlifted;
export const sysexit: Lift = unlifted;

// Segment registers and selectors.
export const movToSegment: Lift = unlifted;
export const popSegment: Lift = unlifted;
export const loadFarPointer: Lift = unlifted;
export const arpl: Lift = unlifted;
export const lar: Lift = unlifted;
export const lsl: Lift = unlifted;
export const verr: Lift = unlifted;
export const verw: Lift = unlifted;
export const sldt: Lift = unlifted;
export const str: Lift = unlifted;
export const lldt: Lift = unlifted;
export const ltr: Lift = unlifted;
export const sgdt: Lift = unlifted;
export const sidt: Lift = unlifted;
export const lgdt: Lift = unlifted;
export const lidt: Lift = unlifted;

// Stack frames.
export const pusha: Lift = unlifted;
export const popa: Lift = unlifted;
export const enter: Lift = unlifted;

// Control and debug registers.
export const movFromControl: Lift = unlifted;
export const movToControl: Lift = unlifted;
export const movFromDebug: Lift = unlifted;
export const movToDebug: Lift = unlifted;
export const smsw: Lift = unlifted;
export const lmsw: Lift = unlifted;
export const clts: Lift = unlifted;
export const invlpg: Lift = unlifted;
export const invd: Lift = unlifted;
export const wbinvd: Lift = unlifted;

// Ports.
export const input: Lift = unlifted;
export const output: Lift = unlifted;
export const inputString: Lift = unlifted;
export const outputString: Lift = unlifted;

// Identification, counters, model-specific registers, system management.
export const cpuid: Lift = unlifted;
export const rdtsc: Lift = unlifted;
export const rdpmc: Lift = unlifted;
export const rdmsr: Lift = unlifted;
export const wrmsr: Lift = unlifted;
export const rsm: Lift = unlifted;
