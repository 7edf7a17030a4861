import { expect, test } from 'vitest';
import { endValue, Guest, onEveryEngine, onEveryEngineBy, variants } from '../../support/guest.ts';
import { processorsProgram } from '../../support/guest-processors.ts';

const four = { topology: { sockets: 1, cores: 4, threads: 1 } };
const two = { topology: { sockets: 2, cores: 1, threads: 1 } };
const ROUNDS = 3000;

/** All count together: by locked instructions, and by plain ones between taking and giving back a lock. */
const counting = processorsProgram(`
main:   call    start_others
        call    count
.wait:  pause
        cmp     dword [done], 4
        jne     .wait
        mov     eax, 1
        jmp     exit
other:  call    count
        cli
        hlt
count:  mov     ecx, ${ROUNDS}
.next:  lock inc dword [atomic]
.taken: pause
.take:  mov     eax, 1
        xchg    eax, [mutex]
        test    eax, eax
        jnz     .taken
        mov     eax, [plain]
        inc     eax
        mov     [plain], eax
        inc     dword [shares + ebx * 4]
        mov     dword [mutex], 0
        dec     ecx
        jnz     .next
        lock inc dword [done]
        ret
        align 4
atomic: dd      0
plain:  dd      0
mutex:  dd      0
done:   dd      0
shares: dd      0, 0, 0, 0
`);

onEveryEngine(
  'four processors count together',
  counting,
  (guest, value) => {
    expect(value).toBe(1);
    expect(guest.word('atomic')).toBe(4 * ROUNDS);
    expect(guest.word('plain')).toBe(4 * ROUNDS);
    expect(guest.words('shares', 4)).toEqual([ROUNDS, ROUNDS, ROUNDS, ROUNDS]);
  },
  four,
);

onEveryEngine(
  'who spins without PAUSE waits no longer than for a turn of the others, which are not run while they are halted',
  processorsProgram(`
main:   call    start_others
.wait:  cmp     dword [seen], 1
        jne     .wait
        ; It is halted by now, or will be soon.
        mov     ecx, 20
.again: mov     edx, [woken]
        push    ecx
        mov     al, 1
        call    fixed
        pop     ecx
.until: cmp     edx, [woken]
        je      .until
        loop    .again
        mov     eax, [woken]
        jmp     exit
other:  mov     dword [seen], 1
.sleep: sti
        hlt
        cli
        inc     dword [woken]
        jmp     .sleep
interrupt:
        mov     dword [APIC_EOI], 0
        iret
        align 4
seen:   dd      0
woken:  dd      0
`),
  (_, value) => {
    expect(value).toBe(20);
  },
  two,
);

onEveryEngine(
  'INIT stops a processor wherever it is, and the first start-up message afterwards starts it, with x87 registers as they were',
  processorsProgram(`
main:   mov     al, 1
        call    start           ; it waits for that since power-on
.first: pause
        cmp     dword [starts], 1
        jne     .first
        mov     al, 1
        call    start           ; does nothing: it runs
        mov     ecx, 10
.see:   pause
        loop    .see
        mov     al, 1
        call    init
        mov     eax, [rounds]
        mov     ecx, 10
.still: pause
        loop    .still
        cmp     eax, [rounds]
        jne     .wrong
        mov     al, 1
        call    start
        mov     al, 1
        call    start
.twice: pause
        cmp     dword [starts], 2
        jne     .twice
        mov     ecx, 10
.more:  pause
        loop    .more
        mov     eax, [starts]
        jmp     exit
.wrong: mov     eax, 100
        jmp     exit
other:  lock inc dword [starts]
        cmp     dword [starts], 1
        jne     .again
        fninit
        fldpi
        jmp     .spin
.again: fstp    qword [pi]
.spin:  inc     dword [rounds]
        jmp     .spin
        align 4
starts: dd      0
rounds: dd      0
pi:     dd      0, 0
`),
  (guest, value) => {
    expect(value).toBe(2);
    expect(guest.words('pi', 2)).toEqual([0x54442d18, 0x400921fb]);
  },
  two,
);

onEveryEngineBy(
  'an NMI reaches the processor it is for, also a halted one with interrupts off; whose APIC has other registers',
  processorsProgram(`
main:   call    start_others
.wait:  pause
        cmp     dword [ready], 1
        jne     .wait
        mov     dword [APIC + 0x80], 0x20       ; task priority
        mov     al, 1
        mov     ecx, NMI
        call    send
.until: pause
        cmp     dword [came], 0
        je      .until
        mov     eax, [APIC + 0x80]
        mov     [own], eax
        mov     eax, [came]
        jmp     exit
other:  mov     dword [APIC + 0x80], 0x10
        mov     dword [ready], 1
        cli
        hlt
        mov     eax, [APIC + 0x80]
        mov     [theirs], eax
        inc     ebx
        mov     [came], ebx
        hlt
nmi:    iret
        align 4
ready:  dd      0
came:   dd      0
own:    dd      0
theirs: dd      0
`),
  (guest) => {
    expect(endValue(guest)).toBe(2);
    expect([guest.word('own'), guest.word('theirs')]).toEqual([0x20, 0x10]);
  },
  two,
);

