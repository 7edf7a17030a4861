import { expect, test } from 'vitest';
import { parseArguments } from '../../../../src/cli/arguments.ts';
import { adapterOf, showsDisplay } from '../../../../src/cli/display/choice.ts';
import { bootOf } from '../../../../src/cli/run.ts';
import { vgaOf } from '../../../../src/options/options.ts';

function isShown(line: string, isTerminal: boolean): boolean {
  const settings = parseArguments(line.split(' '));
  const boot = bootOf(settings);
  return showsDisplay(settings, { hasScreen: vgaOf({ boot, ...adapterOf(settings, boot) }) === 'std', isTerminal });
}

test.each([
  ['disk.img', true],
  ['-bios seabios', true],
  ['disk.img -serial file:x', true],
  ['disk.img -monitor none', true],
  ['disk.img -nographic', false],
  ['disk.img -display none', false],
  ['disk.img -serial stdio', false],
  ['disk.img -serial mon:stdio', false],
  ['disk.img -monitor stdio', false],
  ['disk.img -debugcon stdio', false],
  ['disk.img -qmp stdio', false],
  ['disk.img -parallel stdio', false],
  ['disk.img -chardev stdio,id=x -serial chardev:x', false],
  ['disk.img -vga none', false],
  ['-kernel K', false],
  ['-kernel K -vga std', true],
  ['-kernel K -bios seabios', true],
  ['-kernel K -bios seabios -vga none', false],
  ['-kernel K -display terminal', true],
])('%s: on a terminal the screen is shown: %s', (line, shown) => {
  expect(isShown(line, true)).toBe(shown);
});

test.each(['-display terminal', '-display curses', '-curses'])('%s asks for it', (flags) => {
  expect(isShown(`disk.img -nographic ${flags}`, true)).toBe(true);
});

test('where there is no terminal it is not shown', () => {
  expect(isShown('disk.img', false)).toBe(false);
  expect(() => isShown('disk.img -display terminal', false)).toThrow('standard input and output must be a terminal');
});

test('without a display adapter there is nothing to show', () => {
  expect(() => isShown('-kernel K -vga none -display terminal', true)).toThrow('there is no display adapter');
});
