import { Cr0, Cr4, Efer } from '../../../translator/abi/control-registers.ts';
import { Exit } from '../../../translator/abi/exits.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import { realRights } from '../../../translator/abi/rights.ts';
import { Eflags, HostInterrupts, Shadow, Word, wordCounts } from '../../../translator/abi/state.ts';
import { raise } from '../../fault.ts';
import { NestedMode } from '../../memory/nested-paging.ts';
import { PHYSICAL_BITS } from '../../memory/page-entry.ts';
import { cr4Bits, hasAllowedCacheBits } from '../control.ts';
import type { Cpu } from '../cpu.ts';
import { inject } from '../interrupts.ts';
import { isAttributeTable } from '../memory-types.ts';
import { vm86Rights } from '../segmentation.ts';
import { hostArea, refuseGuest } from './leave.ts';
import { Control, ControlBlock, Event, Save, Virtual } from './vmcb.ts';
import { loadGuestWorld, loadPat, loadWorld, savePat, saveWorld, settle } from './world.ts';

const PAGE_MASK = 0xfff;
/** Bits of an address's upper word that no processor has. */
const BEYOND_MEMORY = -1 << (PHYSICAL_BITS - 32);
/** Pages of all addresses that one has. */
const MEMORY_PAGES = 2 ** PHYSICAL_BITS / PAGE_BYTES;
const NMI = 2;
const EXCEPTIONS = 32;
/** Types of events that can be injected, a bit each. */
const eventTypes = [Event.interrupt, Event.nmi, Event.exception, Event.software].reduce(
  (set, type) => set | (1 << (type >>> 8)),
  0,
);

/** VMRUN (AMD64 Architecture Programmer's Manual vol. 2, 15.5): `vmcb` is a physical address. */
export function runGuest(cpu: Cpu, vmcb: number, nextEip: number): void {
  const block = controlBlock(cpu, vmcb);
  saveWorld(cpu, hostArea(cpu), nextEip);
  savePat(cpu, hostArea(cpu));
  if (!isAllowed(cpu, block)) {
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

/** Whether VMRUN accepts a VMCB (15.5.1). */
function isAllowed(cpu: Cpu, block: ControlBlock): boolean {
  return (
    areControlsAllowed(cpu, block) &&
    areRegistersAllowed(cpu, block) &&
    isEventAllowed(block.load(Control.injectedEvent))
  );
}

function areControlsAllowed(cpu: Cpu, block: ControlBlock): boolean {
  const interceptsRun = block.load(Control.intercepts + 4 * (Exit.vmrun >>> 5)) & (1 << (Exit.vmrun & 31));
  if (isNested(cpu, block) && !isNestingAllowed(cpu, block)) return false;
  const areMapsInMemory = isMapInMemory(block, Control.portMap) && isMapInMemory(block, Control.registerMap);
  return interceptsRun !== 0 && areMapsInMemory && block.load(Control.asid) !== 0;
}

/** Whether a guest may have nested paging (15.25.4): the host has paging, N_CR3 no bits too many, and G_PAT holds types. */
function isNestingAllowed({ model, state }: Cpu, block: ControlBlock): boolean {
  const isPatAllowed = !model.features.has('pat') || isAttributeTable(...block.load64(Save.pat));
  const isInMemory = (block.load(Control.nestedCr3 + 4) & BEYOND_MEMORY) === 0;
  return (state[Word.cr0]! & Cr0.pg) !== 0 && isInMemory && isPatAllowed;
}

/** Whether a map, of two pages and a byte at most, ends below the last address (15.10.1 and 15.11). */
function isMapInMemory(block: ControlBlock, at: number): boolean {
  return (block.load(at + 4) & BEYOND_MEMORY) === 0 && pageAt(block, at) + 2 < MEMORY_PAGES;
}

function areRegistersAllowed(cpu: Cpu, block: ControlBlock): boolean {
  const efer = block.load(Save.efer);
  const cr0 = block.load(Save.cr0);
  const wide = [Save.efer, Save.cr0, Save.cr4, Save.dr6, Save.dr7].reduce((bits, at) => bits | block.load(at + 4), 0);
  if (wide !== 0 || (efer & ~Efer.nxe) !== Efer.svme) return false;
  if ((block.load(Save.cr3 + 4) & BEYOND_MEMORY) !== 0) return false;
  return hasAllowedCacheBits(cr0) && (block.load(Save.cr4) & ~cr4Bits(cpu)) === 0;
}

function isEventAllowed(event: number): boolean {
  if ((event & Event.valid) === 0) return true;
  const type = event & Event.type;
  if (((eventTypes >>> (type >>> 8)) & 1) === 0) return false;
  const vector = event & 0xff;
  return type !== Event.exception || (vector !== NMI && vector < EXCEPTIONS);
}

function isNested({ model }: Cpu, block: ControlBlock): boolean {
  return model.features.has('npt') && (block.load(Control.nested) & 1) !== 0;
}

/** Nested tables are of the kind that the host's are (15.25.3). */
function loadNestedPaging(cpu: Cpu, block: ControlBlock): void {
  const { state } = cpu;
  if (!isNested(cpu, block)) return;
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
  state[Word.interruptsHeld] = 0;
  state[Word.vmcb] = vmcb;
  for (let n = 0; n < wordCounts.intercepts!; n++) state[Word.intercepts + n] = block.load(Control.intercepts + 4 * n);
  state[Word.portMapPage] = pageAt(block, Control.portMap);
  state[Word.registerMapPage] = pageAt(block, Control.registerMap);
  state[Word.virtualInterrupt] = virtual;
  state[Word.virtualVector] = block.load(Control.virtualVector) & 0xff;
  state[Word.guestTimestampLow] = block.load(Control.timestampOffset);
  state[Word.guestTimestampHigh] = block.load(Control.timestampOffset + 4);
  loadNestedPaging(cpu, block);
}

/** The page of a field that has the physical address of a map. */
function pageAt(block: ControlBlock, at: number): number {
  return (block.load(at) >>> 12) | (block.load(at + 4) << 20);
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
  const vector = type === Event.nmi ? NMI : event & 0xff;
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
