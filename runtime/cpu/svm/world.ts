import { Efer } from '../../../translator/abi/control-registers.ts';
import { Halt, Word } from '../../../translator/abi/state.ts';
import { cr4Bits, knownCr0 } from '../control.ts';
import type { Cpu } from '../cpu.ts';
import { withFixedBits } from '../debug.ts';
import { readEflags, writeEflags } from '../eflags.ts';
import { keepsPointers, readPointers } from '../page-directory.ts';
import { updateSseMode } from '../sse/mode.ts';
import { updateFpuMode } from '../x87/status.ts';
import { type ControlBlock, Save, switchedSegments } from './vmcb.ts';

const ALL_FLAGS = -1;
/** Enable bits of DR7. */
const BREAKPOINTS = 0xff;

/** Saves what an exit, and VMRUN for the host, save of the state: with EIP as given. */
export function saveWorld(cpu: Cpu, block: ControlBlock, eip: number): void {
  const { state } = cpu;
  for (const segment of switchedSegments) block.storeSegment(segment);
  block.storeTable(Save.gdtr, Word.gdtrBase);
  block.storeTable(Save.idtr, Word.idtrBase);
  block.store64(Save.efer, state[Word.efer]!);
  block.store64(Save.cr0, state[Word.cr0]!);
  block.store64(Save.cr3, state[Word.cr3]!);
  block.store64(Save.cr4, state[Word.cr4]!);
  block.store64(Save.eflags, readEflags(cpu));
  block.store64(Save.eip, eip);
  block.store64(Save.esp, state[Word.esp]!);
  block.store64(Save.eax, state[Word.eax]!);
}

/** The state that an exit saves of a guest besides. */
export function saveGuestWorld({ state }: Cpu, block: ControlBlock): void {
  block.store64(Save.cr2, state[Word.cr2]!);
  block.store64(Save.dr6, state[Word.debug + 6]!);
  block.store64(Save.dr7, state[Word.debug + 7]!);
  block.store(Save.privilege, (block.load(Save.privilege) & 0xffffff) | (state[Word.cpl]! << 24));
}

/** Loads the registers that VMRUN and exits load. `settle` is due. `fixedRights` as of ControlBlock.loadSegment. */
export function loadWorld(cpu: Cpu, block: ControlBlock, fixedRights: number): void {
  const { state } = cpu;
  for (const segment of switchedSegments) block.loadSegment(segment, fixedRights);
  block.loadTable(Save.gdtr, Word.gdtrBase);
  block.loadTable(Save.idtr, Word.idtrBase);
  state[Word.efer] = block.load(Save.efer) & (Efer.nxe | Efer.svme);
  state[Word.cr0] = knownCr0(block.load(Save.cr0));
  state[Word.cr3] = block.load(Save.cr3);
  state[Word.cr4] = block.load(Save.cr4) & cr4Bits(cpu);
  writeEflags(cpu, block.load(Save.eflags), ALL_FLAGS);
  state[Word.eip] = block.load(Save.eip);
  state[Word.esp] = block.load(Save.esp);
  state[Word.eax] = block.load(Save.eax);
}

export function loadGuestWorld({ state }: Cpu, block: ControlBlock): void {
  state[Word.cr2] = block.load(Save.cr2);
  state[Word.debug + 6] = withFixedBits(6, block.load(Save.dr6));
  state[Word.debug + 7] = withFixedBits(7, block.load(Save.dr7));
}

/** Keeps the page attribute table, of which a guest with nested paging has its own (15.25.4). */
export function savePat({ model, modelRegisters }: Cpu, block: ControlBlock): void {
  const [low, high] = modelRegisters.pat;
  if (model.features.has('pat')) block.store64(Save.pat, low!, high!);
}

export function loadPat({ model, modelRegisters }: Cpu, block: ControlBlock): void {
  if (model.features.has('pat')) modelRegisters.pat = block.load64(Save.pat).map((word) => word >>> 0);
}

/** Derives from the state what depends on it; false if PAE paging has page-directory pointers that are not allowed. */
export function settle(cpu: Cpu): boolean {
  const { state } = cpu;
  if (keepsPointers(state, state[Word.cr0]!, state[Word.cr4]!)) {
    const pointers = readPointers(cpu, state[Word.cr3]!);
    if (pointers === null) return false;
    state.set(pointers, Word.pagePointer);
  }
  state[Word.halted] = Halt.running;
  state[Word.debugTraps] = 0;
  updateFpuMode(state);
  updateSseMode(state);
  cpu.memory.flushAll();
  cpu.updateKey();
  if (cpu.breakpoints.active || (state[Word.debug + 7]! & BREAKPOINTS) !== 0) cpu.updateBreakpoints();
  return true;
}
