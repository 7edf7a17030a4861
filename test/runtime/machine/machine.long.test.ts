import { describe, expect, test } from 'vitest';
import { endValue, Guest, onEveryEngineBy, variants } from '../../support/guest.ts';
import { exceptionLog, kernel, Layout } from '../../support/guest-kernel.ts';

describe('the exit port', () => {
  onEveryEngineBy(
    'gives twice the value plus one, of any size',
    kernel(`
main:   mov     eax, 0x12345621
        mov     edx, EXIT_PORT
        cmp     byte [FREE], 1
        je      .byte
        out     dx, eax
.byte:  out     dx, al
`),
    (guest) => {
      expect(guest.runToEnd()).toEqual({ reason: 'exit', code: 0x2468ac43 });
      guest.core.memory.write(Layout.free, Uint8Array.of(1));
      guest.core.reset();
      expect(guest.runToEnd()).toEqual({ reason: 'exit', code: 0x43 });
    },
  );
});

describe('consoles', () => {
  onEveryEngineBy(
    'the debug console and the first serial port have what the guest wrote, in order',
    kernel(`
main:   mov     esi, .text
        mov     edx, 0xE9
        mov     ecx, .end - .text
        rep outsb
        mov     esi, .text
        mov     ecx, .end - .text
        mov     dx, 0x3F8
.next:  lodsb
        sub     al, 32
        out     dx, al
.wait:  mov     dx, 0x3FD
        in      al, dx
        mov     dx, 0x3F8
        test    al, 0x20
        jz      .wait
        loop    .next
        mov     eax, 1
        jmp     exit
.text:  db      'hello'
.end:
`),
    (guest) => {
      expect(endValue(guest)).toBe(1);
      expect(guest.text).toBe('hello');
      expect(guest.serial).toBe('HELLO');
    },
  );

  onEveryEngineBy(
    'the first serial port takes what is sent to the guest',
    kernel(`
main:   mov     ecx, 4
        mov     edi, FREE
.next:  mov     dx, 0x3FD
.wait:  in      al, dx
        test    al, 1
        jz      .wait
        mov     dx, 0x3F8
        in      al, dx
        stosb
        loop    .next
        mov     eax, 1
        jmp     exit
`),
    (guest) => {
      guest.core.arrive({ type: 'input', port: 'com1', value: Buffer.from('ping') });
      expect(endValue(guest)).toBe(1);
      expect(Buffer.from(guest.bytes(Layout.free, 4)).toString()).toBe('ping');
    },
  );
});

describe('reset', () => {
  const resets = {
    'by the keyboard controller': 'mov al, 0xFE\n out 0x64, al',
    'by port 92h': 'in al, 0x92\n or al, 1\n out 0x92, al',
  };
  for (const [name, text] of Object.entries(resets)) {
    onEveryEngineBy(
      `${name}: the machine starts anew, its memory stays`,
      kernel(`
; It has changed its own code and turned paging on when it resets.
main:   inc     dword [FREE]
        mov     ecx, 300
.warm:  call    .function
        loop    .warm
.patch: mov     eax, 1
        cmp     eax, 1
        jne     .wrong
        mov     byte [.patch + 1], 77
        call    paging_start
        cmp     dword [FREE], 3
        mov     eax, 3
        je      exit
        ${text}
.wait:  jmp     .wait
.function:
        inc     ebx
        ret
.wrong: mov     eax, 100
        jmp     exit
`),
      (guest) => {
        for (let n = 0; n < 2; n++) {
          expect(guest.runToEnd()).toEqual({ reason: 'reset-requested' });
          guest.core.reset();
        }
        expect(endValue(guest)).toBe(3);
      },
    );
  }
});

