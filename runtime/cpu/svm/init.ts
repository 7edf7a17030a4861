import { Exit } from '../../../translator/abi/exits.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { isIntercepted } from '../../../translator/abi/intercepts.ts';
import { Held, Word } from '../../../translator/abi/state.ts';
import type { Cpu } from '../cpu.ts';
import { deliver } from '../interrupts.ts';
import { leaveGuest } from './leave.ts';
import { redirectsInit } from './registers.ts';

/** Error code of a security exception that stands for an INIT (AMD64 Architecture Programmer's Manual vol. 2, 8.2.19). */
const REDIRECTED_INIT = 1;

/**
 * Whether an INIT that has come initialises the processor (15.21.8, table 15-12). While GIF is clear it waits; a guest whose hypervisor
 * intercepts it is left, and it still waits; it becomes an exception where VM_CR says so.
 */
export function acceptsInit(cpu: Cpu): boolean {
  const { state } = cpu;
  if (state[Word.interruptsHeld] !== Held.none) state[Word.interruptsHeld] = Held.withInit;
  else if (isIntercepted(state, Exit.init)) {
    leaveGuest(cpu, { code: Exit.init, eip: state[Word.eip]!, nextEip: 0 });
    state[Word.interruptsHeld] = Held.withInit;
  } else if (redirectsInit(state)) {
    deliver(cpu, Vector.security, 'exception', REDIRECTED_INIT, state[Word.eip]!);
  } else return true;
  return false;
}
