import { describe, expect, test } from 'vitest';
import type { DebugStop } from '../../../runtime/exec/stops.ts';
import type { RunResult } from '../../../runtime/machine/config.ts';
import { EXIT_PORT, Guest, type GuestProgram, jumpVariants, onEveryEngineBy, variants } from '../../support/guest.ts';

/** Calls `work` 600 times: counts up a word, and a byte beside it every other time. */
const program: GuestProgram = {
  mode: 'flat32',
  origin: 0x100000,
  source: `
        mov     esp, 0x90000
        mov     ecx, 600
again:  mov     eax, ecx
        call    work
after:  dec     ecx
        jnz     again
        mov     eax, [counter]
        out     ${EXIT_PORT}, eax
        hlt
work:   add     dword [counter], 1
inside: test    al, 1
        jz      even
        mov     byte [odd], al
even:   push    eax
        mov     esi, counter
        lodsd
        pop     eax
        ret
        align   4096
counter: dd     0
odd:    dd      0
far:    dd      0
`,
};

const go = (guest: Guest): RunResult => guest.runToEnd();

/** Where the guest has stopped. */
function stopOf(guest: Guest): DebugStop {
  const { reason, stop } = go(guest);
  expect(reason).toBe('debug');
  return stop!;
}

function step(guest: Guest): DebugStop {
  guest.core.debugging.setStepping(true);
  return stopOf(guest);
}

/** Goes on from a breakpoint as gdb does. */
function goOn(guest: Guest): DebugStop {
  expect(step(guest)).toEqual({ reason: 'step' });
  return stopOf(guest);
}

const end = (guest: Guest): number => {
  const { reason, code } = go(guest);
  expect(reason).toBe('exit');
  return code! >>> 1;
};

onEveryEngineBy('a breakpoint in a function stops each call, and the guest notices nothing', program, (guest) => {
  const at = guest.address('inside');
  guest.core.debugging.setBreakpoints([at]);
  expect(stopOf(guest)).toEqual({ reason: 'breakpoint', address: at });
  expect(guest.register('ecx')).toBe(600);
  for (let left = 599; left > 500; left--) {
    expect(goOn(guest)).toEqual({ reason: 'breakpoint', address: at });
    expect([guest.register('eip'), guest.register('ecx'), guest.word('counter')]).toEqual([at, left, 601 - left]);
  }
  guest.core.debugging.setBreakpoints([]);
  expect(end(guest)).toBe(600);
});

onEveryEngineBy('a breakpoint that is set in code that is translated stops it', program, (guest) => {
  const debug = guest.core.debugging;
  debug.setWatchpoints([{ kind: 'write', address: guest.address('counter'), length: 4 }]);
  for (let n = 0; n < 300; n++) stopOf(guest);
  debug.setWatchpoints([]);
  expect(guest.word('counter')).toBe(300);
  for (const symbol of ['even', 'after', 'again', 'work']) {
    debug.setBreakpoints([guest.address(symbol)]);
    expect(stopOf(guest)).toEqual({ reason: 'breakpoint', address: guest.address(symbol) });
    expect(guest.register('eip')).toBe(guest.address(symbol));
  }
  debug.setBreakpoints([]);
  expect(end(guest)).toBe(600);
});

describe('watchpoints', () => {
  onEveryEngineBy('stop after a store to what is watched, not to its neighbours', program, (guest) => {
    const address = guest.address('odd');
    guest.core.debugging.setWatchpoints([{ kind: 'write', address, length: 1 }]);
    for (let n = 0; n < 40; n++) {
      expect(stopOf(guest)).toEqual({ reason: 'watchpoint', kind: 'write', address });
      expect(guest.register('eip')).toBe(guest.address('even'));
      expect(guest.register('ecx')).toBe(599 - 2 * n);
    }
    guest.core.debugging.setWatchpoints([]);
    expect(end(guest)).toBe(600);
  });

  onEveryEngineBy('see loads', program, (guest) => {
    const address = guest.address('counter');
    guest.core.debugging.setWatchpoints([{ kind: 'read', address, length: 4 }]);
    // ADD loads too.
    for (const symbol of ['inside', 'loaded', 'inside', 'loaded']) {
      expect(stopOf(guest)).toMatchObject({ reason: 'watchpoint', kind: 'read' });
      const next = symbol === 'inside' ? guest.address('inside') : guest.address('even') + 7;
      expect(guest.register('eip')).toBe(next);
    }
    guest.core.debugging.setWatchpoints([]);
    expect(end(guest)).toBe(600);
  });
});

