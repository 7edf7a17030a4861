import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { createMachine } from '../../../runtime/machine/create.ts';
import { Word } from '../../../translator/abi/state.ts';

const ORIGIN = 0x100000;
/** Nanoseconds, which the time-stamp counter counts. */
const DELAY = 10_000;
const DELAYS = 100;
/** Nanoseconds of the host's that a look at its clock takes. */
const LOOK = 100;

/** Delays one after the other; `rest` is executed in each round of them. EBX: how often it has looked at the time. */
const delays = (rest: string) =>
  assemble(
    `
        xor     ebx, ebx
        mov     ecx, ${DELAYS}
.delay: rdtsc
        mov     esi, eax
.look:  ${rest}
        inc     ebx
        rdtsc
        sub     eax, esi
        cmp     eax, ${DELAY}
        jb      .look
        loop    .delay
        mov     eax, ebx
        out     0xf4, eax
        hlt
`,
    { origin: ORIGIN, bits: 32 },
  ).bytes;

/** How often the guest has looked at the time in all its delays, and how long they took. */
function run(engine: 'interpreter' | 'translator', rest: string, icountShift?: number) {
  let time = 0;
  const machine = createMachine(
    {
      memoryBytes: 8 << 20,
      boot: { flat: delays(rest), address: ORIGIN, mode: 'flat32' },
      engine,
      rebootAction: 'exit',
      debugExit: { iobase: 0xf4, iosize: 4 },
      startTimeOfDay: 0,
      ...(icountShift !== undefined && { icountShift }),
    },
    { nanoseconds: () => (time += LOOK), deadlineChanged: () => {}, send: () => {}, log: () => {} },
  );
  const { code } = machine.run(Infinity);
  machine.dispose();
  return { looks: code! >> 1, time };
}

const engines = ['interpreter', 'translator'] as const;

test.each(engines)('a delay loop with PAUSE need not wait for all of its time: %s', (engine) => {
  const waited = run(engine, 'nop');
  const borrowed = run(engine, 'pause');
  expect(waited.looks).toBeGreaterThan((DELAYS * DELAY) / LOOK / 2);
  expect(borrowed.looks).toBeLessThan(waited.looks / 1.25);
  // A quarter of what passes is paid back meanwhile.
  expect(borrowed.time).toBeGreaterThan(waited.time * 0.7);
});

test('where time is made of instructions, none is borrowed', () => {
  expect(run('interpreter', 'pause', 0).looks).toBe(run('interpreter', 'nop', 0).looks);
});

test("what is borrowed of one host's time is not owed to the next one's", () => {
  let time = 1e9;
  const flat = assemble('.look: rdtsc\n pause\n jmp .look', { origin: ORIGIN, bits: 32 }).bytes;
  const machine = createMachine(
    {
      ...{ memoryBytes: 8 << 20, engine: 'interpreter', pacing: 'jumps', rebootAction: 'exit', startTimeOfDay: 0 },
      boot: { flat, address: ORIGIN, mode: 'flat32' },
    },
    { nanoseconds: () => (time += LOOK), send: () => {}, log: () => {} },
  );
  const start = machine.save();
  machine.run(time + 1e6);
  time = 0;
  machine.changeHost();
  machine.load(start);
  const before = [machine.clock.now(), time] as const;
  time += 1e6;
  expect(machine.clock.now() - before[0]).toBe(time - before[1]);
  machine.dispose();
});

/** Waits for the local APIC's timer, and exits with how long that was by the time-stamp counter. */
const alarm = assemble(
  `
        mov     dword [0xfee000f0], 0x1ff       ; on
        mov     dword [0xfee003e0], 0xb         ; a nanosecond each
        mov     dword [0xfee00320], 0x40        ; once
        mov     dword [0xfee00380], ${DELAY}
        rdtsc
        mov     esi, eax
.look:  pause
        rdtsc
        test    dword [0xfee00220], 1           ; vector 40h is requested
        jz      .look
        sub     eax, esi
        out     0xf4, eax
        hlt
`,
  { origin: ORIGIN, bits: 32 },
).bytes;

test.each(engines.flatMap((engine) => [[engine, 'poll'] as const, [engine, 'jumps'] as const]))(
  'what is due by the time that was borrowed comes at once: %s, %s',
  (engine, pacing) => {
    let [time, deadline] = [0, Infinity];
    /** Calls as soon as it is due by the host's clock. */
    const ticker = () => {
      if (time < deadline) return;
      deadline = Infinity;
      Atomics.store(machine.state, Word.attention, 1);
    };
    const machine = createMachine(
      {
        ...{ memoryBytes: 8 << 20, engine, pacing, rebootAction: 'exit', startTimeOfDay: 0 },
        ...{ boot: { flat: alarm, address: ORIGIN, mode: 'flat32' }, debugExit: { iobase: 0xf4, iosize: 4 } },
      },
      {
        nanoseconds: () => {
          time += LOOK;
          ticker();
          return time;
        },
        deadlineChanged: (now) => {
          deadline = now;
        },
        ...{ send: () => {}, log: () => {} },
      },
    );
    const waited = machine.run(Infinity).code! >> 1;
    expect(waited).toBeGreaterThan(DELAY - 10 * LOOK);
    expect(waited).toBeLessThan(DELAY + 3000);
    machine.dispose();
  },
);
