import { afterEach, expect, test, vi } from 'vitest';
import { Pace } from '../../../runtime/exec/pace.ts';
import { Word } from '../../../translator/abi/state.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { Random } from '../../support/random.ts';

afterEach(() => vi.restoreAllMocks());

/** Calls, recursion, a repeated instruction, STI and HLT, interrupts of a timer, and accesses to a device's memory. */
const program = kernel(`
LOCAL_APIC equ 0xFEE00000
main:   mov     eax, 500
        call    timer_start
        mov     dword [LOCAL_APIC + 0xF0], 0x1FF
        mov     ebx, 300
.again: sti
        mov     eax, 20
        call    descend
        mov     edi, 0x8000
        mov     ecx, 64
        rep     stosd
        mov     ecx, 20
.wait:  mov     eax, [LOCAL_APIC + 0x20]
        mov     [LOCAL_APIC + 0x80], ecx
        loop    .wait
        test    ebx, 15
        jnz     .next
        sti
        hlt
.next:  cli
        dec     ebx
        jnz     .again
        mov     eax, [ticks]
        jmp     exit
descend:
        dec     eax
        jz      .end
        call    descend
.end:   ret
`);

/** How it ends, where attention is asked for at random moments: before one of so many steps. */
async function outcome(variant: (typeof variants)[number], one: number): Promise<readonly number[]> {
  const random = new Random(1);
  const { take } = Pace.prototype;
  const guest = new Guest(program, variant);
  try {
    vi.spyOn(Pace.prototype, 'take').mockImplementation(function (this: Pace) {
      if (random.below(one) === 0) Atomics.store(guest.core.state, Word.attention, 1);
      return take.call(this);
    });
    const value = endValue(guest);
    return [value, guest.core.instructionsRun!];
  } finally {
    vi.restoreAllMocks();
    await guest.dispose();
  }
}

test.each(variants.filter(({ name }) => name.endsWith(' counting')))(
  'attention that is asked for at any moment changes no count of instructions: $name',
  async (variant) => {
    const undisturbed = await outcome(variant, 2 ** 30);
    expect(undisturbed[0]).toBeGreaterThan(0);
    for (const one of [2, 20, 500]) expect(await outcome(variant, one)).toEqual(undisturbed);
  },
);