/** Loops, faults, traps, string instructions and interrupts, whose EIPs are noted at FREE. */
const busy = kernel(`
main:   call    paging_start
        mov     dword [tick_hook], .tick
        mov     dword [.note], FREE
        mov     dword [resume], .resume
        mov     ax, 150
        call    timer_start
        sti
        mov     ebp, 300
.again: mov     ecx, 100
        mov     edi, FREE + 0x10000
        rep stosd
        mov     ecx, 50
        mov     esi, FREE + 0x10001
        mov     edi, FREE + 0x20FF0
        rep movsb
        mov     ecx, 30
.loop:  call    .function
        test    ecx, 7
        jnz     .skip
        cpuid
        mov     ecx, [.count]
.skip:  dec     ecx
        mov     [.count], ecx
        jnz     .loop
        test    ebp, 31
        jnz     .calm
        ud2
.resume:
        mov     dword [log_end], LOG
.calm:  dec     ebp
        jnz     .again
        cli
        mov     eax, [ticks]
        jmp     exit
.function:
        add     ebx, ecx
        mov     [FREE + 0x30000 + ecx * 4], ebx
        ret
.tick:  mov     edx, [.note]
        mov     eax, [ebp]
        mov     [edx], eax
        add     dword [.note], 4
        ret
        align   4096
.count: dd      0
.note:  dd      0
`);

describe('instruction time', () => {
  test('is the same on every engine: instructions counted, and where interrupts come', async () => {
    const counting = variants.filter(({ config }) => config.icountShift !== undefined);
    const runs = [];
    for (const variant of counting) {
      const guest = new Guest(busy, variant);
      const ticks = endValue(guest);
      const places = guest.words(Layout.free, ticks).map((eip) => eip.toString(16));
      runs.push({ instructions: guest.core.metrics().instructions, ticks, places });
      await guest.dispose();
    }
    expect(runs).toHaveLength(4);
    expect(runs[0]!.ticks).toBeGreaterThan(5);
    expect(new Set(runs[0]!.places).size).toBeGreaterThan(3);
    for (const run of runs) expect(run).toEqual(runs[0]);
  });

  test('counts each instruction once', async () => {
    // 1 JMP, 1 MOV, 100 times DEC and JNZ, 7 elements of REP STOSB after 2 MOVs, 1 NOP; then MOV and OUT.
    const program = kernel('').source.replace(/jmp\s+start/, 'jmp short_main') + '\n';
    const source = `${program}
short_main:
        mov     ecx, 100
.next:  dec     ecx
        jnz     .next
        mov     ecx, 7
        mov     edi, FREE
        rep stosb
        nop
        mov     eax, 1
        out     EXIT_PORT, eax
main:   hlt
`;
    for (const variant of variants.filter(({ config }) => config.icountShift !== undefined)) {
      const guest = new Guest({ source, origin: Layout.image, mode: 'flat32' }, variant);
      endValue(guest);
      expect(guest.core.metrics().instructions, variant.name).toBe(1 + 1 + 200 + 2 + 7 + 1 + 2);
      await guest.dispose();
    }
  });
});

describe('two machines in one thread', () => {
  test.each(variants)('$name: neither sees the other', async (variant) => {
    const program = kernel(`
main:   mov     ebx, [FREE]
        mov     ecx, 3000000
        xor     eax, eax
.next:  call    .function
        loop    .next
        cmp     eax, [.expected]
        jmp     exit
.function:
        add     eax, ebx
        ret
        align   64
.expected:
        dd      0
`);
    const guests = [3, 5].map((step) => {
      const guest = new Guest(program, variant, { memoryBytes: (step + 4) << 20 });
      guest.core.memory.write(Layout.free, Uint8Array.of(step));
      return guest;
    });
    const ends = new Map<Guest, number>();
    while (ends.size < guests.length) {
      for (const guest of guests.filter((one) => !ends.has(one))) {
        const result = guest.run(1);
        if (result.reason === 'exit') ends.set(guest, result.code! >>> 1);
      }
    }
    expect(guests.map((guest) => ends.get(guest))).toEqual([9_000_000, 15_000_000]);
    for (const guest of guests) await guest.dispose();
  });
});

describe('what the inspector sees', () => {
  test.each(variants.filter(({ config }) => config.engine === 'translator'))('translations: $name', async (variant) => {
    const guest = new Guest(
      kernel(`
main:   mov     ecx, 100000
.next:  call    function
        loop    .next
        mov     eax, 1
        jmp     exit
function:
        ret
`),
      variant,
    );
    expect(endValue(guest)).toBe(1);
    expect(exceptionLog(guest)).toEqual([]);
    const translations = guest.core.inspection.translations();
    expect(translations.map(({ physical }) => physical)).toContain(guest.address('main.next'));
    expect(translations.every(({ instructions }) => instructions > 0)).toBe(true);
    await guest.dispose();
  });
});
