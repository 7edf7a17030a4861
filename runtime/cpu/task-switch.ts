import { Cr0 } from '../../translator/abi/control-registers.ts';
import { Exit } from '../../translator/abi/exits.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Eflags, Word } from '../../translator/abi/state.ts';
import { GuestFault, raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';
import { Dr6 } from './debug.ts';
import { SystemType, selectorError } from './descriptor.ts';
import { readEflags } from './eflags.ts';
import { TASK_IS_32_BITS } from './inner-stack.ts';
import { updateSseMode } from './sse/mode.ts';
import { intercept } from './svm/intercept.ts';
import { enterTaskSegments } from './task-segments.ts';
import { layoutOf, loadTaskState, saveTaskState, type TaskLayout } from './task-state.ts';
import { updateFpuMode } from './x87/status.ts';

/** Why a task is switched: JMP, CALL (also an interrupt: the old task is nested) or IRET from a nested task. */
export type TaskSwitchReason = 'jump' | 'call' | 'return';

/** DR7's local enable bits, cleared by a task switch. */
const DEBUG_LOCAL = 0x155;

/**
 * Switches to the task of a TSS selector (Intel SDM vol. 3, 7.3). A fault before the new task's state is loaded is
 * raised with nothing changed; a later one is marked as the new task's (GuestFault.inNewTask).
 * @param eip saved for the old task
 * @param errorCode pushed onto the new task's stack, -1 if none
 */
export function switchTask(cpu: Cpu, selector: number, reason: TaskSwitchReason, eip: number, errorCode: number): void {
  checkTask(cpu, selector, reason);
  interceptTaskSwitch(cpu, selector, reason, errorCode);
  const old = layoutOf(cpu.state[Word.taskRights]);
  const next = layoutOf(cpu.task.high);
  probeTaskMemory(cpu, old, next);
  const flags = readEflags(cpu);
  leaveTask(cpu, old, reason, reason === 'return' ? flags & ~Eflags.nt : flags, eip);
  try {
    enterTask(cpu, next, reason);
    if (errorCode >= 0) pushErrorCode(cpu, next, errorCode);
    trapIfDebugged(cpu, next);
  } catch (error) {
    if (error instanceof GuestFault) error.inNewTask = true;
    throw error;
  } finally {
    cpu.updateKey();
  }
}

/** Bits of EXITINFO2's upper word: the switch is that of IRET, or of JMP; there is an error code (15.14.1). */
const SwitchInformation = { return: 1 << 4, jump: 1 << 6, call: 0, hasErrorCode: 1 << 12 } as const;

/** Leaves a guest if its hypervisor intercepts task switches. */
function interceptTaskSwitch({ state }: Cpu, selector: number, reason: TaskSwitchReason, errorCode: number): void {
  const high = SwitchInformation[reason] | (errorCode < 0 ? 0 : SwitchInformation.hasErrorCode);
  intercept(state, Exit.taskSwitch, [selector, 0, Math.max(errorCode, 0), high]);
}

/** Reads the TSS descriptor into cpu.task and checks it. */
function checkTask(cpu: Cpu, selector: number, reason: TaskSwitchReason): void {
  const { task } = cpu;
  const vector = reason === 'return' ? Vector.invalidTss : Vector.generalProtection;
  const expected = reason === 'return' ? SystemType.busyTask16 : SystemType.availableTask16;
  const error = selectorError(selector);
  if (selector & 4 || !task.read(cpu, selector) || (task.type & ~8) !== expected) raise(vector, error);
  if (!task.isPresent) raise(Vector.segmentNotPresent, error);
  if (task.limit >>> 0 < layoutOf(task.high).minimumLimit) raise(Vector.invalidTss, error);
}

/** Faults now if an access to either TSS would, so that nothing is half done. */
function probeTaskMemory(cpu: Cpu, old: TaskLayout, next: TaskLayout): void {
  const { memory, state, task } = cpu;
  memory.probeWriteSystem((state[Word.taskBase] + old.savedFrom) | 0, old.savedTo - old.savedFrom);
  memory.probeWriteSystem(task.base, 2);
  memory.loadSystem8(task.base);
  memory.loadSystem8((task.base + next.minimumLimit) | 0);
  memory.probeWriteSystem((task.address + 5) | 0, 1);
  memory.probeWriteSystem((oldDescriptorAddress(cpu) + 5) | 0, 1);
}

function oldDescriptorAddress(cpu: Cpu): number {
  return (cpu.state[Word.gdtrBase] + (cpu.state[Word.taskSelector] & 0xfff8)) | 0;
}

/** Saves the old task and makes the descriptors' busy bits and the back link right. */
function leaveTask(cpu: Cpu, old: TaskLayout, reason: TaskSwitchReason, flags: number, eip: number): void {
  const { memory, state, task } = cpu;
  if (reason !== 'call') {
    const access = oldDescriptorAddress(cpu) + 5;
    memory.storeSystem8(access | 0, memory.loadSystem8(access | 0) & ~2);
  }
  saveTaskState(cpu, old, flags, eip);
  if (reason === 'call') memory.storeSystem16(task.base, state[Word.taskSelector]);
  // A return to the same task finds the busy bit cleared just now.
  if (reason !== 'return' || task.selector === state[Word.taskSelector]) task.markBusy(cpu);
}

function enterTask(cpu: Cpu, next: TaskLayout, reason: TaskSwitchReason): void {
  const { state, task } = cpu;
  state[Word.taskSelector] = task.selector;
  state[Word.taskBase] = task.base;
  state[Word.taskLimit] = task.limit;
  state[Word.taskRights] = task.high & 0xf0ff00;
  state[Word.cr0] |= Cr0.ts;
  updateFpuMode(state);
  updateSseMode(state);
  state[Word.debug + 7] &= ~DEBUG_LOCAL;
  cpu.updateBreakpoints();
  loadTaskState(cpu, next, reason === 'call' ? Eflags.nt : 0);
  enterTaskSegments(cpu);
}

function pushErrorCode(cpu: Cpu, layout: TaskLayout, errorCode: number): void {
  const { stack, state } = cpu;
  cpu.updateKey();
  stack.useCurrent(cpu);
  stack.push(cpu, layout.size, errorCode);
  state[Word.esp] = stack.pointer;
}

function trapIfDebugged(cpu: Cpu, layout: TaskLayout): void {
  const { memory, state } = cpu;
  if ((state[Word.taskRights] & TASK_IS_32_BITS) === 0) return;
  if ((memory.loadSystem8((state[Word.taskBase] + layout.trap) | 0) & 1) === 0) return;
  state[Word.debug + 6] |= Dr6.taskSwitch;
  raise(Vector.debug);
}
