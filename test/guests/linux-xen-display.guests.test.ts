import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitChannel, Machine, type MachineOptions, openChannel } from '../../src/index.ts';
import { keyName, keysByCode } from '../../src/input/keys.ts';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { eventsOf } from '../support/linux-events.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { type Engine, findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;

// Debian's kernel without PAE knows nothing of Xen. The drivers of keyboard and framebuffer are part of this one.
const found = await findLinux('686-pae');
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, 'evdev').catch(String);

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Dots of 32 bits whose red and green tell where they are: blue, green, red, and one that does not count. */
function picture({ width, height }: Size): Uint8Array {
  return Uint8Array.from({ length: 4 * width * height }, (_, n) => {
    const [x, y] = [(n >> 2) % width, Math.floor((n >> 2) / width)];
    return [77, y >> 2, x >> 3, 255][n & 3]!;
  });
}

/** Types of events, and codes of two keys and two buttons (include/uapi/linux/input-event-codes.h). */
const [KEY, RELATIVE, ABSOLUTE] = [1, 2, 3];
const [WHEEL, KEY_Q, KEY_UP, BUTTON_LEFT, BUTTON_SIDE] = [8, 16, 103, 0x110, 0x113];

interface Guest {
  shell: LinuxShell;
  readonly size: Size;
}

/** Colors of a dot of the screen. */
async function dot({ machine }: LinuxShell, x: number, y: number): Promise<number[]> {
  const { width, data } = await machine.screen.image();
  return [0, 1, 2].map((component) => data[4 * (y * width + x) + component]!);
}

/** A key of the upper half of the screen: the console’s cursor blinks at the bottom. */
async function upperHalf(machine: Machine): Promise<string> {
  const { data } = await machine.screen.image();
  return createHash('md5')
    .update(data.subarray(0, data.length / 2))
    .digest('hex');
}

const options: Partial<MachineOptions> = { xen: true, xenKeyboard: true, xenFramebuffer: true };

