import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { namedBackend } from '../../../src/cli/backends/backend.ts';

const parse = (line: string) => parseArguments(line.split(' '));

/** One that connects. */
const socket = { type: 'socket', isServer: false, waits: false, muxed: false } as const;

test.each([
  ['stdio', { type: 'stdio', muxed: false }],
  ['file:f', { type: 'file', path: 'f' }],
  ['pipe:/tmp/p', { type: 'pipe', path: '/tmp/p' }],
  ['unix:/a,,b,server', { ...socket, address: { path: '/a,b' }, isServer: true, waits: true }],
  ['tcp::7,server=on,wait=off,nodelay=on', { ...socket, address: { host: '0.0.0.0', port: 7 }, isServer: true }],
  ['tcp:[::1]:7,nodelay,reconnect=3', { ...socket, address: { host: '::1', port: 7 }, reconnect: 3 }],
  ['tcp:h:7,reconnect=0', { ...socket, address: { host: 'h', port: 7 } }],
  ['telnet:h:7,server,nowait', { ...socket, address: { host: 'h', port: 7 }, isServer: true, isTelnet: true }],
])('-serial %s', (text, backend) => {
  expect(parse(`-serial ${text}`).serials).toEqual([backend]);
});

test.each([
  ['socket,path=/a,,b,server=on', { ...socket, address: { path: '/a,b' }, isServer: true, waits: true }],
  ['socket,host=h,port=7,telnet=on', { ...socket, address: { host: 'h', port: 7 }, isTelnet: true }],
  ['socket,port=7,mux=on,reconnect=1', { ...socket, address: { host: '0.0.0.0', port: 7 }, muxed: true, reconnect: 1 }],
  ['file,path=f,append=on', { type: 'file', path: 'f', isAppended: true }],
  ['pipe,path=p', { type: 'pipe', path: 'p' }],
  ['ringbuf', { type: 'ringbuf', size: 65_536 }],
  ['ringbuf,size=16', { type: 'ringbuf', size: 16 }],
])('-chardev %s', (text, backend) => {
  expect(parse(`-chardev ${text},id=c`).chardevs).toEqual({ c: backend });
});

test('the parallel port is on what is named', () => {
  expect(parse('-kernel K -parallel file:paper').parallels).toEqual([{ type: 'file', path: 'paper' }]);
  expect(parse('-kernel K -parallel null').parallels).toEqual([{ type: 'null' }]);
});

test('a -chardev is found by its name, wherever it stands', () => {
  const line =
    '-device isa-debugcon,chardev=log -serial chardev:tty -chardev file,id=log,path=out.txt -chardev null,id=tty';
  const { serials, debugConsole, chardevs } = parse(line);
  expect(namedBackend(debugConsole!, chardevs)).toEqual({ type: 'file', path: 'out.txt' });
  expect(serials.map((backend) => namedBackend(backend, chardevs))).toEqual([{ type: 'null' }]);
  expect(() => namedBackend({ type: 'chardev', id: 'toString' }, chardevs)).toThrow('no -chardev with id=toString');
});
