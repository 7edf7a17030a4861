import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import type { MachineConfig, MachineHost } from '../../../runtime/machine/config.ts';
import { createMachine } from '../../../runtime/machine/create.ts';
import type { MachineCore } from '../../../runtime/machine/machine.ts';
import { Word } from '../../../translator/abi/state.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** Milliseconds that the guest computes, by its time-stamp counter of 1 GHz. */
const MILLISECONDS = 400;

/** Counts interrupts of the timer, one a millisecond, while it computes. Exits with their number. */
const { source, origin } = kernel(`
main:   mov     ax, 1193
        call    timer_start
        rdtsc
        mov     esi, eax
        sti
.again: rdtsc
        sub     eax, esi
        cmp     eax, ${MILLISECONDS * 1e6}
        jb      .again
        mov     ecx, 1000
        loop    $
        cli
        mov     eax, [ticks]
        jmp     exit
`);

const config: Omit<MachineConfig, 'engine'> = {
  memoryBytes: 8 << 20,
  boot: { flat: assemble(source, { origin, bits: 32 }).bytes, address: origin, mode: 'flat32' },
  rebootAction: 'exit',
  debugExit: { iobase: 0xf4, iosize: 4 },
  startTimeOfDay: 0,
};

/** Time is a microsecond a look, and now and then the host does something else for some milliseconds. */
class BusyHost implements MachineHost {
  machine: MachineCore | undefined;
  #time = 0;
  #looks = 0;
  #deadline = Infinity;

  nanoseconds(): number {
    this.#looks++;
    this.#time += this.#looks % 701 === 0 ? 6.3e6 : 1e3;
    if (this.machine && this.#time >= this.#deadline) this.machine.state[Word.attention] = 1;
    return this.#time;
  }

  deadlineChanged(deadline: number): void {
    this.#deadline = deadline;
  }

  send(): void {}
  log(): void {}
}

test.each(['interpreter', 'translator'] as const)(
  'on a busy host the timer loses nothing against TSC: %s',
  (engine) => {
    const host = new BusyHost();
    const machine = createMachine({ ...config, engine }, host);
    host.machine = machine;
    const { reason, code } = machine.run(Infinity);
    machine.dispose();
    expect(reason).toBe('exit');
    const ticks = code! >> 1;
    // The last stall may end as the guest does.
    expect(ticks).toBeGreaterThan(MILLISECONDS - 8);
    expect(ticks).toBeLessThan(MILLISECONDS + 8);
  },
);
