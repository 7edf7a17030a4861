/** The instructions of AMD-V (AMD64 Architecture Programmer's Manual vol. 3, chapter 4): all but VMMCALL need EFER.SVME. */
import { Efer } from '../abi/control-registers.ts';
import { Exit } from '../abi/exits.ts';
import { Vector } from '../abi/faults.ts';
import type { TrapName } from '../abi/helpers.ts';
import { Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import { intercepted } from './intercept.ts';
import type { Lift, LiftBuilder, Operand } from './lifter.ts';
import { callHypervisor, protectedOnly, supervisorOnly } from './system.ts';

/** #UD in real and VM86 mode and without EFER.SVME, then #GP(0) unless the CPL is 0. */
function hypervisorOnly(b: LiftBuilder): void {
  protectedOnly(b);
  b.faultIf(b.equal(b.and(b.get(Word.efer), Efer.svme), 0), Vector.invalidOpcode);
  supervisorOnly(b);
}

/** EAX, or AX with addresses of 16 bits. */
function address(b: LiftBuilder): Value {
  return b.zeroExtend(b.get(Word.eax), b.addressSize);
}

/** A trap of a hypervisor, which a hypervisor around it may intercept. */
function hypervisorTrap(exit: number, helper: TrapName, args: (b: LiftBuilder) => Operand[]): Lift {
  const lift: Lift = (b) => {
    hypervisorOnly(b);
    b.trap(helper, ...args(b));
  };
  return intercepted(exit, lift, hypervisorOnly);
}

export const vmrun = hypervisorTrap(Exit.vmrun, 'runGuest', (b) => [address(b), b.field('nextEip')]);
export const vmload = hypervisorTrap(Exit.vmload, 'loadGuestState', (b) => [address(b)]);
export const vmsave = hypervisorTrap(Exit.vmsave, 'saveGuestState', (b) => [address(b)]);
export const stgi = hypervisorTrap(Exit.stgi, 'holdInterrupts', () => [0]);
export const clgi = hypervisorTrap(Exit.clgi, 'holdInterrupts', () => [1]);
export const invlpga = hypervisorTrap(Exit.invlpga, 'invalidateGuestPage', (b) => [address(b), b.get(Word.ecx)]);

/** For a guest's calls of its hypervisor; outside of guests for the hypervisor around the machine. */
export const vmmcall: Lift = intercepted(Exit.vmmcall, callHypervisor);