const checks: readonly (readonly [string, (guest: Guest) => Promise<void>])[] = [
  [
    'its drivers find them',
    async ({ shell, size }) => {
      expect(await shell.run('cat /sys/class/graphics/fb*/name')).toMatch(/^xen$/m);
      expect(await shell.run('grep -c "Xen Virtual" /proc/bus/input/devices')).toBe('2');
      expect(shell.machine.mouse.pointers[0]).toEqual({ name: 'xen', number: 1, isAbsolute: true });
      const { width, height } = await shell.machine.screen.image();
      expect({ width, height }).toEqual(size);
    },
  ],
  [
    'keys arrive',
    async ({ shell }) => {
      const { keyboard } = shell.machine;
      const events = await eventsOf(shell, 'Xen Virtual Keyboard', async () => {
        await keyboard.press('q');
        await keyboard.press('up');
      });
      expect(events).toEqual([
        [KEY, KEY_Q, 1],
        [KEY, KEY_Q, 0],
        [KEY, KEY_UP, 1],
        [KEY, KEY_UP, 0],
      ]);
      // One that is held repeats.
      const held = await eventsOf(shell, 'Xen Virtual Keyboard', async () => {
        await keyboard.down('q');
        await shell.run('sleep 0.7');
        await keyboard.up('q');
      });
      expect(held).toContainEqual([KEY, KEY_Q, 2]);
      expect([held.at(0), held.at(-1)]).toEqual([
        [KEY, KEY_Q, 1],
        [KEY, KEY_Q, 0],
      ]);
    },
  ],
  [
    'the pointer is where the host puts it, with its wheel and buttons',
    async ({ shell }) => {
      const { mouse } = shell.machine;
      const events = await eventsOf(shell, 'Xen Virtual Pointer', async () => {
        await mouse.moveTo(0.25, 0.5);
        await mouse.wheel(2);
        await mouse.press('left');
        await mouse.press('back');
        await mouse.moveTo(1, 0);
      });
      const places = (x: number, y: number) => [
        [ABSOLUTE, 0, x],
        [ABSOLUTE, 1, y],
      ];
      expect(events).toEqual([
        ...places(8192, 16384),
        // Away from the user is up.
        [RELATIVE, WHEEL, -2],
        ...[BUTTON_LEFT, BUTTON_SIDE].flatMap((button) => [
          [KEY, button, 1],
          [KEY, button, 0],
        ]),
        ...places(32767, 0),
      ]);
    },
  ],
  [
    'what is typed is on its console, and the console on the screen',
    async ({ shell }) => {
      const { machine } = shell;
      await shell.run('chvt 1; (head -n 1 < /dev/tty1 > /typed &)');
      const before = await machine.screen.png();
      await machine.keyboard.type('Hello\n');
      // The keys from before are in the line, too.
      await expect.poll(() => shell.run('cat /typed')).toMatch(/Hello$/);
      await expect.poll(async () => Buffer.compare(await machine.screen.png(), before)).not.toBe(0);
    },
  ],
  [
    'the screen shows what is drawn, whatever the adapter shows',
    async ({ shell, size: { width, height } }) => {
      await shell.run('cat /picture > /dev/fb0');
      expect(await dot(shell, 640, 100)).toEqual([80, 25, 77]);
      expect(await dot(shell, width - 1, height - 1)).toEqual([(width - 1) >> 3, (height - 1) >> 2, 77]);
      await shell.run(`yes ABCD | tr -d '\\n' | head -c ${4 * width} > /dev/fb0`);
      expect([await dot(shell, 640, 0), await dot(shell, 640, 100)]).toEqual([
        [67, 66, 65],
        [80, 25, 77],
      ]);
    },
  ],
  [
    'it goes on from a snapshot',
    async ({ shell }) => {
      const { machine } = shell;
      const before = await upperHalf(machine);
      const snapshot = await machine.snapshot();
      await shell.run('cat /dev/zero > /dev/fb0 2> /dev/null || true');
      expect(await upperHalf(machine)).not.toBe(before);
      await machine.load(snapshot);
      expect(await upperHalf(machine)).toBe(before);
      expect(machine.mouse.pointers[0]!.name).toBe('xen');
      const events = await eventsOf(shell, 'Xen Virtual Keyboard', () => machine.keyboard.press('q'));
      expect(events).toHaveLength(2);
    },
  ],
  [
    'a fork has them, too',
    async ({ shell: { machine } }) => {
      await using fork = await machine.fork();
      await fork.start();
      await expect.poll(() => fork.mouse.pointers[0]!.name).toBe('xen');
      const events = await eventsOf(LinuxShell.of(fork), 'Xen Virtual Pointer', () => fork.mouse.moveTo(0.5, 0.5));
      expect(events).toHaveLength(2);
      expect(await upperHalf(fork)).toBe(await upperHalf(machine));
    },
  ],
  [
    'it moves to another machine',
    async (guest) => {
      const { machine } = guest.shell;
      const before = await upperHalf(machine);
      const { address, channel } = await awaitChannel('tcp:127.0.0.1:0');
      const arriving = channel.then((opened) => Machine.receive(opened));
      await machine.migration.send(openChannel(`tcp:127.0.0.1:${(address as { port: number }).port}`));
      const other = await arriving;
      await other.start();
      await machine.stop();
      guest.shell = LinuxShell.of(other);
      expect(await upperHalf(other)).toBe(before);
      const events = await eventsOf(guest.shell, 'Xen Virtual Pointer', () => other.mouse.moveTo(0, 1));
      expect(events).toEqual([
        [ABSOLUTE, 0, 0],
        [ABSOLUTE, 1, 32767],
      ]);
    },
  ],
  [
    'drivers go and come again',
    async ({ shell }) => {
      const { machine } = shell;
      const before = await upperHalf(machine);
      await shell.run('echo 0 > /sys/class/vtconsole/vtcon1/bind; echo vfb-0 > /sys/bus/xen/drivers/vfb/unbind');
      await expect.poll(() => upperHalf(machine)).not.toBe(before);
      await shell.run('echo vfb-0 > /sys/bus/xen/drivers/vfb/bind; cat /picture > /dev/fb0');
      expect(await dot(shell, 640, 100)).toEqual([80, 25, 77]);
      await shell.run('echo vkbd-0 > /sys/bus/xen/drivers/vkbd/unbind');
      await expect.poll(() => machine.mouse.pointers[0]!.name).toBe('ps2');
      await shell.run('echo vkbd-0 > /sys/bus/xen/drivers/vkbd/bind');
      await expect.poll(() => machine.mouse.pointers[0]!.name).toBe('xen');
      const events = await eventsOf(shell, 'Xen Virtual Keyboard', () => machine.keyboard.press('q'));
      expect(events).toHaveLength(2);
    },
  ],
  [
    'nothing went wrong',
    async ({ shell }) => {
      expect(await shell.run('dmesg | grep -iE "(xen|vkbd|vfb).*(fail|error|timeout)|oops|BUG:" || true')).toBe('');
    },
  ],
  [
    'without its driver the keyboard is that of the i8042 again, whose keys have the same numbers',
    async ({ shell }) => {
      const { keyboard, mouse } = shell.machine;
      const keys = Object.values(keysByCode()).map((number) => keyName(number)!);
      const pressed = async (device: string) => {
        const events = await eventsOf(shell, device, async () => {
          for (const key of keys) await keyboard.press(key);
        });
        return events.flatMap(([type, code, value]) => (type === KEY && value === 1 ? [code] : []));
      };
      const numbers = await pressed('Xen Virtual Keyboard');
      expect(numbers).toHaveLength(keys.length);
      await shell.run('echo vkbd-0 > /sys/bus/xen/drivers/vkbd/unbind');
      await expect.poll(() => mouse.pointers[0]!.name).toBe('ps2');
      expect(await pressed('AT Translated')).toEqual(numbers);
    },
  ],
];

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux with Xen's keyboard and framebuffer: ${reason}`, () => test('boots', () => {}));
} else {
  describe.each<{ readonly engine: Engine; readonly vga: 'none' | 'std'; readonly size: Size; readonly video: string }>(
    [
      {
        engine: 'translator',
        vga: 'none',
        size: { width: 1280, height: 1024 },
        video: 'xen_fbfront.video=8,1280,1024',
      },
      { engine: 'interpreter', vga: 'std', size: { width: 800, height: 600 }, video: '' },
    ],
  )("Linux with Xen's keyboard and framebuffer on the $engine, adapter: $vga", { timeout: TIMEOUT }, (variant) => {
    const { engine, vga, size, video } = variant;
    const entries = [...modules, { type: 'file', path: 'picture', data: picture(size) } as const];
    const linux: DebianLinux = { ...found, initrd: () => found.initrd(entries) };
    const guest = { size } as Guest;
    beforeAll(async () => {
      guest.shell = await LinuxShell.boot(linux, engine, `cryptomgr.notests console=tty0 console=ttyS0 ${video}`, {
        ...options,
        ...{ vga, memory: '192M' },
      });
    }, TIMEOUT);
    afterAll(() => guest.shell?.machine.stop());

    test.each(checks)('%s', (_name, check) => check(guest));
  });
}
