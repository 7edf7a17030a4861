import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const linux = await findLinux();
const TIMEOUT = 600_000;

const WIDTH = 1280;
/** Dots of 32 bits whose red and green tell where they are: blue, green, red, and one that does not count. */
const picture = Uint8Array.from({ length: 4 * WIDTH * 800 }, (_, n) => {
  const [x, y] = [(n >> 2) % WIDTH, Math.floor((n >> 2) / WIDTH)];
  return [77, y >> 2, x >> 3, 255][n & 3]!;
});

/** Colors of a dot of the screen. */
function dot({ width, data }: { width: number; data: ArrayLike<number> }, x: number, y: number): number[] {
  return [0, 1, 2].map((component) => data[4 * (y * width + x) + component]!);
}

describe.skipIf(typeof linux === 'string').each(['interpreter', 'translator'] as const)(
  "Linux's driver of the display adapter: %s",
  { timeout: TIMEOUT },
  (engine) => {
    let shell: LinuxShell;

    beforeAll(async () => {
      if (typeof linux === 'string') return;
      const modules = await linuxModules(linux.modules, 'bochs');
      const entries = [...modules, { type: 'file', path: 'picture', data: picture } as const];
      const system = { ...linux, initrd: () => linux.initrd(entries) };
      shell = await LinuxShell.boot(system, engine, '', { vga: 'std' });
    }, TIMEOUT);
    afterAll(() => shell.machine.stop());

    test('finds the adapter and what the monitor tells, and complains of nothing', async () => {
      const log = await shell.run('dmesg | grep -iE "bochs|drm"');
      expect(log).toContain('Found bochs VGA, ID 0xb0c5');
      expect(log).toContain('Framebuffer size 16384 kB');
      expect(log).toContain('Found EDID data blob');
      expect(log).toMatch(/fb0: bochs-drmdrmfb frame buffer device/);
      expect(log).not.toMatch(/error|fail|warn|invalid|checksum|BUG/i);
    });

    test('shows what is written to the frame buffer, in the mode that the monitor prefers', async () => {
      expect(await shell.run('cat /sys/class/graphics/fb0/virtual_size')).toBe('1280,800');
      // In large writes: Linux 6.1 does not show one that begins and ends in the last line, up to its end.
      await shell.run('cat /picture > /dev/fb0; sleep 2');
      const image = await shell.machine.screen.image();
      expect([image.width, image.height]).toEqual([1280, 800]);
      expect([dot(image, 640, 100), dot(image, 1279, 799)]).toEqual([
        [640 >> 3, 100 >> 2, 77],
        [1279 >> 3, 799 >> 2, 77],
      ]);
    });
  },
);

describe.skipIf(typeof linux === 'string').each(['interpreter', 'translator'] as const)(
  "Linux's driver of the CL-GD5446: %s",
  { timeout: TIMEOUT },
  (engine) => {
    let shell: LinuxShell;

    beforeAll(async () => {
      if (typeof linux === 'string') return;
      const modules = await linuxModules(linux.modules, 'cirrus');
      const system = { ...linux, initrd: () => linux.initrd(modules) };
      shell = await LinuxShell.boot(system, engine, '', { vga: 'cirrus' });
    }, TIMEOUT);
    afterAll(() => shell.machine.stop());

    test('finds it, and complains of nothing', async () => {
      const log = await shell.run('dmesg | grep -iE "cirrus|drm"');
      expect(log).toMatch(/Initialized cirrus/);
      expect(log).toMatch(/fb0: cirrusdrmfb frame buffer device/);
      expect(log).not.toMatch(/error|fail|warn|invalid|BUG/i);
    });

    test('shows what is written to the frame buffer', async () => {
      const [width, height] = (await shell.run('cat /sys/class/graphics/fb0/virtual_size'))
        .trim()
        .split(',')
        .map(Number);
      await shell.run(`yes ABCD | tr -d '\\n' | head -c ${width! * height!} > /dev/fb0; sleep 2`);
      const image = await shell.machine.screen.image();
      expect([image.width, image.height]).toEqual([width, height]);
      // Pixels of 16 bits: 4241h, 4443h.
      expect(await shell.run('cat /sys/class/graphics/fb0/bits_per_pixel')).toBe('16');
      expect([dot(image, 100, 10), dot(image, 101, 10)]).toEqual([
        [66, 73, 8],
        [66, 138, 24],
      ]);
    });
  },
);

describe.skipIf(typeof linux === 'string').each(['interpreter', 'translator'] as const)(
  "Linux's driver of VMware's SVGA II: %s",
  { timeout: TIMEOUT },
  (engine) => {
    let shell: LinuxShell;

    beforeAll(async () => {
      if (typeof linux === 'string') return;
      const modules = await linuxModules(linux.modules, 'vmwgfx');
      const entries = [...modules, { type: 'file', path: 'picture', data: picture } as const];
      const system = { ...linux, initrd: () => linux.initrd(entries) };
      shell = await LinuxShell.boot(system, engine, '', { vga: 'vmware' });
    }, TIMEOUT);
    afterAll(() => shell.machine.stop());

    test('finds it', async () => {
      const log = await shell.run('dmesg | grep -iE "vmwgfx|drm"');
      expect(log).toMatch(/Initialized vmwgfx/);
      expect(log).toMatch(/fb0: vmwgfxdrmfb frame buffer device/);
      // The backdoor has no channel for messages to the host's log.
      expect(log.replace(/.*Failed to send host log message.*/, '')).not.toMatch(/error|fail|warn|invalid|BUG/i);
    });

    test('shows what is written to the frame buffer', async () => {
      const size = (await shell.run('cat /sys/class/graphics/fb0/virtual_size')).split(',').map(Number);
      const [width, height] = size as [number, number];
      expect(await shell.run('cat /sys/class/graphics/fb0/bits_per_pixel')).toBe('32');
      await shell.run(`head -c ${4 * width * height} /picture > /dev/fb0; sleep 2`);
      const image = await shell.machine.screen.image();
      expect([image.width, image.height]).toEqual([width, height]);
      const [x, y] = [(width * 100 + 640) % WIDTH, Math.floor((width * 100 + 640) / WIDTH)];
      expect(dot(image, 640, 100)).toEqual([x >> 3, y >> 2, 77]);
    });
  },
);
