import { describe, expect } from 'vitest';
import { endValue, onEveryEngineBy } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const hex = (value: number) => value.toString(16).padStart(8, '0');

/** A loop of three runs, and another block. */
const loop = kernel(`
main:   mov     ecx, 3
.loop:  add     eax, ecx
        dec     ecx
after:  jnz     main.loop
done:   mov     eax, 42
        jmp     exit
`);

/** Addresses of blocks that ran from the first line of the log with this one on. */
function blocksFrom(log: string, first: string): string[] {
  const blocks = [...log.matchAll(/^Trace 0: 0x[0-9a-f]{8} \[[0-9a-f]{8}\/00000000([0-9a-f]{8})\/.*\] $/gm)];
  const addresses = blocks.map(([, address]) => address!);
  return addresses.slice(addresses.indexOf(first));
}

describe('the log of code', () => {
  onEveryEngineBy(
    'has each run of a block',
    loop,
    (guest) => {
      expect(endValue(guest)).toBe(42);
      const [main, again, done] = ['main', 'main.loop', 'done'].map((label) => hex(guest.address(label)));
      expect(blocksFrom(guest.log, main!).slice(0, 4)).toEqual([main, again, again, done]);
    },
    { log: ['exec', 'nochain'] },
  );

  onEveryEngineBy(
    'has the instructions of a block once, before its first run, and the registers at each run',
    loop,
    (guest) => {
      expect(endValue(guest)).toBe(42);
      const at = hex(guest.address('done'));
      expect(guest.log).toContain(`----------------\nIN: \n0x${at}:  b8 2a 00 00 00           mov eax,`);
      const [again, jump] = [guest.address('main.loop'), guest.address('after')];
      const lines = guest.log.split('\n');
      expect(lines.filter((line) => line.startsWith(`0x${hex(again)}:`))).toHaveLength(2);
      expect(lines.filter((line) => line.startsWith(`0x${hex(jump)}:`))).toHaveLength(2);
      const counts = lines.flatMap((line, n) =>
        lines[n + 2]?.startsWith(`EIP=${hex(again)}`) ? [/ECX=(\w+)/.exec(line)![1]] : [],
      );
      expect(counts).toEqual(['00000002', '00000001']);
    },
    { log: ['in_asm', 'cpu'] },
  );

  onEveryEngineBy(
    'has the handler of an interrupt that comes between two instructions, and what it has interrupted only when that runs',
    kernel(`
main:   mov     ax, 2000
        call    timer_start
        sti
.wait:  hlt
woken:  cmp     dword [ticks], 3
        jb      main.wait
        cli
        mov     eax, 1
        jmp     exit
`),
    (guest) => {
      expect(endValue(guest)).toBe(1);
      const delivered = [...guest.log.matchAll(/^ +\d+: v=20 .*\n(?:.*\n)*?(Trace .*)\n/gm)];
      expect(delivered.length).toBeGreaterThanOrEqual(3);
      const handlers = new Set(delivered.map(([, trace]) => trace));
      expect(handlers.size).toBe(1);
      expect([...handlers][0]).not.toContain(hex(guest.address('woken')));
    },
    { log: ['exec', 'int'] },
  );

  onEveryEngineBy(
    'has changed code again',
    kernel(`
main:   mov     esi, 2
.again: call    changed
        mov     byte [changed + 1], 7
        dec     esi
        jnz     .again
        jmp     exit
changed:
        mov     eax, 5
        ret
`),
    (guest) => {
      expect(endValue(guest)).toBe(7);
      const lines = guest.log.split('\n').filter((line) => line.startsWith(`0x${hex(guest.address('changed'))}:`));
      expect(lines.map((line) => line.slice(13, 27))).toEqual(['b8 05 00 00 00', 'b8 07 00 00 00']);
    },
    { log: ['in_asm'] },
  );
});

describe('what the log of code is asked for', () => {
  onEveryEngineBy(
    'has only blocks that begin in its ranges',
    loop,
    (guest) => {
      expect(endValue(guest)).toBe(42);
      const here = guest.address('main.loop');
      expect(here).toBe(0x11005);
      expect(guest.log.match(/^Trace .*$/gm)).toHaveLength(2);
      expect(guest.log.match(/^0x[0-9a-f]{8}:/gm)).toEqual([
        `0x${hex(here)}:`,
        `0x${hex(here + 2)}:`,
        `0x${hex(here + 3)}:`,
      ]);
    },
    { log: ['in_asm', 'exec'], logRanges: [{ first: 0x11001, last: 0x11005 }] },
  );

  onEveryEngineBy(
    'has the registers of the FPU',
    kernel(`
main:   fninit
        fld1
        jmp     .done
.done:  mov     eax, 1
        jmp     exit
`),
    (guest) => {
      expect(endValue(guest)).toBe(1);
      const [, registers] = guest.log.split(`EIP=${hex(guest.address('main.done'))}`);
      expect(registers).toMatch(/^FCW=037f FSW=3800 \[ST=7\] FTW=80 MXCSR=00001f80$/m);
      expect(registers).toMatch(/^FPR6=0{16} 0000 FPR7=80{15} 3fff$/m);
    },
    { log: ['cpu', 'fpu'] },
  );
});

describe('the log of paging', () => {
  onEveryEngineBy(
    'has what is written to CR0 and CR3',
    kernel(`
main:   call    paging_start
        mov     eax, cr3
        mov     cr3, eax
        mov     eax, 1
        jmp     exit
`),
    (guest) => {
      expect(endValue(guest)).toBe(1);
      expect(guest.log).toMatch(/^CR0 update: CR0=0x80010011\nCR3 update: CR3=[0-9a-f]{8}\n$/m);
    },
    { log: ['mmu'] },
  );
});
