import { expect, test } from 'vitest';
import { MouseMode } from '../../../runtime/devices/vmport/registers.ts';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Machine } from '../../../src/index.ts';
import { Keyboard } from '../../../src/input/keyboard.ts';
import { Mouse, type MouseButton } from '../../../src/input/mouse.ts';
import { Outflow } from '../../../src/isolate/flow.ts';

function sentBy(act: (line: Outflow) => Promise<unknown>): number[] {
  const sent: number[] = [];
  void act(new Outflow(1000, (bytes) => sent.push(...bytes)));
  return sent;
}

const keys = (act: (keyboard: Keyboard) => Promise<void>): number[] => sentBy((line) => act(new Keyboard(line)));
const moves = (act: (mouse: Mouse) => Promise<void>): number[] => sentBy((line) => act(new Mouse({ ps2: line })));

test('keys are called as in QEMU or in browsers', () => {
  const control = [0x1d, 1, 0x38, 1, 0xd3, 1, 0xd3, 0, 0x38, 0, 0x1d, 0];
  expect(keys((keyboard) => keyboard.press('ctrl-alt-delete'))).toEqual(control);
  expect(keys((keyboard) => keyboard.press('ControlLeft-AltLeft-Delete'))).toEqual(control);
  expect(keys((keyboard) => keyboard.down('F1'))).toEqual([0x3b, 1]);
  expect(keys((keyboard) => keyboard.up('altgr'))).toEqual([0xb8, 0]);
});

test('keys are held for milliseconds of the guest: pauses between them have the powers of two', () => {
  expect(keys((keyboard) => keyboard.press('shift-a', 100))).toEqual([
    ...[0x2a, 1, 0x1e, 1],
    ...[0, 6, 0, 5, 0, 2],
    ...[0x1e, 0, 0x2a, 0],
  ]);
  const longest = keys((keyboard) => keyboard.press('a', Infinity));
  expect(longest).toEqual([0x1e, 1, ...Array.from({ length: 31 }, (_, n) => [0, 30 - n]).flat(), 0x1e, 0]);
});

test.each([-1, Number.NaN, 'long'])('a time that keys cannot be held for is refused: %s', async (held) => {
  const keyboard = new Keyboard(new Outflow(0, () => {}));
  const message = `keys are held for milliseconds from 0 on, not ${typeof held === 'string' ? `'${held}'` : held}`;
  await expect(keyboard.press('a', held as number)).rejects.toThrow(message);
});

test('text is typed with the US layout', () => {
  expect(keys((keyboard) => keyboard.type('a\nB'))).toEqual([
    0x1e, 1, 0x1e, 0, 0x1c, 1, 0x1c, 0, 0x2a, 1, 0x30, 1, 0x30, 0, 0x2a, 0,
  ]);
});

test('text is typed with the layout that the guest has', () => {
  const typed = keys((keyboard) => {
    keyboard.layout = 'de';
    return keyboard.type('z@');
  });
  expect(typed).toEqual([0x15, 1, 0x15, 0, 0xb8, 1, 0x10, 1, 0x10, 0, 0xb8, 0]);
  const sent = sentBy((line) => new Keyboard(line, 'fr').type('Q'));
  expect(sent).toEqual([0x2a, 1, 0x1e, 1, 0x1e, 0, 0x2a, 0]);
});

test('a layout that is not there is refused by name', () => {
  const keyboard = new Keyboard(new Outflow(0, () => {}));
  const message = "there is no keyboard layout 'xx'; there are en-us, en-gb, de,";
  expect(() => Object.assign(keyboard, { layout: 'xx' })).toThrow(message);
});

test.each<[string, (keyboard: Keyboard) => Promise<void>, string]>([
  ['a key', (keyboard) => keyboard.press('ctrl-any'), "there is no key 'any'"],
  ['a part', (keyboard) => keyboard.press('ctrl-'), "there is no key ''"],
  ['what is no text', (keyboard) => keyboard.press(1 as unknown as string), 'takes names of keys, not number'],
  ['a key to hold', (keyboard) => keyboard.down('any'), "there is no key 'any'"],
  ['a key to let go', (keyboard) => keyboard.up('any'), "there is no key 'any'"],
  ['a character', (keyboard) => keyboard.type('naïve'), "the layout en-us has no key for 'ï' (U+00EF)"],
])('%s that is not there is refused by name, by the promise', async (_, act, message) => {
  await expect(act(new Keyboard(new Outflow(0, () => {})))).rejects.toThrow(message);
});

