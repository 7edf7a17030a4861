/**
 * Where QEMU 7.2 says something else than Intel's manual, which decides (Intel SDM volume and section): names of cases,
 * and why.
 */
export const disagreements: readonly (readonly [cases: RegExp, reason: string])[] = [
  [
    /^(call through a gate|CALL to a task|INT through a gate to a task) .*not present$/,
    'a stack segment that is not present is #SS, not #TS or #NP (vol. 2, CALL; vol. 3, table 7-1)',
  ],
  [
    /stack segment too small|no room|^(ENTER|PUSHA) without room|a stack limit and|beyond (the limit of )?its code|^virtual-8086: a (word|doubleword|32-bit|push)|the limit$|^an? (small )?expand-down|beyond the limit$|^code that runs/,
    'QEMU does not check limits of segments (vol. 3, 5.3)',
  ],
  [
    /^a null segment$|^POP to memory|^LOCK on an instruction|^a write to (code|data)|^a read of code/,
    'QEMU does not check the types of segments at accesses (vol. 3, 5.4)',
  ],
  [/VME|PVI/, 'QEMU 7.2 has neither VME nor PVI (vol. 3, 21.3)'],
  [/^ICEBP/, 'QEMU 7.2 takes it for an invalid opcode (vol. 2, INT n/INTO/INT3/INT1)'],
  [/^general detect/, 'QEMU ignores DR7.GD (vol. 3, 18.2.4)'],
  [/^bits of DR6/, 'QEMU keeps reserved bits (vol. 3, 18.2)'],
  [
    /^a write breakpoint of length field [01], a read and write$/,
    'the bytes that are written are not watched (vol. 3, 18.2.5)',
  ],
  [/^an I\/O breakpoint without/, 'the kind is undefined without CR4.DE (vol. 3, 18.2.4)'],
  [/^a switch with the debug bit/, "QEMU ignores a TSS's T bit (vol. 3, 18.3.1.5)"],
  [/^a switch clears the local/, "LE is cleared as well (80386 Programmer's Reference Manual, 12.2.2)"],
  [/^a task at level 3$/, "a fault after the switch has the new task's EIP (vol. 3, 7.3)"],
  [/^LTR with a null/, 'it is #GP(0) (vol. 2, LTR)'],
  [
    /^a benign exception through/,
    'EXT is set in the error code of a fault that another exception led to (vol. 3, 6.13)',
  ],
  [/^CR0, NW/, 'NW without CD is #GP(0) (vol. 2, MOV to control registers)'],
  [/^CR0, reserved/, 'reserved bits stay 0 (vol. 3, 2.5)'],
  [/^CR8$/, "LOCK makes it an invalid opcode; it is AMD's encoding of CR8 (vol. 2, LOCK)"],
  [/^an MSR that/, 'it is #GP(0) (vol. 2, RDMSR)'],
  [/^SSE operand that/, 'it is #GP(0) (vol. 2, table 2-21)'],
  [/^an x87 error that waits/, 'FLD1 waits for a pending error (vol. 1, 8.7)'],
  [
    /^supervisor read-modify-write of a page not present/,
    'QEMU reads first; a processor reports the write (vol. 3, 4.7)',
  ],
  [/^alignment at level 3: /, 'QEMU has no alignment check (vol. 3, 6.15, #AC)'],
];
