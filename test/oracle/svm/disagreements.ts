/**
 * Cases in which QEMU's TCG does something else than the manual says (AMD64 Architecture Programmer's Manual vol. 2), and what that says; a case is
 * in one row. There the answers of the interpreter count.
 */
export const disagreements: readonly (readonly [cases: RegExp, reason: string])[] = [
  [/^(invd|int1|XSETBV|XSETBV at level 3) is intercepted$/, 'the instruction has an intercept (15.9)'],
  [/^(INT3|INTO) is intercepted$/, 'it raises an exception, which has an intercept (15.12)'],
  [/(EFER|DR6|DR7) has an upper half$/, 'its upper half must be 0 (15.5.1)'],
  [/page-directory pointers have reserved bits$/, 'the guest is refused (15.25.13)'],
  [/^(INT3|INTO) leads to #GP/, 'it raises an exception, no software interrupt (15.7.2)'],
  [/^the trap of the host's trap flag/, 'it comes before the instruction after VMRUN (15.5.1)'],
  [
    /^(CR0 with paging and without protection|CR4 with a bit that is not there) is no write$|^DR4 is none with/,
    'the exception comes before the intercept (table 15-7)',
  ],
  [/^a breakpoint is injected at a level/, 'the gate must be for that level (15.20)'],
  [/^INT1 is not intercepted as #DB$/, 'it raises an exception, which goes to its handler (15.12.2)'],
  [/^LMSW that changes MP alone$/, 'it is intercepted whatever it writes (table 15-7)'],
  [/^a breakpoint that matches while GIF is clear/, 'it is lost (table 15-10)'],
  [/^CR3 has bits beyond all memory$/, 'they must be 0 (15.5.1)'],
  [/^an exit clears GIF and disables breakpoints$/, 'DR7 is reset (15.6)'],
  [/^VMLOAD and VMSAVE$/, "the type of TR's segment is that of a busy task (vol. 3, LTR)"],
  [/has no gate, and #GP is intercepted$/, 'the error code has its EXT bit set (8.4.1)'],
  [/^a division has no gate/, 'a double fault has an intercept (15.12.9)'],
  [/^a triple fault is intercepted$/, 'no event was under way whose delivery would be repeated (15.7.2)'],
  [/^a (repeated )?string (of|to) a port$/, 'the segment and the width of addresses are told (15.10.2)'],
  [/^a virtual interrupt after the shadow$/, 'the shadow lasts for the first instruction (15.21.5)'],
];
