import { Cr0, Efer } from '../../../translator/abi/control-registers.ts';
import { Exit } from '../../../translator/abi/exits.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import { Word } from '../../../translator/abi/state.ts';
import { PHYSICAL_BITS } from '../../memory/page-entry.ts';
import { cr4Bits, hasAllowedCacheBits } from '../control.ts';
import type { Cpu } from '../cpu.ts';
import { isAttributeTable } from '../memory-types.ts';
import { Control, type ControlBlock, Event, Save } from './vmcb.ts';

/** Bits of an address's upper word that no processor has. */
const BEYOND_MEMORY = -1 << (PHYSICAL_BITS - 32);
/** Pages of all addresses that one has. */
const MEMORY_PAGES = 2 ** PHYSICAL_BITS / PAGE_BYTES;
const EXCEPTIONS = 32;
/** Types of events that can be injected, a bit each. */
const eventTypes = [Event.interrupt, Event.nmi, Event.exception, Event.software].reduce(
  (set, type) => set | (1 << (type >>> 8)),
  0,
);

/** Whether VMRUN accepts a VMCB (15.5.1). */
export function isGuestAllowed(cpu: Cpu, block: ControlBlock): boolean {
  return (
    areControlsAllowed(cpu, block) &&
    areRegistersAllowed(cpu, block) &&
    isEventAllowed(block.load(Control.injectedEvent))
  );
}

function areControlsAllowed(cpu: Cpu, block: ControlBlock): boolean {
  const interceptsRun = block.load(Control.intercepts + 4 * (Exit.vmrun >>> 5)) & (1 << (Exit.vmrun & 31));
  if (hasNestedPaging(cpu, block) && !isNestingAllowed(cpu, block)) return false;
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
  return (block.load(at + 4) & BEYOND_MEMORY) === 0 && block.loadPage(at) + 2 < MEMORY_PAGES;
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
  return type !== Event.exception || (vector !== Vector.nmi && vector < EXCEPTIONS);
}

/** Whether a VMCB asks for nested paging, and the processor has it. */
export function hasNestedPaging({ model }: Cpu, block: ControlBlock): boolean {
  return model.features.has('npt') && (block.load(Control.nested) & 1) !== 0;
}
