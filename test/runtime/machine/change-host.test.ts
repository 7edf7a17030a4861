import { afterEach, describe, expect, test } from 'vitest';
import { Guest, type GuestOptions, type Variant } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** Commands that the keyboard's controller doesn't have, then loops and calls. */
const program = kernel(`
main:   mov     ecx, 100
.wrong: mov     al, 0xb0
        out     0x64, al
        in      al, 0x61
        loop    .wrong
.again: mov     ecx, 100
.call:  call    count
        loop    .call
        jmp     .again
count:  inc     ebx
        ret
`);
const variant: Variant = {
  name: 'translator, counting',
  config: { engine: 'translator', icountShift: 3, icountSleep: false },
};
const LIFE = 100_000;

const guests: Guest[] = [];
afterEach(() => Promise.all(guests.splice(0).map((guest) => guest.dispose())));

/** A machine that begins anew for each host, from its first instruction. */
function machineOfLives(options: GuestOptions = {}) {
  const guest = new Guest(program, variant, options);
  guests.push(guest);
  const { core } = guest;
  const start = core.save();
  const live = (most = LIFE) => {
    core.capInstructions(most);
    expect(core.run(Infinity).reason).toBe('slice');
  };
  const changeHost = () => {
    core.changeHost();
    core.load(start);
    guest.log = '';
  };
  return { guest, core, live, changeHost };
}

test("another host's instructions are counted from its first on, and its time is that of the state", () => {
  const { core, live, changeHost } = machineOfLives();
  live();
  expect(core.instructionsRun).toBe(LIFE);
  changeHost();
  expect([core.instructionsRun, core.clock.now()]).toEqual([0, 0]);
  live(500);
  expect([core.instructionsRun, core.clock.now()]).toEqual([500, 500 * 8]);
});

test('what is logged and traced for another host is what its configuration says', () => {
  const { guest, core, live, changeHost } = machineOfLives({ log: ['guest_errors'], trace: ['cpu_out'] });
  live();
  const first = guest.log;
  expect(first.match(/^cpu_out /gm)).toHaveLength(100);
  expect(first.match(/ \(more of these are not logged\)$/gm)).toHaveLength(1);
  changeHost();
  core.examination.setLogItems([]);
  core.examination.setTrace('cpu_*', false);
  core.examination.setTrace('cpu_in', true);
  live();
  expect(guest.log.match(/^cpu_in /gm)).toHaveLength(100);
  changeHost();
  live();
  expect(guest.log).toBe(first);
});

test('interrupts are counted for each host by itself', () => {
  const { core, changeHost } = machineOfLives();
  core.pc.irqs.input(5).set(true);
  expect(core.examination.interruptCounts()[5]).toBe(1);
  changeHost();
  expect(core.examination.interruptCounts()).toEqual(new Array(16).fill(0));
});

describe('an inspector of the host before', () => {
  test('watches no more', () => {
    const { guest, core, live, changeHost } = machineOfLives();
    const { cache } = core.engine.graph;
    core.inspection.watch(true);
    core.inspection.watch(true);
    live();
    expect(core.inspection.countInstructions(guest.address('count'))).toBe(true);
    changeHost();
    expect([cache.observer, core.inspection.stats().watched]).toEqual([null, false]);
    live();
    const executions = core.inspection.translations().map((translation) => translation.executions);
    expect(new Set(executions)).toEqual(new Set([null]));
    expect(core.inspection.translation(guest.address('count'))!.counts).toBeNull();
    expect(core.inspection.events(0)).toEqual({ events: [], next: 0, lost: 0 });
  });

  test('names no functions', () => {
    const { guest, core, live, changeHost } = machineOfLives();
    const count = guest.address('count');
    core.inspection.symbols({ addresses: [count], names: ['their'] });
    changeHost();
    live();
    expect(core.inspection.translation(count)!.info.name).toMatch(/^guest_/);
  });
});
