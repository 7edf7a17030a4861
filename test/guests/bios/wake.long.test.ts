import { describe, expect, test } from 'vitest';
import type { Machine } from '../../../src/index.ts';
import { bootSector, diskImage, machineWith } from './guest.ts';

/**
 * Suspends the machine to RAM once it has left VECTOR in the FACS, to which RSDP, RSDT and FADT lead. It writes what it finds when it goes on: its own
 * memory, the status of power management, the PAM register and the video mode.
 */
const sleeper = (vector: string) =>
  bootSector(`
        cli
        mov     al, [again]
        inc     byte [again]
        lgdt    [table]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        mov     bx, 8
        mov     fs, bx
        and     al, 0xFE
        mov     cr0, eax
        mov     esi, 0xE0000
.find:  add     esi, 16
        cmp     dword [fs:esi], 'RSD '
        jne     .find
        cmp     dword [fs:esi + 4], 'PTR '
        jne     .find
        mov     esi, [fs:esi + 16]      ; RSDT
        mov     esi, [fs:esi + 36]      ; the first table of it: FADT
        mov     dx, [fs:esi + 56]
        mov     [status], dx
        mov     ebx, [fs:esi + 36]      ; FACS
        mov     dword [fs:ebx + 12], ${vector}
        mov     dx, [fs:esi + 64]
        mov     ax, 3
        int     0x10                    ; FS loses its limit here, if the BIOS takes it
        mov     ax, 0x13
        int     0x10
        mov     ax, 0x2400              ; SLP_EN, S3
        out     dx, ax
.wait:  jmp     .wait
        align   16
woken:  jmp     0:.real
.real:  xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, 0x7000
        mov     si, text
        call    put
        movzx   ax, byte [again]
        call    hex
        mov     dx, [status]
        in      ax, dx
        and     al, 0xFE                ; not the timer's
        call    hex
        mov     ah, 0x0F
        int     0x10
        call    hex
        mov     eax, 0x80000058
        mov     dx, 0xCF8
        out     dx, eax
        mov     dx, 0xCFD
        in      al, dx
        movzx   ax, al
        call    hex
        jmp     leave
text:   db      'woken ', 0
again:  db      0
status: dw      0
        align   8
gdt:    dq      0, 0x00CF93000000FFFF
table:  dw      15
        dd      gdt
`);

async function sleep(vector: string, wake: (machine: Machine) => Promise<void>): Promise<string[]> {
  const { machine, text } = await machineWith({ drives: [{ image: diskImage(sleeper(vector)), format: 'raw' }] });
  const told: string[] = [];
  for (const name of ['suspend', 'wake', 'reset'] as const) machine.on(name, () => void told.push(name));
  machine.once('suspend', () => void wake(machine));
  await machine.start();
  await machine.exited;
  const all = text();
  return [...told, all.slice(all.lastIndexOf('...\n') + 4).trim()];
}

describe('a machine that was suspended to RAM', () => {
  const ways = {
    'the monitor': (machine: Machine) => machine.wake(),
    'the power button': (machine: Machine) => machine.pressPowerButton(),
    'a key': (machine: Machine) => machine.keyboard.press('a'),
  };
  test.each(Object.entries(ways))('goes on where the system has said when %s wakes it', async (_, wake) => {
    expect(await sleep('woken', wake)).toEqual(['suspend', 'wake', 'woken 0001 8100 5003 0010']);
  });

  test('stays suspended over a snapshot', async () => {
    const { machine, text } = await machineWith({ drives: [{ image: diskImage(sleeper('woken')), format: 'raw' }] });
    const asleep = new Promise<void>((resolve) => machine.once('suspend', () => resolve()));
    await machine.start();
    await asleep;
    const saved = await machine.snapshot();
    await machine.reset();
    await machine.load(saved);
    expect([machine.isSuspended, machine.state]).toEqual([true, 'running']);
    await machine.wake();
    await machine.exited;
    expect(text()).toContain('woken 0001 8100');
  });

  test('is started anew if the system has said nothing', async () => {
    const { machine } = await machineWith({ drives: [{ image: diskImage(sleeper('0')), format: 'raw' }] });
    const asleep = () => new Promise<void>((resolve) => machine.once('suspend', () => resolve()));
    const first = asleep();
    await machine.start();
    await first;
    const again = asleep();
    await machine.wake();
    await again;
    await machine.stop();
  });

  test('only such a machine can be woken', async () => {
    const { machine } = await machineWith({});
    await machine.start();
    await expect(machine.wake()).rejects.toThrow('Unable to wake up: guest is not in suspended state');
    await machine.stop();
  });
});
