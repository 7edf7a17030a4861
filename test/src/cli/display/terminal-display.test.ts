import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TerminalDisplay } from '../../../../src/cli/display/terminal-display.ts';
import type { Terminal } from '../../../../src/cli/terminal.ts';
import type { Machine } from '../../../../src/index.ts';
import type { TerminalGrid } from '../../../../src/screen/terminal-grid.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function grid(text: string): TerminalGrid {
  const { length } = text;
  const zeros = new Int32Array(length);
  return {
    ...{ columns: length, rows: 1, characters: [...text], cursor: null },
    ...{ foreground: zeros, background: zeros, blinking: new Uint8Array(length) },
  };
}

/** A display of a machine that shows what it is told; what was typed on its keyboard, and painted. */
function rig() {
  const log: string[] = [];
  const shown: boolean[] = [];
  const screen = { picture: grid('one'), asked: 0 };
  const terminal = {
    size: { columns: 10, rows: 2 },
    resized: () => {},
    colors: '256',
    showScreen: (isShown: boolean) => shown.push(isShown),
    onResize(changed: () => void) {
      terminal.resized = changed;
    },
  };
  const keep = (what: string) => async (key: string) => {
    log.push(`${what} ${key}`);
  };
  const machine = {
    state: 'running',
    screen: {
      grid: async () => {
        screen.asked++;
        return screen.picture;
      },
    },
    keyboard: { down: keep('down'), up: keep('up'), press: keep('press'), type: keep('type') },
  };
  const display = new TerminalDisplay(machine as unknown as Machine, terminal as unknown as Terminal);
  const painted: string[] = [];
  display.connect(async (bytes) => {
    painted.push(Buffer.from(bytes).toString());
  });
  return { display, terminal, machine, screen, log, painted, shown };
}

test('the screen is painted when it is shown, and only what changes after that', async () => {
  const { display, screen, painted, shown } = rig();
  display.focus(true);
  await vi.advanceTimersByTimeAsync(100);
  expect(shown).toEqual([true]);
  expect(painted).toHaveLength(1);
  expect(painted[0]).toContain('one');
  screen.picture = grid('onE');
  await vi.advanceTimersByTimeAsync(100);
  expect(painted).toHaveLength(2);
  expect(painted[1]).toContain('E');
  expect(painted[1]).not.toContain('on');
});

test('a screen that changes is looked at thirty times a second at most, one that does not five times', async () => {
  const { display, screen } = rig();
  display.focus(true);
  const looks = async () => {
    screen.asked = 0;
    await vi.advanceTimersByTimeAsync(1000);
    return screen.asked;
  };
  await looks();
  expect(await looks()).toBeLessThanOrEqual(5);
  await display.receive(Buffer.from('x'));
  expect(await looks()).toBeGreaterThan(10);
  const change = setInterval(() => {
    screen.picture = grid(String(Math.random()));
  }, 5);
  await looks();
  expect(await looks()).toBeLessThanOrEqual(31);
  clearInterval(change);
});

test('a terminal of another size is painted anew', async () => {
  const { display, terminal, painted } = rig();
  display.focus(true);
  await vi.advanceTimersByTimeAsync(2000);
  terminal.size = { columns: 2, rows: 1 };
  terminal.resized();
  await vi.advanceTimersByTimeAsync(200);
  expect(painted).toHaveLength(2);
  expect(painted[1]).toContain('on');
  expect(painted[1]).not.toContain('one');
});

test('nothing is painted while another device has the terminal, and all when it comes back', async () => {
  const { display, screen, painted, shown } = rig();
  display.focus(true);
  await vi.advanceTimersByTimeAsync(100);
  display.focus(false);
  screen.picture = grid('two');
  await vi.advanceTimersByTimeAsync(1000);
  expect(painted).toHaveLength(1);
  display.focus(true);
  await vi.advanceTimersByTimeAsync(100);
  expect(painted[1]).toContain('two');
  expect(shown).toEqual([true, false, true]);
});

test('going away and coming back at once makes no second reader of the screen', async () => {
  const { display, screen } = rig();
  display.focus(true);
  await vi.advanceTimersByTimeAsync(2000);
  display.focus(false);
  display.focus(true);
  await vi.advanceTimersByTimeAsync(2000);
  screen.asked = 0;
  await vi.advanceTimersByTimeAsync(1000);
  expect(screen.asked).toBeLessThanOrEqual(5);
});

test('keys go to the keyboard, in order', async () => {
  const { display, log } = rig();
  await display.receive(Buffer.from('a\x1b[1;5A\x1bx'));
  expect(log).toEqual(['type a', 'down ctrl', 'press up', 'up ctrl', 'down alt', 'type x', 'up alt']);
});

test('characters come in UTF-8, whose bytes may come apart', async () => {
  const { display, log } = rig();
  const bytes = Buffer.from('zé');
  await display.receive(bytes.subarray(0, 2));
  await display.receive(bytes.subarray(2));
  expect(log).toEqual(['type z', 'type é']);
});

test('an escape character that nothing follows is the key', async () => {
  const { display, log } = rig();
  await display.receive(Buffer.from('\x1b'));
  expect(log).toEqual([]);
  await vi.advanceTimersByTimeAsync(100);
  expect(log).toEqual(['press esc']);
});

test('characters that no key types are dropped', async () => {
  const { display, log, machine } = rig();
  machine.keyboard.type = () => Promise.reject(new TypeError('no such key'));
  await display.receive(Buffer.from('é\r'));
  expect(log).toEqual(['press ret']);
});