describe('steps', () => {
  onEveryEngineBy('run one instruction each', program, (guest) => {
    guest.core.debugging.setBreakpoints([guest.address('work')]);
    stopOf(guest);
    const eips: number[] = [];
    for (let n = 0; n < 9; n++) {
      expect(step(guest)).toEqual({ reason: 'step' });
      eips.push(guest.register('eip'));
    }
    const even = guest.address('even');
    // 600 is even: the store is jumped over.
    expect(eips.slice(0, 3)).toEqual([guest.address('inside'), guest.address('inside') + 2, even]);
    expect(eips.slice(3)).toEqual([
      even + 1,
      even + 6,
      even + 7,
      even + 8,
      guest.address('after'),
      guest.address('after') + 1,
    ]);
  });

  const halting: GuestProgram = {
    mode: 'flat32',
    origin: 0x100000,
    source: `
        sti
        nop
        hlt
        nop
`,
  };

  onEveryEngineBy('take no interrupt, but to leave a halt', halting, (guest) => {
    for (const eip of [1, 2, 3]) {
      step(guest);
      expect(guest.register('eip')).toBe(0x100000 + eip);
    }
    guest.core.debugging.setStepping(true);
    expect(guest.run(20).reason).toBe('slice');
    expect(guest.register('eip')).toBe(0x100003);
  });
});

describe.each(jumpVariants)('where nobody else asks for attention: $name', (variant) => {
  test('a breakpoint stops each call', async () => {
    const guest = new Guest(program, variant);
    const at = guest.address('even');
    guest.core.debugging.setBreakpoints([at]);
    stopOf(guest);
    for (let n = 0; n < 50; n++) expect(goOn(guest)).toEqual({ reason: 'breakpoint', address: at });
    guest.core.debugging.setBreakpoints([]);
    expect(end(guest)).toBe(600);
    await guest.dispose();
  });
});

test('with instruction time stops change no count of instructions', async () => {
  const variant = variants.find(({ name }) => name === 'translator, counting')!;
  const counts: number[] = [];
  for (const symbols of [[], ['inside'], ['after', 'even']]) {
    const guest = new Guest(program, variant);
    guest.core.debugging.setBreakpoints(symbols.map((symbol) => guest.address(symbol)));
    let result = go(guest);
    while (result.reason === 'debug') {
      step(guest);
      result = go(guest);
    }
    expect(result.reason).toBe('exit');
    counts.push(guest.core.metrics().instructions);
    await guest.dispose();
  }
  expect(new Set(counts).size).toBe(1);
});

describe('registers', () => {
  const variant = variants[0]!;

  test('are changed as the processor would, or not at all', async () => {
    const guest = new Guest(program, variant);
    const debug = guest.core.debugging;
    const written: [string, bigint][] = [
      ...([
        ['eax', 0x12345678n],
        ['eip', 0x100010n],
        ['eflags', 0x247n],
        ['cr2', 5n],
      ] as [string, bigint][]),
      ...([
        ['st0', 0x4000c90fdaa22168c235n],
        ['st7', 0xbfff8000000000000000n],
        ['fctrl', 0x27fn],
      ] as [string, bigint][]),
      ...([
        ['xmm3', 0x0123456789abcdef_fedcba9876543210n],
        ['mxcsr', 0x1fa0n],
        ['fs_base', 0x1000n],
      ] as [string, bigint][]),
    ];
    for (const [name, value] of written) expect(debug.writeRegister(name, value), name).toBe(true);
    expect(debug.readRegisters(written.map(([name]) => name))).toEqual(written.map(([, value]) => value));
    const [cr0] = debug.readRegisters(['cr0']);
    for (const [name, value] of [
      ['cr0', 0x80000000n],
      ['mxcsr', 0xffff0000n],
      ['efer', 1n],
      ['ds', 0xfff8n],
      ['cs', 0x1238n],
    ] as const)
      expect(debug.writeRegister(name, value), name).toBe(false);
    expect(debug.readRegisters(['cr0'])).toEqual([cr0]);
    await guest.dispose();
  });

  test('a tag word tells empty registers from others', async () => {
    const guest = new Guest(program, variant);
    const debug = guest.core.debugging;
    debug.writeRegister('ftag', 0xffffn);
    expect(debug.readRegisters(['ftag'])).toEqual([0xffffn]);
    debug.writeRegister('st0', 0x3fff8000000000000000n);
    expect(debug.readRegisters(['ftag'])).toEqual([0xfffcn]);
    await guest.dispose();
  });
});

describe('memory', () => {
  onEveryEngineBy('that is written runs as it is now', program, (guest) => {
    const debug = guest.core.debugging;
    debug.setBreakpoints([guest.address('work')]);
    for (let n = 0; n < 100; n++) n === 0 ? stopOf(guest) : goOn(guest);
    debug.setBreakpoints([]);
    // ADD [counter], 1 becomes ADD [counter], 3.
    expect(debug.write('linear', guest.address('inside') - 1, Uint8Array.of(3))).toBe(true);
    expect(end(guest)).toBe(99 + 3 * 501);
  });

  test('is written as a whole or not at all', async () => {
    const guest = new Guest(program, variants[0]!);
    const debug = guest.core.debugging;
    const last = (8 << 20) - 2;
    expect(debug.write('physical', last, Uint8Array.of(1, 2, 3))).toBe(false);
    expect(guest.bytes(last, 2)).toEqual([0, 0]);
    expect(debug.write('physical', last, Uint8Array.of(1, 2))).toBe(true);
    expect(guest.bytes(last, 2)).toEqual([1, 2]);
    await guest.dispose();
  });
});
