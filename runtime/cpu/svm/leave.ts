import { Cr0 } from '../../../translator/abi/control-registers.ts';
import { Exit } from '../../../translator/abi/exits.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { Eflags, Halt, HostInterrupts, Shadow, Word, wordCounts } from '../../../translator/abi/state.ts';
import type { ExitInformation } from '../../fault.ts';
import { DEBUG_CONTROL_FIXED } from '../breakpoints.ts';
import type { Cpu } from '../cpu.ts';
import { Dr6 } from '../debug.ts';
import { shadowNow } from '../flag-instructions.ts';
import type { InterruptKind } from '../observer.ts';
import { clearGlobalInterruptFlag } from './interrupts.ts';
import { Control, ControlBlock, Event } from './vmcb.ts';
import { loadPat, loadWorld, saveGuestWorld, savePat, saveWorld, settle } from './world.ts';

/** An interrupt or exception on its way to a guest's handler; without an error code that is -1. */
export interface GuestEvent {
  readonly vector: number;
  readonly kind: InterruptKind;
  readonly errorCode: number;
  /** Its gate must be for the guest's privilege level, as with INT3 and INTO; else left out. */
  readonly needsGate?: boolean;
}

/** Why and where a guest is left. */
export interface GuestExit {
  /** A code of translator/abi/exits.ts. */
  readonly code: number;
  readonly information?: ExitInformation;
  /** Where the guest goes on, and the address after the intercepted instruction: 0 where there is none. */
  readonly eip: number;
  readonly nextEip: number;
  /** The event whose delivery has led to the exit. */
  readonly during?: GuestEvent | undefined;
}

/** #VMEXIT (AMD64 Architecture Programmer's Manual vol. 2, 15.6): saves the guest, and goes on with the host after its VMRUN. */
export function leaveGuest(cpu: Cpu, exit: GuestExit): void {
  const { state } = cpu;
  const block = new ControlBlock(cpu, state[Word.vmcb]! >>> 0);
  state[Word.eip] = exit.eip;
  saveWorld(cpu, block, exit.eip);
  saveGuestWorld(cpu, block);
  if (state[Word.nestedMode] !== 0) savePat(cpu, block);
  block.store(Control.virtualInterrupt, state[Word.virtualInterrupt]!);
  block.store64(Control.interruptShadow, shadowNow(state) === Shadow.none ? 0 : 1);
  storeReason(cpu, block, exit);
  resumeHost(cpu);
}

/** VMRUN of a VMCB that is not allowed: of the guest nothing is saved. */
export function refuseGuest(cpu: Cpu, block: ControlBlock): void {
  block.store64(Control.exitCode, Exit.invalid, Exit.invalid);
  for (const at of [0, 8]) block.store64(Control.exitInformation + at, 0);
  block.store64(Control.exitInterruption, 0);
  resumeHost(cpu);
}

/** Exits before an instruction has run that tell no EIP after it: they are not for the instruction's sake (15.7.1). */
const withoutNext: ReadonlySet<number> = new Set([Exit.nestedPageFault, Exit.taskSwitch]);

function storeReason(
  cpu: Cpu,
  block: ControlBlock,
  { code, information = [0, 0, 0, 0], nextEip, during }: GuestExit,
): void {
  const [first, firstHigh, second, secondHigh] = information;
  block.store64(Control.exitCode, code);
  block.store64(Control.exitInformation, first, firstHigh);
  block.store64(Control.exitInformation + 8, code === Exit.port ? nextEip : second, secondHigh);
  block.store64(Control.exitInterruption, during ? eventOf(during) : 0, Math.max(during?.errorCode ?? 0, 0));
  block.store(Control.injectedEvent, block.load(Control.injectedEvent) & ~Event.valid);
  if (cpu.model.features.has('nrip-save')) block.store64(Control.nextEip, withoutNext.has(code) ? 0 : nextEip);
}

/** An event as EXITINTINFO has it. */
function eventOf({ vector, kind, errorCode }: GuestEvent): number {
  const type = {
    exception: Event.exception,
    software: Event.software,
    hardware: vector === Vector.nmi ? Event.nmi : Event.interrupt,
  };
  return Event.valid | type[kind] | (errorCode < 0 ? 0 : Event.hasErrorCode) | vector;
}

/** Words that are 0 while no guest runs. */
const guestWords = [
  Word.nestedMode,
  Word.nestedCr3,
  Word.guestMode,
  Word.virtualInterrupt,
  Word.virtualVector,
  Word.guestTimestampLow,
  Word.guestTimestampHigh,
];

/** Goes on with the host, all interrupts held off. */
function resumeHost(cpu: Cpu): void {
  const { state } = cpu;
  if (state[Word.nestedMode] !== 0) loadPat(cpu, hostArea(cpu));
  for (const word of guestWords) state[word] = 0;
  state.fill(0, Word.intercepts, Word.intercepts + wordCounts.intercepts!);
  state[Word.hostInterrupts] = HostInterrupts.byFlag;
  clearGlobalInterruptFlag(cpu);
  state[Word.interruptShadow] = Shadow.none;
  state[Word.cpl] = 0;
  state[Word.debug + 7] = DEBUG_CONTROL_FIXED;
  loadWorld(cpu, hostArea(cpu), 0);
  // Whatever the area holds (15.6).
  state[Word.cr0] |= Cr0.pe;
  state[Word.eflags] &= ~Eflags.vm;
  if (settle(cpu)) {
    // That of VMRUN, which is one instruction to the host and done now (15.5.1).
    if ((state[Word.eflags]! & Eflags.tf) !== 0) state[Word.debugTraps] = Dr6.singleStep;
    return;
  }
  state[Word.halted] = Halt.shutdown;
  cpu.observer?.shutDown([]);
  cpu.onShutdown([]);
}

/** Where the host's state is kept while a guest runs (VM_HSAVE_PA), in the form of a VMCB. */
export function hostArea(cpu: Cpu): ControlBlock {
  const [low, high] = [cpu.state[Word.hostSaveArea]! >>> 0, cpu.state[Word.hostSaveArea + 1]! >>> 0];
  return new ControlBlock(cpu, high * 2 ** 32 + low);
}
