import { Cr0, Cr4, Efer } from '../../../translator/abi/control-registers.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { realRights } from '../../../translator/abi/rights.ts';
import { Eflags, HostInterrupts, Shadow, Word, wordCounts } from '../../../translator/abi/state.ts';
import { raise } from '../../fault.ts';
import { NestedMode } from '../../memory/nested-paging.ts';
import type { Cpu } from '../cpu.ts';
import { inject } from '../interrupts.ts';
import { vm86Rights } from '../segmentation.ts';
import { hasNestedPaging, isGuestAllowed } from './allowed.ts';
import { setGlobalInterruptFlag } from './interrupts.ts';
import { hostArea, refuseGuest } from './leave.ts';
import { Control, ControlBlock, Event, Save, Virtual } from './vmcb.ts';
import { loadGuestWorld, loadPat, loadWorld, savePat, saveWorld, settle } from './world.ts';

const PAGE_MASK = 0xfff;

/** VMRUN (AMD64 Architecture Programmer's Manual vol. 2, 15.5): `vmcb` is a physical address. */
export function runGuest(cpu: Cpu, vmcb: number, nextEip: number): void {
  const block = controlBlock(cpu, vmcb);
  saveWorld(cpu, hostArea(cpu), nextEip);
  savePat(cpu, hostArea(cpu));
  if (!isGuestAllowed(cpu, block)) {
    refuseGuest(cpu, block);
    return;
  }
  loadControls(cpu, block, vmcb);
  loadRegisters(cpu, block);
  if (settle(cpu)) injectEvent(cpu, block);
  else refuseGuest(cpu, block);
}

/** The VMCB at a physical address; raises #GP(0) if it doesn't begin a page. */
export function controlBlock(cpu: Cpu, vmcb: number): ControlBlock {
  if (vmcb & PAGE_MASK) raise(Vector.generalProtection);
  return new ControlBlock(cpu, vmcb >>> 0);
}

/** Nested tables are of the kind that the host's are (15.25.3). */
function loadNestedPaging(cpu: Cpu, block: ControlBlock): void {
  const { state } = cpu;
  if (!hasNestedPaging(cpu, block)) return;
  const [cr4, efer] = [state[Word.cr4]!, state[Word.efer]!];
  const pae = cr4 & Cr4.pae ? NestedMode.pae : 0;
  const pse = cr4 & Cr4.pse ? NestedMode.pse : 0;
  state[Word.nestedMode] = NestedMode.on | pae | pse | (efer & Efer.nxe ? NestedMode.nx : 0);
  state[Word.nestedCr3] = block.load(Control.nestedCr3);
  loadPat(cpu, block);
}

function loadControls(cpu: Cpu, block: ControlBlock, vmcb: number): void {
  const { state } = cpu;
  const virtual = block.load(Control.virtualInterrupt);
  // The host's IF counts, which is still there.
  const accepts = (state[Word.eflags]! & Eflags.if) !== 0 ? HostInterrupts.accepted : HostInterrupts.held;
  state[Word.hostInterrupts] = virtual & Virtual.masksInterrupts ? accepts : HostInterrupts.byFlag;
  state[Word.guestMode] = 1;
  setGlobalInterruptFlag(cpu);
  state[Word.vmcb] = vmcb;
  for (let n = 0; n < wordCounts.intercepts!; n++) state[Word.intercepts + n] = block.load(Control.intercepts + 4 * n);
  state[Word.portMapPage] = block.loadPage(Control.portMap);
  state[Word.registerMapPage] = block.loadPage(Control.registerMap);
  state[Word.virtualInterrupt] = virtual;
  state[Word.virtualVector] = block.load(Control.virtualVector) & 0xff;
  state[Word.guestTimestampLow] = block.load(Control.timestampOffset);
  state[Word.guestTimestampHigh] = block.load(Control.timestampOffset + 4);
  loadNestedPaging(cpu, block);
}

function loadRegisters(cpu: Cpu, block: ControlBlock): void {
  const { state } = cpu;
  const isProtected = (block.load(Save.cr0) & Cr0.pe) !== 0;
  const isVm86 = isProtected && (block.load(Save.eflags) & Eflags.vm) !== 0;
  loadWorld(cpu, block, isProtected ? (isVm86 ? vm86Rights : 0) : realRights);
  // There is no virtual-8086 mode in real mode.
  if (!isProtected) state[Word.eflags] &= ~Eflags.vm;
  loadGuestWorld(cpu, block);
  const privilege = block.load(Save.privilege) >>> 24;
  state[Word.cpl] = isProtected ? (isVm86 ? 3 : privilege & 3) : 0;
  state[Word.interruptShadow] = block.load(Control.interruptShadow) & 1 ? Shadow.interrupts : Shadow.none;
  state[Word.shadowedEip] = state[Word.eip]!;
}

/** Delivers the event of EVENTINJ before the guest's first instruction (15.20). */
function injectEvent(cpu: Cpu, block: ControlBlock): void {
  const event = block.load(Control.injectedEvent);
  if ((event & Event.valid) === 0) return;
  const type = event & Event.type;
  const vector = type === Event.nmi ? Vector.nmi : event & 0xff;
  const needsGate = isTrap(type, vector);
  const errorCode = event & Event.hasErrorCode ? block.load(Control.injectedEvent + 4) & 0xffff : -1;
  inject(cpu, { vector, kind: kindOf(type), errorCode, needsGate }, returnAddress(cpu, block, type, vector));
}

function kindOf(type: number) {
  if (type === Event.exception) return 'exception';
  return type === Event.software ? 'software' : 'hardware';
}

/** Whether an event is as if raised by INT3 or INTO. */
function isTrap(type: number, vector: number): boolean {
  return type === Event.exception && (vector === Vector.breakpoint || vector === Vector.overflow);
}

/** Where the handler returns to: after the instruction that stands for a software interrupt, where the VMCB tells that. */
function returnAddress({ model, state }: Cpu, block: ControlBlock, type: number, vector: number): number {
  const isSoftware = type === Event.software || isTrap(type, vector);
  return isSoftware && model.features.has('nrip-save') ? block.load(Control.nextEip) : state[Word.eip]!;
}
