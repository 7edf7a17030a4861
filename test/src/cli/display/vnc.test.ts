import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../../src/cli/arguments.ts';
import { adapterOf, showsDisplay } from '../../../../src/cli/display/choice.ts';

const vnc = (...args: string[]) => parseArguments(args).vnc;
const own = { host: '127.0.0.1', port: 5901 } as const;
const plain = { address: own, share: 'allow-exclusive' } as const;

describe('-vnc', () => {
  test.each([
    [':1', plain],
    ['0.0.0.0:1', { ...plain, address: { host: '0.0.0.0', port: 5901 } }],
    ['[::1]:1', { ...plain, address: { host: '::1', port: 5901 } }],
    ['unix:/tmp/v', { ...plain, address: { path: '/tmp/v' } }],
    [':1,to=9', { ...plain, lastPort: 5909 }],
    [':1,password=on', { ...plain, password: '' }],
    [':1,password', { ...plain, password: '' }],
    [':1,password=off', plain],
    [':1,websocket', { ...plain, websocket: { host: '127.0.0.1', port: 5701 } }],
    [':1,websocket=on', { ...plain, websocket: { host: '127.0.0.1', port: 5701 } }],
    [':1,websocket=99', { ...plain, websocket: { host: '127.0.0.1', port: 99 } }],
    ['unix:/tmp/v,websocket=99', { ...plain, address: { path: '/tmp/v' }, websocket: { ...own, port: 99 } }],
    [':1,share=ignore', { ...plain, share: 'ignore' }],
    ['none', null],
  ])('%s', (text, settings) => {
    expect(vnc('-vnc', text)).toEqual(settings);
    expect(vnc('-display', `vnc=${text}`)).toEqual(settings);
  });

  test.each([
    ['1', "'1' is no display; give [HOST]:N, which is port 5900 + N, or unix:PATH"],
    [':60000', "':60000' is no display"],
    [':5,to=4', 'to=4 is no display; give a number from 5 to 59635'],
    ['unix:/tmp/v,to=4', 'to= is for displays of TCP'],
    ['unix:/tmp/v,websocket=on', 'websocket=on is no port; give websocket=PORT'],
    [':1,websocket=x', 'websocket=x is no port'],
    [':1,share=maybe', 'share=maybe is not supported; it is one of allow-exclusive, force-shared, ignore'],
    [':1,tls-creds=x', "'tls-creds' is not supported"],
  ])('%s is refused', (text, message) => {
    expect(() => vnc('-vnc', text)).toThrow(message);
  });
});

test('the terminal keeps COM1 where viewers see the screen, unless it is to show it too', () => {
  const shows = (...args: string[]) => showsDisplay(parseArguments(args), { hasScreen: true, isTerminal: true });
  expect(shows('-vnc', ':1')).toBe(false);
  expect(shows('-vnc', 'none')).toBe(true);
  expect(shows('-vnc', ':1', '-display', 'terminal')).toBe(true);
});

test('a kernel gets a screen for viewers', () => {
  const settings = parseArguments(['-kernel', 'k', '-vnc', ':1']);
  expect(adapterOf(settings, { kernel: 'k' })).toEqual({ vga: 'std' });
});
