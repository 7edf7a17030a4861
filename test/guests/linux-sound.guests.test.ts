import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ArchiveEntry } from '../../src/node/linux/cpio.ts';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { linuxProgram } from '../support/linux-program.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';
import { readWav, sideOf } from '../support/sound-roms.ts';
import { amplitudeAt, frequencyOf } from '../support/tones.ts';

const TIMEOUT = 900_000;
/** Hz: of the tone, and of its samples of 8 bits, which is what /dev/dsp has when it is opened. */
const [TONE, RATE] = [500, 8000];

const found = await findLinux();
const modules = (...names: string[]): Promise<ArchiveEntry[] | string> =>
  typeof found === 'string'
    ? Promise.resolve(found)
    : linuxModules(found.modules, ...names, 'snd-pcm-oss').catch(String);

const cards = [
  { card: 'sb16', driver: 'snd-sb16', parameters: 'isapnp=0 port=0x220 irq=5 dma8=1 dma16=5' },
  { card: 'AC97', driver: 'snd-intel8x0', parameters: '' },
] as const;

/** With time of instructions a busy host takes nothing away from the tone. */
const icount = { shift: 3 } as const;

/** Two seconds of a square wave. */
const tone = Uint8Array.from({ length: 2 * RATE }, (_, n) => (n % (RATE / TONE) < RATE / TONE / 2 ? 0xc0 : 0x40));

/** Sets the levels of the master and of samples to full: drivers begin with 0, and busybox has nothing that raises them. */
const raise = linuxProgram(`
        mov     eax, 5          ; open("/dev/mixer", O_RDWR)
        mov     ebx, .name
        mov     ecx, 2
        int     0x80
        mov     ebx, eax
        mov     eax, 54         ; ioctl(…, SOUND_MIXER_WRITE_VOLUME, …)
        mov     ecx, 0xC0044D00
        mov     edx, .level
        int     0x80
        mov     eax, 54         ; ioctl(…, SOUND_MIXER_WRITE_PCM, …)
        mov     ecx, 0xC0044D04
        mov     edx, .level
        int     0x80
        mov     ebx, eax        ; exit(0 if all is well)
        mov     eax, 1
        int     0x80
.level: dd      0x6464
.name:  db      "/dev/mixer", 0
`);

/** The script that loads modules, with the parameters of one of them. */
function withParameters(entries: readonly ArchiveEntry[], driver: string, parameters: string): ArchiveEntry[] {
  return entries.map((entry) =>
    entry.path === 'etc/start' && 'data' in entry
      ? { ...entry, data: `${entry.data}`.replace(`${driver}.ko`, `${driver}.ko ${parameters}`) }
      : entry,
  ) as ArchiveEntry[];
}

describe.each(cards)('Linux plays by $card', ({ card, driver, parameters }) => {
  test('two seconds written to /dev/dsp are recorded', { timeout: TIMEOUT }, async ({ skip }) => {
    const entries = await modules(driver);
    if (typeof entries === 'string') return skip(entries);
    const folder = mkdtempSync(join(tmpdir(), 'sound-'));
    const file = join(folder, 'out.wav');
    try {
      const more = [
        ...withParameters(entries, driver, parameters),
        { type: 'file', path: 'tone', data: tone } as const,
        { type: 'file', path: 'raise', data: raise, mode: 0o755 } as const,
      ];
      const linux = found as DebianLinux;
      const whole = { ...linux, initrd: () => linux.initrd(more) };
      const machine = { soundCards: [card], sound: { file }, vga: 'none', icount } as const;
      await using shell = await LinuxShell.boot(whole, 'translator', 'quiet', machine);
      expect(await shell.run('cat /proc/asound/cards')).not.toContain('no soundcards');
      await shell.run('/raise');
      await shell.run('cat /tone > /dev/dsp');
      await shell.machine.stop();
      const { rate, samples } = readWav(readFileSync(file));
      const seconds = samples.length / 2 / rate;
      expect(seconds).toBeGreaterThan(1.9);
      expect(seconds).toBeLessThan(2.5);
      for (const side of ['left', 'right'] as const) {
        const middle = sideOf(samples, side).slice(0.5 * rate, 1.5 * rate);
        expect(frequencyOf(middle, rate)).toBeCloseTo(TONE, 0);
        // Of a square wave: 4 / pi times its height, which is half of what 16 bits have.
        expect(amplitudeAt(middle, rate, TONE) / ((4 / Math.PI) * 0x4000)).toBeCloseTo(1, 1);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
