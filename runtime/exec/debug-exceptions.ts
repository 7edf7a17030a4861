import { Vector } from '../../translator/abi/faults.ts';
import { Eflags, Shadow, Word } from '../../translator/abi/state.ts';
import { isRepeated } from '../../translator/region/flow.ts';
import { linearEip } from '../cpu/code-segment.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { Dr6 } from '../cpu/debug.ts';
import { endBranchSteps, stepsBranches } from '../cpu/debug-control.ts';
import { deliver } from '../cpu/interrupts.ts';
import type { Node } from './node.ts';

/**
 * Debug exceptions (Intel SDM vol. 3, 18.3) and what else makes an instruction run alone. Traps are collected in
 * Word.debugTraps while an instruction runs, and delivered after it, before any interrupt.
 */
export class DebugExceptions {
  private readonly cpu: Cpu;
  private readonly state: Int32Array;
  /** The next instruction has been tried: it accesses what a breakpoint watches, and has changed nothing. */
  restarts = false;

  constructor(cpu: Cpu) {
    this.cpu = cpu;
    this.state = cpu.state;
  }

  /** Whether there are traps to be delivered; after a load of SS they wait. */
  get isTrapDue(): boolean {
    return this.state[Word.debugTraps] !== 0 && this.state[Word.interruptShadow] !== Shadow.all;
  }

  /** Delivers the traps that the last instruction has collected. */
  deliverTraps(): void {
    const { state } = this;
    const bits = this.ignoresBreakpoints ? state[Word.debugTraps] & ~Dr6.breakpoints : state[Word.debugTraps];
    state[Word.debugTraps] = 0;
    if (bits !== 0) this.raise(bits);
  }

  /** Whether the next instruction is to run alone: by `step`. */
  get mustStep(): boolean {
    const { state } = this;
    if ((state[Word.interruptShadow] | (state[Word.eflags] & (Eflags.tf | Eflags.rf))) !== 0) return true;
    return this.restarts || (this.cpu.breakpoints.active && this.cpu.memory.watchesCode(linearEip(state)));
  }

  /** Takes the exception of an instruction breakpoint at EIP, if there is one; the instruction does not run then. */
  breaks(): boolean {
    const { state } = this;
    const { breakpoints } = this.cpu;
    if (!breakpoints.active || state[Word.eflags] & Eflags.rf || this.ignoresBreakpoints) return false;
    if (state[Word.interruptShadow] === Shadow.all) return false;
    const bits = breakpoints.atInstruction(linearEip(state));
    if (bits !== 0) this.raise(bits);
    return bits !== 0;
  }

  /** Matches of breakpoints while GIF is clear are lost (AMD64 Architecture Programmer's Manual vol. 2, table 15-10). */
  private get ignoresBreakpoints(): boolean {
    return this.state[Word.interruptsHeld] !== 0;
  }

  private raise(bits: number): void {
    const { state } = this;
    state[Word.debug + 6] = (state[Word.debug + 6] & ~Dr6.breakpoints) | bits;
    endBranchSteps(this.cpu);
    deliver(this.cpu, Vector.debug, 'exception', -1, state[Word.eip]);
  }

  /** Runs one instruction, by `run`, which tells whether control goes on in code, and collects its traps; EIP is that of the next one. */
  step(node: Node, run: () => boolean): void {
    const { state, cpu } = this;
    const trap = (state[Word.eflags] & Eflags.tf) !== 0;
    const shadow = state[Word.interruptShadow];
    const world = state[Word.guestMode];
    state[Word.interruptShadow] = 0;
    // For this one instruction it has done its work; IRET may set it again.
    state[Word.eflags] &= ~Eflags.rf;
    this.restarts = false;
    cpu.breakpoints.collecting = true;
    try {
      if (!run() && this.isStillToCome(node)) run();
    } catch (error) {
      // It has changed nothing: a hypervisor whose guest is left here has to know.
      state[Word.interruptShadow] = shadow;
      throw error;
    } finally {
      cpu.breakpoints.collecting = false;
    }
    // The trap of VMRUN comes when its guest is left (leaveGuest), and who was left in the midst of an instruction repeats it.
    if (state[Word.guestMode] !== world) return;
    const held = state[Word.interruptShadow] === Shadow.all;
    if (trap && !held && !this.enteredHandler(node) && this.isTraced(node)) state[Word.debugTraps] |= Dr6.singleStep;
    // Between two elements of a string the trap's handler comes back to the same instruction.
    if (state[Word.debugTraps] !== 0 && state[Word.eip] === node.eip && isRepeated(node))
      state[Word.eflags] |= Eflags.rf;
  }

  /** Whether an instruction was only made ready for, and begins once more: MMX, whose registers x87 had in use (`enterMmx`). */
  private isStillToCome(node: Node): boolean {
    const { form, eip } = node;
    const isReadied = form.class === 'plain' || form.operands.some((kind) => /^[PQN]/.test(kind));
    return isReadied && this.state[Word.eip] === eip && !isRepeated(node);
  }

  /** Whether a trap comes after the instruction: with branch steps only if it has gone elsewhere. */
  private isTraced(node: Node): boolean {
    return !stepsBranches(this.cpu) || (this.state[Word.eip] !== node.nextEip && !isRepeated(node));
  }

  /** An INT that was taken has cleared TF: the trap comes after its handler. */
  private enteredHandler(node: Node): boolean {
    return node.form.mnemonic.startsWith('INT') && (this.state[Word.eflags] & Eflags.tf) === 0;
  }
}
