import { afterEach, expect, test } from 'vitest';
import { firstDue, hotAt, tieringAt } from '../../../runtime/exec/tiering.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { nodeAt } from '../../support/records.ts';

const guests: Guest[] = [];
afterEach(() => {
  for (const guest of guests.splice(0)) guest.dispose();
});

test('an entry counts its runs; when it is due for the first time code with x87 instructions is translated, other is not', () => {
  const tiering = tieringAt(1600);
  const program = kernel(`
main:   fninit
        mov     ecx, 300
.again: call    real
        call    whole
        loop    .again
.end:   jmp     .end
        align   64
real:   fld1
        fstp    st0
        ret
        align   64
whole:  inc     eax
        ret
`);
  const config = { engine: 'translator', icountShift: 3, icountSleep: false, engineOptions: { tiering } } as const;
  const guest = new Guest(program, { name: 'translator', config });
  guests.push(guest);
  guest.core.stopAt(3000);
  guest.core.run(Infinity);
  const at = (label: string) => nodeAt(guest.core.engine.graph, guest.address(label));
  // Each run is counted once, also those that decode it and that have it looked at.
  const { records } = guest.core.engine.graph;
  const heat = 300 * records.weightOf(at('whole').record);
  expect(records.heat.of(at('whole').record)).toBe(heat);
  // It has been looked at, and will be again.
  expect(heat).toBeGreaterThan(firstDue(tiering));
  expect(heat).toBeLessThan(hotAt(tiering));
  expect(at('whole').due).toBe(firstDue(tiering) * Math.ceil((heat + 1) / firstDue(tiering)));
  expect(at('whole').run).not.toBe(at('whole').enter);
  expect(at('real').run).toBe(at('real').enter);
  expect(records.heat.of(at('real').record)).toBe(firstDue(tiering));
});

test.each(variants)(
  'two functions that have one place in the table of recent nodes (code-cache.ts): $name',
  async ({ config, ...variant }) => {
    const program = kernel(`
FIRST   equ 0x201010                            ; 010h ^ 201h
SECOND  equ 0x301110                            ; 110h ^ 301h
main:   mov     byte [FIRST], 0x83              ; ADD EAX, 3; RET
        mov     byte [FIRST + 1], 0xC0
        mov     byte [FIRST + 2], 3
        mov     byte [FIRST + 3], 0xC3
        mov     byte [SECOND], 0x83             ; ADD EAX, 5; RET
        mov     byte [SECOND + 1], 0xC0
        mov     byte [SECOND + 2], 5
        mov     byte [SECOND + 3], 0xC3
        xor     eax, eax
        mov     ecx, 1000
        mov     ebx, FIRST
        mov     edx, SECOND
.again: call    ebx
        call    edx
        loop    .again
        jmp     exit
`);
    const guest = new Guest(program, { ...variant, config }, { memoryBytes: 8 << 20 });
    guests.push(guest);
    const place = (eip: number) => (eip ^ (eip >>> 12)) & 0xfff;
    expect(place(0x201010)).toBe(place(0x301110));
    expect(endValue(guest)).toBe(8000);
  },
);
