import { afterEach, expect, test } from 'vitest';
import { WEIGHT_SHIFT } from '../../../translator/abi/record.ts';
import { Guest, type Variant } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const variant: Variant = {
  name: 'translator, counting',
  config: { engine: 'translator', icountShift: 3, icountSleep: false },
};
const program = kernel(`
main:   mov     ecx, 40000
.call:  call    function
        add     ebx, eax
        loop    .call
        inc     dword [function + 1]
        jmp     main
function:
        mov     eax, 1
        ret
`);
const guests: Guest[] = [];
afterEach(() => {
  for (const guest of guests.splice(0)) guest.dispose();
});

function made(): Guest {
  const guest = new Guest(program, variant);
  guests.push(guest);
  return guest;
}

function run(guest: Guest, instructions: number): void {
  guest.core.stopAt(instructions);
  guest.core.run(Infinity);
}

const registers = ({ core }: Guest) => [...core.state.subarray(0, 8)];

function isTranslated({ core }: Guest, address: number): boolean {
  return core.engine.graph.cache
    .allPages()
    .some(({ translations }) => [...translations].some(({ head }) => head.eip === address));
}

test('a translation that the guest has overwritten does not come back when counting ends', () => {
  const guest = made();
  const address = guest.address('function');
  let instructions = 150_000;
  run(guest, instructions);
  guest.core.inspection.watch(true);
  expect(guest.core.inspection.countInstructions(address)).toBe(true);
  for (; isTranslated(guest, address); instructions += 500) run(guest, instructions);
  guest.core.inspection.watch(false);
  instructions += 2000;
  run(guest, instructions);
  const other = made();
  run(other, instructions);
  expect(registers(guest)).toEqual(registers(other));
});

test('installed functions stay when counting ends, and the guest does the same', () => {
  const guest = made();
  const { inspection, engine } = guest.core;
  run(guest, 100_000);
  inspection.watch(true);
  const before = inspection.translations();
  const files = before.map(({ physical, key }, n) => [`${physical} ${key}`, `f${n}.js`, `f${n}.js.map`] as const);
  expect(inspection.install('file:///folder', files)).toBe(before.length);
  const address = guest.address('function');
  inspection.countInstructions(address);
  run(guest, 110_000);
  const [translation] = engine.graph.cache
    .allPages()
    .flatMap(({ translations }) => [...translations].filter(({ head }) => head.eip === address));
  const compiled = translation!.run;
  inspection.watch(false);
  expect(translation!.head.run).not.toBe(compiled);
  expect(translation!.head.run.name).toBe(compiled.name);
  const other = made();
  run(guest, 130_000);
  run(other, 130_000);
  expect(registers(guest)).toEqual(registers(other));
});

test('traps are counted by place, of entries too, which heat again when counting ends', () => {
  const inputs = kernel(`
main:   mov     ecx, 1000000
.again: in      al, 0x21
        in      al, 0x21
.last:  in      al, 0x21
        loop    .again
        jmp     exit
`);
  const guest = new Guest(inputs, variant);
  guests.push(guest);
  const { inspection, engine } = guest.core;
  const ofInputs = () => {
    const { kinds, places } = inspection.traps();
    const counts = places.filter(({ text }) => text.startsWith('in ')).map(({ count }) => count);
    return { all: kinds.find(({ name }) => name === 'portIn')?.count ?? 0, counts };
  };
  inspection.watch(true);
  run(guest, 100);
  const before = ofInputs();
  run(guest, 4100);
  const after = ofInputs();
  expect(after.counts).toHaveLength(3);
  const counted = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  expect(counted(after.counts) - counted(before.counts)).toBe(after.all - before.all);
  expect(after.all - before.all).toBe(3000);
  const node = engine.graph.nodeOf(engine.graph.cache.entryAt(guest.address('main.last')));
  const { records } = engine.graph;
  const heat = records.heat.of(node.record);
  inspection.watch(false);
  run(guest, 8100);
  expect(records.heat.of(node.record)).toBe(heat + 1000 * records.weightOf(node.record));
  const { operation } = engine.handlers.get(node, node.page.context.key);
  const weight = records.weightOf(node.record) << WEIGHT_SHIFT;
  expect(records.views.OPERATION[node.record]).toBe(operation | weight);
});

test('what was counted of evicted code is not counted of what has its nodes', () => {
  const guest = new Guest(
    kernel(`
main:   mov     ecx, 1000
.again: in      al, 0x21
        loop    .again
.other: in      al, 0x61
        jmp     .other
`),
    variant,
  );
  guests.push(guest);
  const { inspection, engine } = guest.core;
  const counts = () => inspection.traps().places.map(({ text, count }) => `${text}: ${count}`);
  inspection.watch(true);
  run(guest, 100);
  counts();
  run(guest, 2200);
  expect(counts()).toEqual([expect.stringMatching(/^in al,21h: 9\d\d$/)]);
  engine.graph.cache.dropAll();
  run(guest, 2300);
  counts();
  run(guest, 2500);
  expect(counts()).toEqual(['in al,61h: 100']);
});

test('a call that is too deep to be nested is counted by what it leads to, not as a slow path', () => {
  // Two functions that call each other: one that calls itself becomes a loop, which nothing leaves.
  const recursive = kernel(`
main:   mov     ecx, 300
        call    even
        jmp     main
even:   push    ecx
        dec     ecx
        jz      .end
        call    odd
.end:   pop     ecx
        ret
odd:    push    ecx
        dec     ecx
        jz      .end
        call    even
.end:   pop     ecx
        ret
`);
  const guest = new Guest(recursive, { name: 'translator', config: { engine: 'translator' } });
  guests.push(guest);
  const { inspection } = guest.core;
  while (!isTranslated(guest, guest.address('even'))) guest.run(20);
  inspection.watch(true);
  const kinds = () => inspection.exits().kinds;
  for (let n = 0; n < 1000 && kinds().transfer < 10_000; n++) guest.run(20);
  expect(kinds().transfer).toBeGreaterThanOrEqual(10_000);
  expect(kinds().transfer).toBeGreaterThan(kinds().slow);
});

test('a fault of an instruction that a translation leaves to its handler is counted as one', () => {
  const faulting = kernel(`
main:   mov     dword [hook], skip
.outer: mov     esi, 64
.again: call    function
        dec     esi
        jnz     .again
        jmp     .outer
function:
        mov     ebx, 5
.loop:  add     eax, 3
        dec     ebx
        jnz     .loop
        mov     ecx, 0x10
        test    esi, 7
        jnz     .read
        mov     ecx, 0x12345678         ; no such register
.read:  rdmsr
        ret
skip:   mov     dword [log_end], LOG
        add     dword [ebp + 40], 2
        ret
`);
  const guest = new Guest(faulting, variant);
  guests.push(guest);
  const { inspection } = guest.core;
  run(guest, 3_000_000);
  inspection.watch(true);
  inspection.exits();
  run(guest, 3_300_000);
  expect(inspection.exits().kinds.fault).toBeGreaterThan(1000);
});
