import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { listTexts } from '../../../src/cli/lists.ts';

const parse = (line: string) => parseArguments(line.split(' '));

test.each([
  ['-vga std', { vga: 'std' }],
  ['-vga cirrus', { vga: 'cirrus' }],
  ['-vga vmware', { vga: 'vmware' }],
  ['-vga none', { vga: 'none' }],
  ['-device VGA', { vga: 'std' }],
  ['-device cirrus-vga', { vga: 'cirrus' }],
  ['-device vmware-svga,romfile=R,vgamem_mb=16', { vga: 'vmware', videoBios: 'R' }],
  ['-device cirrus-vga,romfile=R,vgamem_mb=4', { vga: 'cirrus', videoBios: 'R' }],
])('%s', (line, machine) => {
  expect(parse(line).machine).toEqual(machine);
});

test.each([
  ['-display none,show-cursor=on', 'none'],
  ['-display type=none,full-screen=off,gl=off', 'none'],
  ['-display curses,show-cursor=off', 'terminal'],
])('%s: what windows have is taken where it has no effect', (line, display) => {
  expect(parse(line)).toEqual({ ...parse('-m 64'), display, machine: {} });
});

test('a window that is not there cannot be closed, which is told', () => {
  expect(parse('-display none,window-close=off').warnings).toEqual([
    '-display: there is no window that could be closed (window-close)',
  ]);
});

test.each([
  ['-display none,show-cursor=maybe', /-display: 'maybe' is neither on nor off; give show-cursor=on/],
  ['-display none,gl=on', /-display: 'gl=on' is not supported: there are no windows/],
  ['-display none,zoom-to-fit=on', /-display: 'zoom-to-fit=on' is not supported: there are no windows/],
  ['-display none,foo=1', /-display: 'foo' is not supported in 'none,foo=1'/],
  ['-vga qxl', /-vga: 'qxl' is not supported: give std, cirrus, vmware or none/],
  ['-device vmware-svga,vgamem_mb=4', /vgamem_mb=4: the adapter has 16 MB of memory; give 16, or leave it out/],
  ['-device cirrus-vga,vgamem_mb=16', /vgamem_mb=16: the adapter has 4 MB of memory; give 4, or leave it out/],
])('%s is refused', (line, message) => {
  expect(() => parse(line)).toThrow(message);
});

test('-vga help lists all adapters', () => {
  expect(parse('-vga help').action).toBe('list-displays');
  expect(listTexts['list-displays']()).toMatch(
    /^Display adapters:\n {2}none [\s\S]*\n {2}std [\s\S]*\n {2}cirrus [\s\S]*\n$/,
  );
});