test('keys that nobody waits for are no unhandled rejection when the machine ends', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  const line = new Outflow(0, () => {});
  void new Keyboard(line).press('a');
  void new Mouse({ ps2: line }).move(1, 1);
  line.close(new Error('the machine has ended'));
  await new Promise((resolve) => setTimeout(resolve));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

test('lights are told', async () => {
  const keyboard = new Keyboard(new Outflow(0, () => {}));
  const told: unknown[] = [];
  keyboard.on('leds', (leds) => {
    told.push(leds);
  });
  await keyboard.receive(Uint8Array.of(6));
  expect(told).toEqual([{ scrollLock: false, numLock: true, capsLock: true }]);
  expect(keyboard.leds.capsLock).toBe(true);
});

test('the mouse counts upwards, the screen downwards', () => {
  expect(moves((mouse) => mouse.move(-2, 300))).toEqual([0xfe, 0xff, 0xd4, 0xfe, 0, 0]);
  expect(moves((mouse) => mouse.wheel(-1))).toEqual([0, 0, 0, 0, 0xff, 0]);
});

test('buttons stay down until they go up', () => {
  const press = async (mouse: Mouse) => {
    await mouse.down('right');
    await mouse.press();
  };
  const sent: number[] = [];
  const mouse = new Mouse({ ps2: new Outflow(1000, (bytes) => sent.push(bytes[5]!)) });
  return press(mouse).then(() => expect(sent).toEqual([2, 3, 2]));
});

test.each<[string, (mouse: Mouse) => Promise<void>, string]>([
  ['a part of a count', (mouse) => mouse.move(0.5, 0), 'x is 0.5; it must be a whole number from -32767 to 32767'],
  ['too many steps', (mouse) => mouse.wheel(1000), 'steps is 1000'],
  ['a button', (mouse) => mouse.down('third' as MouseButton), "there is no mouse button 'third'"],
  ['a button to let go', (mouse) => mouse.up('third' as MouseButton), "there is no mouse button 'third'"],
  ['a button to click', (mouse) => mouse.press('third' as MouseButton), "there is no mouse button 'third'"],
  ['a place', (mouse) => mouse.moveTo(1.5, 0), 'x is 1.5; it must be a number from 0 to 1'],
])('%s that the mouse does not have is refused, by the promise', async (_, act, message) => {
  await expect(act(new Mouse({ ps2: new Outflow(0, () => {}) }))).rejects.toThrow(message);
});

test('keys and movements go to the USB while the guest uses what is there', async () => {
  const sent: string[] = [];
  const line = (name: string) => new Outflow(1000, (bytes) => sent.push(`${name} ${[...bytes].join(' ')}`));
  const keyboard = new Keyboard(line('ps2'));
  keyboard.plug('usb', line('usb'));
  const mouse = new Mouse({ ps2: line('ps2'), usb: line('usb'), tablet: line('tablet') });
  await mouse.moveTo(1, 1);
  await keyboard.usb.receive(Uint8Array.of(0x82));
  await keyboard.down('a');
  await mouse.usb.receive(Uint8Array.of(1));
  await mouse.move(1, 2);
  await mouse.tablet.receive(Uint8Array.of(0, 1));
  await mouse.moveTo(0.5, 0);
  await mouse.down();
  await mouse.move(1, 0);
  await keyboard.usb.receive(Uint8Array.of(0));
  await mouse.tablet.receive(Uint8Array.of(0));
  await mouse.usb.receive(Uint8Array.of(0));
  await keyboard.up('a');
  await mouse.up();
  expect(sent).toEqual([
    ...['usb 30 1', 'usb 1 0 254 255 0 0', 'tablet 0 64 0 0 0 0', 'tablet 0 64 0 0 0 1', 'usb 1 0 0 0 0 0'],
    ...['ps2 30 0', 'ps2 0 0 0 0 0 0'],
  ]);
  expect([keyboard.leds.numLock, mouse.isAbsolute]).toEqual([true, false]);
});

test('the keyboard and the pointer of Xen get input while the guest uses them', async () => {
  const sent: string[] = [];
  const line = (name: string) => new Outflow(1000, (bytes) => sent.push(`${name} ${[...bytes].join(' ')}`));
  const keyboard = new Keyboard(line('ps2'));
  keyboard.plug('usb', line('usb'));
  keyboard.plug('xen', line('xen'));
  const mouse = new Mouse({ ps2: line('ps2') });
  const guest = mouse.xen(line('xen'));
  await keyboard.usb.receive(Uint8Array.of(0x82));
  await keyboard.xen.receive(Uint8Array.of(0x80));
  await keyboard.down('a');
  await keyboard.xen.receive(Uint8Array.of(0));
  await keyboard.up('a');
  // It has no lights, and turns none off.
  expect(keyboard.leds.numLock).toBe(true);
  await guest.receive(Uint8Array.of(2));
  expect(mouse.pointers[0]).toEqual({ name: 'xen', number: 1, isAbsolute: false });
  await mouse.move(1, 2);
  await guest.receive(Uint8Array.of(1));
  await mouse.moveTo(1, 0);
  await guest.receive(Uint8Array.of(0));
  await mouse.move(3, 0);
  expect(mouse.pointers).toHaveLength(1);
  expect(sent).toEqual([...['xen 30 1', 'usb 30 0', 'xen 1 0 254 255 0 0', 'xen 255 127 0 0 0 0', 'ps2 3 0 0 0 0 0']]);
});

test('which pointer is used can be chosen, until the guest begins to use another one', async () => {
  const sent: string[] = [];
  const line = (name: string) => new Outflow(1000, (bytes) => sent.push(`${name} ${bytes[0]} ${bytes[5]}`));
  const mouse = new Mouse({ ps2: line('ps2'), tablet: line('tablet'), usb: line('usb') });
  mouse.choose('usb');
  expect(mouse.pointers).toEqual([
    { name: 'usb', number: 2, isAbsolute: false },
    { name: 'ps2', number: 0, isAbsolute: false },
    { name: 'tablet', number: 1, isAbsolute: true },
  ]);
  await mouse.move(1, 0);
  await mouse.tablet.receive(Uint8Array.of(1));
  await mouse.down();
  mouse.choose('ps2');
  await mouse.move(2, 0);
  expect(sent).toEqual(['usb 1 0', 'tablet 0 1', 'ps2 2 1']);
  expect(mouse.isAbsolute).toBe(false);
});

test('a tablet tells places while the guest uses it, whatever pointer has the buttons', async () => {
  const sent: string[] = [];
  const line = (name: string) => new Outflow(1000, (bytes) => sent.push(`${name} ${bytes[0]} ${bytes[5]}`));
  const mouse = new Mouse({ ps2: line('ps2'), tablet: line('tablet'), usb: line('usb') });
  await mouse.tablet.receive(Uint8Array.of(1));
  await mouse.usb.receive(Uint8Array.of(1));
  await mouse.down();
  await mouse.moveTo(1 / 32767, 0);
  expect(mouse.isAbsolute).toBe(false);
  mouse.choose('ps2');
  await mouse.moveTo(2 / 32767, 0);
  await mouse.tablet.receive(Uint8Array.of(0));
  await mouse.moveTo(3 / 32767, 0);
  expect(sent).toEqual(['usb 0 1', 'tablet 1 0', 'tablet 2 0']);
});

test("VMware's mouse is there while the guest uses it, for places or movements", async () => {
  const sent: string[] = [];
  const line = (name: string) => new Outflow(1000, (bytes) => sent.push(`${name} ${bytes[0]} ${bytes[5]}`));
  const mouse = new Mouse({ ps2: line('ps2'), tablet: line('tablet') });
  const guest = mouse.vmmouse(line('vmmouse'));
  const tell = (mode: keyof typeof MouseMode) => guest.receive(Uint8Array.of(MouseMode[mode]));
  await mouse.moveTo(1 / 32767, 0);
  await tell('relative');
  await mouse.move(2, 0);
  expect(mouse.isAbsolute).toBe(false);
  await tell('absolute');
  await mouse.moveTo(3 / 32767, 0);
  await mouse.move(4, 0);
  await mouse.down();
  expect(mouse.pointers[0]).toEqual({ name: 'vmmouse', number: 2, isAbsolute: true });
  await mouse.tablet.receive(Uint8Array.of(1));
  await mouse.moveTo(5 / 32767, 0);
  await mouse.tablet.receive(Uint8Array.of(0));
  await mouse.moveTo(6 / 32767, 0);
  await tell('off');
  await mouse.moveTo(7 / 32767, 0);
  expect(mouse.pointers.map(({ name }) => name)).toEqual(['ps2', 'tablet']);
  const absolute = ['vmmouse 3 0', 'ps2 4 0', 'vmmouse 3 1', 'tablet 5 1', 'vmmouse 6 1'];
  expect(sent).toEqual(['vmmouse 2 0', ...absolute]);
});

/** A boot sector that writes what INT 16h reads to port E9h. */
const echo = assemble(
  `
        mov     al, '>'
        out     0xe9, al
again:  mov     ah, 0
        int     0x16
        out     0xe9, al
        jmp     again
        times   510 - ($ - $$) db 0
        dw      0xaa55
`,
  { origin: 0x7c00, bits: 16 },
).bytes;

test('what is typed arrives whole, however much it is', async () => {
  const image = new Uint8Array(1440 * 1024);
  image.set(echo);
  const drives = [{ image, interface: 'floppy' as const }];
  await using machine = await Machine.create({ memory: 16, drives, debugConsole: { iobase: 0xe9 } });
  const switched = new Promise<boolean>((resolve) => {
    machine.keyboard.on('leds', ({ capsLock }) => {
      if (capsLock) resolve(capsLock);
    });
  });
  await machine.start();
  await machine.debugConsole.expect('>');
  const text = 'The quick brown fox: {jumps} over "the" lazy dog? 0123456789!@#$%^&*()_+|~`';
  await machine.keyboard.type(text);
  await machine.debugConsole.expect(text);
  await machine.keyboard.press('caps_lock');
  await machine.keyboard.type('a');
  await machine.debugConsole.expect('A');
  expect(await switched).toBe(true);
});
