import { describe, expect, test } from 'vitest';
import { bootSector, diskImage, machineWith } from './guest.ts';

/** Writes each key that INT 16h 10h gives, and after Escape the states of INT 16h 12h. */
const echo = bootSector(`
        mov     si, ready
        call    put
.next:  mov     ah, 0x10
        int     0x16
        cmp     ax, 0x011B
        je      .states
        call    hex
        jmp     .next
.states:
        mov     si, states
        call    put
        mov     ah, 0x12
        int     0x16
        call    hex
        jmp     .next
ready:  db 'ready ', 0
states: db 'states ', 0
`);

/** A machine whose guest waits for keys. `until` waits for what it has written. */
async function echoing(sector: Uint8Array = echo) {
  const { machine, text } = await machineWith({ drives: [{ image: diskImage(sector), format: 'raw' }] });
  await machine.start();
  const until = async (pattern: RegExp): Promise<string> => {
    while (!pattern.test(text()))
      await new Promise<void>((resolve) => machine.debugConsole.once('data', () => resolve()));
    return text().slice(text().lastIndexOf('ready ') + 'ready '.length);
  };
  await until(/ready /);
  return { machine, until };
}

/** Presses keys, and gives what the guest got, up to the states. */
async function keysGive(press: readonly string[]): Promise<string> {
  const { machine, until } = await echoing();
  for (const keys of press) await machine.keyboard.press(keys);
  await machine.keyboard.press('esc');
  const text = await until(/states [0-9A-F]{4} $/);
  await machine.stop();
  return text;
}

describe('the keyboard', () => {
  test('gives characters, alone, with Shift, Ctrl and Alt', async () => {
    const text = await keysGive([
      'a',
      'shift-a',
      'ctrl-a',
      'alt-a',
      '2',
      'shift-2',
      'ctrl-2',
      'alt-2',
      'tab',
      'shift-tab',
    ]);
    expect(text).toBe('1E61 1E41 1E01 1E00 0332 0340 0300 7900 0F09 0F00 states 0000 ');
  });

  test('gives function keys and those beside the keypad', async () => {
    const text = await keysGive([
      'f1',
      'shift-f1',
      'ctrl-f1',
      'alt-f1',
      'f12',
      'left',
      'ctrl-left',
      'alt-left',
      'kp_enter',
    ]);
    expect(text).toBe('3B00 5400 5E00 6800 8600 4BE0 73E0 9B00 E00D states 0000 ');
  });

  test('has locks: letters, digits of the keypad', async () => {
    const text = await keysGive(['caps_lock', 'a', 'shift-a', '1', 'kp_7', 'num_lock', 'kp_7', 'shift-kp_7']);
    expect(text).toBe('1E41 1E61 0231 4700 4737 4700 states 0060 ');
  });

  test('spells characters with Alt and the keypad', async () => {
    const { machine, until } = await echoing();
    await machine.keyboard.down('alt');
    for (const key of ['kp_1', 'kp_2', 'kp_8']) await machine.keyboard.press(key);
    await machine.keyboard.up('alt');
    expect(await until(/ready [0-9A-F]{4} $/)).toBe('0080 ');
    await machine.stop();
  });
});

describe('keys that are pressed from the first instruction on', () => {
  // The clock of the guest counts instructions, so that keys come at other places of the start each time.
  test.each([
    [5, 'shift-x'],
    [8, 'caps_lock'],
  ])('leave the keyboard as it should be: 2^%i ns an instruction, %s', async (shift, key) => {
    const { machine, text } = await machineWith({
      icount: { shift },
      drives: [{ image: diskImage(echo), format: 'raw' }],
    });
    const pressed = Array.from({ length: 25 }, () => machine.keyboard.press(key));
    await machine.start();
    await Promise.all(pressed);
    await machine.keyboard.press('esc');
    while (!/states [0-9A-F]{4} $/.test(text()))
      await new Promise<void>((resolve) => machine.debugConsole.once('data', () => resolve()));
    expect(text()).toMatch(/states 00[04]0 $/);
    await machine.stop();
  });
});

describe('special keys', () => {
  test('pause the machine until another key is pressed', async () => {
    const text = await keysGive(['pause', 'x', 'y']);
    expect(text).toBe('1579 states 0000 ');
  });

  test('reset the machine by Ctrl-Alt-Del', async () => {
    const { machine, until } = await echoing();
    const reset = new Promise<void>((resolve) => machine.once('reset', () => resolve()));
    await machine.keyboard.press('ctrl-alt-delete');
    await reset;
    await until(/ready [\s\S]*ready /);
    await machine.stop();
  });

  test('are shown to programs, which replace codes by INT 15h 4Fh', async () => {
    const { machine, until } = await echoing(
      bootSector(`
        cli
        mov     eax, [0x15 * 4]
        mov     [old], eax
        mov     word [0x15 * 4], hook
        mov     word [0x15 * 4 + 2], 0
        sti
        mov     si, ready
        call    put
.next:  mov     ah, 0x10
        int     0x16
        call    hex
        jmp     .next
; A becomes B, C is dropped.
hook:   cmp     ah, 0x4F
        jne     .chain
        cmp     al, 0x2E
        je      .drop
        cmp     al, 0x1E
        jne     .chain
        mov     al, 0x30
.chain: jmp     far [cs:old]
.drop:  push    bp
        mov     bp, sp
        and     byte [bp + 6], 0xFE
        pop     bp
        iret
old:    dd 0
ready:  db 'ready ', 0
`),
    );
    for (const key of ['a', 'c', 'd']) await machine.keyboard.press(key);
    expect(await until(/ready ([0-9A-F]{4} ){2}$/)).toBe('3062 2064 ');
    await machine.stop();
  });

  test('switch the lights', async () => {
    const { machine } = await echoing();
    const lit = new Promise((resolve) => machine.keyboard.once('leds', resolve));
    await machine.keyboard.press('caps_lock');
    expect(await lit).toMatchObject({ capsLock: true, numLock: false });
    await machine.stop();
  });
});