onEveryEngine(
  'two that interrupt each other without end leave a third one its turns',
  processorsProgram(`
main:   call    start_others
.wait:  pause
        cmp     dword [ready], 2
        jne     .wait
        sti
        mov     al, 1
        call    fixed
.until: jmp     .until
other:  lock inc dword [ready]
        cmp     ebx, 2
        je      .work
        sti
.spin:  jmp     .spin
.work:  cmp     dword [rounds], 100
        jb      .pause
        inc     dword [went]
        cmp     dword [went], 50
        jb      .work
        mov     eax, 1
        jmp     exit
.pause: pause
        jmp     .work
interrupt:
        inc     dword [rounds]
        cmp     dword [rounds], 40000
        ja      .starved
        push    eax
        push    ecx
        mov     dword [APIC_EOI], 0
        mov     al, bl
        xor     al, 1
        call    fixed
        pop     ecx
        pop     eax
        iret
.starved: mov   eax, 2
        jmp     exit
        align 4
ready:  dd      0
rounds: dd      0
went:   dd      0
`),
  (_, value) => {
    expect(value).toBe(1);
  },
  { topology: { sockets: 1, cores: 3, threads: 1 } },
);

onEveryEngine(
  'processors that are halted while CLGI holds their NMIs off leave the first one its time, and take these after STGI',
  processorsProgram(`
main:   call    start_others
.wait:  pause
        cmp     dword [ready], 3
        jne     .wait
        mov     al, 1
        mov     ecx, NMI
        call    send
        mov     al, 2
        mov     ecx, NMI
        call    send
        mov     dword [APIC + 0x3E0], 0xB       ; the timer counts nanoseconds
        mov     dword [APIC + 0x320], VECTOR
        mov     dword [APIC + 0x380], 50000
        sti
        hlt
        cli
        mov     eax, [came]
        mov     [early], eax
        mov     al, 3
        call    init
        mov     al, 3
        call    start
.until: pause
        cmp     dword [came], 1
        jb      .until
        jmp     exit
other:  mov     ecx, 0xC0000080
        rdmsr
        or      eax, 0x1000
        wrmsr
        mov     ecx, 1
        lock xadd [ready], ecx
        cmp     ecx, 3
        je      .again
        cmp     ebx, 3
        je      .halt
        clgi
.halt:  hlt
        jmp     .halt
.again: mov     dword [ICR_HIGH], 0x3000000
        clgi
        mov     dword [ICR_LOW], NMI
        nop
        stgi
        jmp     .halt
interrupt:
        mov     dword [APIC_EOI], 0
        iret
nmi:    lock inc dword [came]
        iret
        align 4
ready:  dd      0
came:   dd      0
early:  dd      0
`),
  (guest) => {
    expect([guest.word('early'), guest.word('came')]).toEqual([0, 1]);
  },
  { cpu: 'max,+svm', topology: { sockets: 1, cores: 4, threads: 1 } },
);

onEveryEngine(
  'INIT leaves a guest whose hypervisor intercepts it, and still waits, until STGI; CLGI holds it too',
  processorsProgram(`
VMCB    equ     0x300000
HOST    equ     0x301000
main:   call    start_others
        mov     ecx, 1
        call    meet
        mov     ecx, 2
        call    meet
.again: mov     al, 1
        call    start
        pause
        cmp     dword [stage], 5
        jne     .again
        mov     eax, [wrong]
        jmp     exit
; Waits for a stage, and sends INIT.
meet:   pause
        cmp     [stage], ecx
        jne     meet
        mov     al, 1
        push    ecx
        call    init
        pop     ecx
        inc     dword [sent]
        ret
other:  cmp     dword [stage], 0
        jne     .over
        mov     ecx, 0xC0000080
        mov     eax, 0x1000
        xor     edx, edx
        wrmsr
        mov     ecx, 0xC0010117
        mov     eax, HOST
        wrmsr
        mov     dword [VMCB + 0x0c], 8
        mov     dword [VMCB + 0x10], 1
        mov     dword [VMCB + 0x58], 1
        mov     edi, VMCB + 0x400
        mov     ecx, 4
.next:  mov     dword [edi], 0xc930010
        mov     dword [edi + 4], -1
        add     edi, 16
        loop    .next
        mov     dword [VMCB + 0x410], 0xc9b0008
        mov     dword [VMCB + 0x4d0], 0x1000
        mov     eax, cr0
        mov     [VMCB + 0x558], eax
        mov     dword [VMCB + 0x570], 2
        mov     dword [VMCB + 0x578], guest
        mov     eax, VMCB
        clgi
        vmrun
        mov     eax, [VMCB + 0x70]
        mov     [code], eax
        clgi
        mov     dword [stage], 2
.held:  pause
        cmp     dword [sent], 2
        jne     .held
        mov     dword [stage], 3
        stgi
        mov     dword [wrong], 1
        jmp     $
.over:  mov     ecx, 0xC0000080
        rdmsr
        mov     [efer], eax
        mov     dword [stage], 5
        jmp     $
guest:  mov     dword [stage], 1
.spin:  inc     dword [rounds]
        jmp     .spin
        align 4
stage:  dd      0
sent:   dd      0
rounds: dd      0
wrong:  dd      0
code:   dd      0
efer:   dd      1
`),
  (guest, value) => {
    expect(value).toBe(0);
    expect([guest.word('code'), guest.word('efer')]).toEqual([0x63, 0]);
  },
  { cpu: 'max,+svm', ...two },
);

