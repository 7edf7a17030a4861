import { expect, test } from 'vitest';
import { LineEditor } from '../../../src/monitor/line-editor.ts';

/** An editor, what it has written, and the lines that were entered. */
function edited(words: readonly string[] = []) {
  const lines: string[] = [];
  let output = '';
  const editor = new LineEditor({
    prompt: '> ',
    write: async (text) => {
      output += text;
    },
    enter: async (line) => {
      lines.push(line);
    },
    complete: async (text) => words.filter((word) => word.startsWith(/\S*$/.exec(text)![0])),
  });
  editor.start();
  return {
    lines,
    type: async (text: string) => {
      output = '';
      await editor.type(text);
      return output;
    },
  };
}

test("characters are drawn as QEMU's monitor draws them", async () => {
  const { type } = edited();
  // What QEMU 7.2 writes on standard output for "in" and Enter.
  expect(await type('in\r')).toBe('i\x1b[K\x1b[Din\x1b[K\n');
});

test.each([
  ['plain', 'info\r', 'info'],
  ['a line feed ends a line too', 'info\n', 'info'],
  ['backspace', 'infx\x7fo\r', 'info'],
  ['control-h', 'infx\x08o\r', 'info'],
  ['left, then an insertion', 'ifo\x1b[D\x1b[Dn\r', 'info'],
  ['home and end', 'nf\x01i\x05o\r', 'info'],
  ['home and end of xterm', 'nf\x1b[Hi\x1b[Fo\r', 'info'],
  ['home and end of VT', 'nf\x1b[1~i\x1b[4~o\r', 'info'],
  ['delete', 'xinfo\x01\x1b[3~\r', 'info'],
  ['control-d', 'xinfo\x01\x04\r', 'info'],
  ['control-k', 'infoxyz\x1b[D\x1b[D\x1b[D\x0b\r', 'info'],
  ['control-u', 'xyz\x15info\r', 'info'],
  ['control-w', 'x info  y\x17\r', 'x info  '],
  ['control-w at the beginning', '\x17info\r', 'info'],
  ['left beyond the beginning', 'nfo\x1b[D\x1b[D\x1b[D\x1b[D\x1b[Di\r', 'info'],
  ['unknown sequences', 'in\x1b[15;2~\x1bzfo\r', 'info'],
  ['control characters', 'in\x0ffo\r', 'info'],
])('%s', async (_, keys, line) => {
  const { type, lines } = edited();
  await type(keys);
  expect(lines).toEqual([line]);
});

test('earlier lines come back, each once', async () => {
  const { type, lines } = edited();
  await type('one\rtwo\rone\r');
  await type('\x1b[A\x1b[A\r\x1b[A\x1b[A\x1b[B\r');
  expect(lines).toEqual(['one', 'two', 'one', 'two', 'two']);
});

test('a sequence may come in pieces', async () => {
  const { type, lines } = edited();
  await type('nfo\x1b');
  await type('[');
  await type('Hi\r');
  expect(lines).toEqual(['info']);
});

test('the tab key completes what is the only word', async () => {
  const { type, lines } = edited(['screendump', 'system_reset', 'system_powerdown']);
  await type('sc\t\r');
  await type('sy\tr\t\r');
  expect(lines).toEqual(['screendump ', 'system_reset ']);
});

test('the tab key lists several, and shows the line again', async () => {
  const { type } = edited(['system_reset', 'system_powerdown']);
  await type('system_');
  expect(await type('\t')).toBe('\nsystem_reset      system_powerdown\n> system_\x1b[K');
});
