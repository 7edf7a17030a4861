import { expect, test } from 'vitest';
import { SerialPort } from '../../../src/isolate/serial.ts';
import { ConfigurationError } from '../../../src/util/errors.ts';
import type { ExpectOptions } from '../../../src/util/expect.ts';

function port() {
  const sent: string[] = [];
  const serial = new SerialPort({
    async send(bytes) {
      sent.push(Buffer.from(bytes).toString());
    },
    waiting: 0,
  });
  return { serial, sent, receive: (text: string) => serial.receive(Buffer.from(text)) };
}

test('resolves with the match, and reads on after it', async () => {
  const { serial, receive } = port();
  const first = serial.expect(/login: (\w+)/);
  receive('welcome\nlog');
  receive('in: root again');
  expect((await first)[1]).toBe('root');
  expect((await serial.expect(/(.*)again/))[1]).toBe(' ');
});

test('of two that match the first to have asked has it', async () => {
  const { serial, receive } = port();
  const both = Promise.all([serial.expect(/a(\d)/), serial.expect(/a(\d)/)]);
  receive('a1 a2');
  receive('');
  expect((await both).map((match) => match[1])).toEqual(['1', '2']);
});

test('a match is used once, also where more output comes in the same turn', async () => {
  const { serial, receive } = port();
  const first = serial.expect(/x/);
  receive('x');
  receive('x');
  await first;
  await serial.expect(/x/);
});

test('what is in the output when the time is up, or the machine ends, is found after a slow search', async () => {
  for (const ends of [true, false]) {
    const { serial, receive } = port();
    receive('('.repeat(600));
    const slow = serial.expect(/\([^x]*\([^x]*x/, { timeout: 20_000 }).catch(() => 'none');
    const other = serial.expect(/\(y/, { timeout: ends ? Infinity : 100 });
    receive('(');
    receive('y');
    if (ends) serial.end('the machine has ended');
    expect((await other)[0]).toBe('(y');
    serial.end('the machine has ended');
    expect(await slow).toBe('none');
  }
});

test('an expression that captures much output is not searched at every piece of it', async () => {
  const { serial, receive } = port();
  const line = `${'M'.repeat(60)}\r\n`;
  const captured = serial.expect(/\r\n([\s\S]*?)=END\r\n/, { timeout: Infinity });
  receive('uuencode -m -\r\n');
  for (let lines = 0; lines < 4000; lines++) {
    receive(line);
    if (lines % 50 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  receive('=END\r\n');
  expect((await captured)[1]).toHaveLength(4000 * line.length);
}, 60_000);

test('characters that come in pieces are put together', async () => {
  const { serial } = port();
  const [start, end] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
  serial.receive(start);
  serial.receive(end);
  await serial.expect(/^é$/);
});

test('global expressions match as others do', async () => {
  const { serial, receive } = port();
  const pattern = /ab/g;
  pattern.lastIndex = 5;
  receive('abab');
  await serial.expect(pattern);
  await serial.expect(pattern);
});

test('rejects with the last output when the time is up', async () => {
  const { serial, receive } = port();
  receive('kernel panic');
  const failure = serial.expect(/login/, { timeout: 1 });
  await expect(failure).rejects.toMatchObject({ name: 'ExpectError', lastOutput: 'kernel panic' });
  await expect(failure).rejects.toThrow('1 ms passed while waiting for /login/. The last output was:\nkernel panic');
});

test('a string matches itself', async () => {
  const { serial, receive } = port();
  receive('price: 3.50$ (5)');
  const [text] = await serial.expect('3.50$ (');
  expect(text).toBe('3.50$ (');
  await expect(serial.expect('5.', { timeout: 1 })).rejects.toThrow('while waiting for "5."');
});

test('an error shows what was matched before, where nothing came since', async () => {
  const { serial, receive } = port();
  await expect(serial.expect('x', { timeout: 1 })).rejects.toThrow('There was no output.');
  receive('boot\nlogin: ');
  await serial.expect(/login: $/);
  const failure = serial.expect(/password/, { timeout: 1 });
  await expect(failure).rejects.toMatchObject({ lastOutput: '', matchedOutput: 'boot\nlogin: ' });
  await expect(failure).rejects.toThrow(
    '1 ms passed while waiting for /password/. There was no output after what had been matched before:\nboot\nlogin: ',
  );
});

test.each([
  [5, {}, 'expect takes a RegExp or a string, not number'],
  [null, {}, 'expect takes a RegExp or a string, not null'],
  ['x', { timeout: Number.NaN }, 'expect: a timeout is a number of milliseconds, not NaN'],
  ['x', { timeout: '5' }, "expect: a timeout is a number of milliseconds, not '5'"],
  ['x', { timeout: -1 }, 'expect: a timeout is a number of milliseconds, not -1'],
])('expect(%j, %j) is a TypeError', async (pattern, options, message) => {
  const { serial } = port();
  await expect(serial.expect(pattern as string, options as ExpectOptions)).rejects.toThrow(new TypeError(message));
});

test('what is no option is refused: who takes it for one would wait for ever', async () => {
  const { serial } = port();
  const options = { signal: AbortSignal.abort() } as ExpectOptions;
  const problem = "unknown 'signal' in the second argument of expect(); it is one of: timeout";
  await expect(serial.expect('x', options)).rejects.toThrow(new ConfigurationError(problem));
  await expect(serial.expect('x', null as unknown as ExpectOptions)).rejects.toThrow(
    'the second argument of expect() is null; it must be',
  );
});

test('rejects when the machine ends, before and after', async () => {
  const { serial, receive } = port();
  const waiting = serial.expect(/login/, { timeout: Number.POSITIVE_INFINITY });
  receive('bye');
  serial.end('the machine has ended (poweroff)');
  await expect(waiting).rejects.toThrow('the machine has ended (poweroff)');
  await expect(serial.expect(/login/)).rejects.toThrow('the machine has ended (poweroff)');
  await serial.expect(/bye/);
});

test('write sends text as UTF-8, and bytes as they are', () => {
  const { serial, sent } = port();
  serial.write('é');
  serial.write(Uint8Array.of(0x41));
  expect(sent).toEqual(['é', 'A']);
});

test('listeners have the bytes; receive waits for what they return', async () => {
  const { serial, receive } = port();
  const heard: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener = (bytes: Uint8Array) => {
    heard.push(Buffer.from(bytes).toString());
    return promise;
  };
  serial.on('data', listener);
  const received = receive('abc').then(() => heard.push('done'));
  await Promise.resolve();
  expect(heard).toEqual(['abc']);
  resolve();
  await received;
  expect(heard).toEqual(['abc', 'done']);
  serial.off('data', listener);
  await receive('def');
  expect(heard).toHaveLength(2);
});

test('a timeout beyond what timers can count is as good as none', async () => {
  const { serial, receive } = port();
  const waiting = serial.expect(/late/, { timeout: 3e9 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  receive('late');
  expect((await waiting)[0]).toBe('late');
});

test('what is neither text nor bytes is refused by the promise', async () => {
  const { serial, sent } = port();
  await expect(serial.write(undefined as unknown as string)).rejects.toThrow('not undefined');
  expect(sent).toEqual([]);
});