onEveryEngine(
  'the page of the reference time is not valid while processors have different time-stamp counters',
  processorsProgram(`
PAGE    equ     0x300000
main:   call    enable
        mov     eax, [PAGE]
        mov     [before], eax
        call    start_others
.wait:  pause
        cmp     dword [moved], 1
        jne     .wait
        mov     eax, [PAGE]
        mov     [after], eax
        call    enable
        mov     eax, [PAGE]
        jmp     exit
enable: mov     ecx, 0x40000021
        mov     eax, PAGE + 1
        xor     edx, edx
        wrmsr
        ret
other:  mov     ecx, 0x10
        xor     eax, eax
        mov     edx, 5
        wrmsr
        mov     dword [moved], 1
        cli
        hlt
        align 4
moved:  dd      0
before: dd      0
after:  dd      -1
`),
  (guest, value) => {
    expect([guest.word('before'), guest.word('after'), value]).toEqual([1, 0, 0]);
  },
  { ...two, cpu: 'max,hv-time' },
);

/** Who comes when is noted, with the time-stamp counter's low word, until a list is full. */
const noting = processorsProgram(`
main:   call    start_others
        jmp     note
other:  jmp     note
note:   mov     ecx, 37
.work:  mov     edx, ebx
        imul    edx, 3
        add     edx, 5
.delay: dec     edx
        jnz     .delay
        loop    .work
        mov     esi, 1
        lock xadd [count], esi
        cmp     esi, 2000
        jae     .full
        rdtsc
        mov     [list + esi * 8], ebx
        mov     [list + esi * 8 + 4], eax
        jmp     note
.full:  mov     eax, 1
        cmp     ebx, 0
        je      exit
        cli
        hlt
        align 4
count:  dd      0
list:   times 4000 dd 0
`);

/** Who noted what when, by the guest's clock; `between` may do something with the guest on its way. */
async function notes(name: string, between: (guest: Guest) => Guest = (guest) => guest): Promise<number[]> {
  const variant = variants.find((known) => known.name === name)!;
  const first = new Guest(noting, variant, four);
  let guest = first;
  try {
    first.core.stopAt(150_000);
    first.run(60_000);
    guest = between(first);
    guest.core.stopAt(Infinity);
    expect(endValue(guest)).toBe(1);
    return guest.words('list', 4000);
  } finally {
    if (guest !== first) await first.dispose();
    await guest.dispose();
  }
}

const counted = variants.filter(({ name }) => name.endsWith(', counting')).map(({ name }) => name);

/** Counts rounds of its own from an NMI to another processor, which is busy, to what that does then. */
const interrupting = processorsProgram(`
main:   call    start_others
.wait:  pause
        cmp     dword [ready], 1
        jne     .wait
        mov     al, 1
        mov     ecx, NMI
        call    send
        xor     eax, eax
.until: inc     eax
        cmp     dword [came], 0
        je      .until
        jmp     exit
other:  mov     dword [ready], 1
.work:  jmp     .work
nmi:    inc     dword [came]
        iret
        align 4
ready:  dd      0
came:   dd      0
`);

test.each(counted)('an NMI for a processor that waits for its turn gives it the turn: %s', async (name) => {
  const variant = variants.find((known) => known.name === name)!;
  const guest = new Guest(interrupting, variant, two);
  try {
    expect(endValue(guest)).toBeLessThan(100);
  } finally {
    await guest.dispose();
  }
});

test('where instructions are counted, turns come at the same instructions in each run and on each engine', async () => {
  const runs = await Promise.all(counted.map((name) => notes(name)));
  const [expected] = runs;
  expect(new Set(expected!.filter((_, n) => n % 2 === 0)).size).toBe(4);
  for (const run of runs) expect(run).toEqual(expected);
});

test('a state saved in the midst of them goes on the same way in another machine', async () => {
  const name = counted.at(-1)!;
  const moved = await notes(name, (guest) => {
    const other = new Guest(noting, variants.find((known) => known.name === name)!, four);
    other.core.load(structuredClone(guest.core.save()));
    return other;
  });
  expect(moved).toEqual(await notes(name));
});
