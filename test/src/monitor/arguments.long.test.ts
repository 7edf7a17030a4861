import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, openMonitor } from '../../../src/index.ts';
import type { Monitor } from '../../../src/monitor/monitor.ts';

let machine: Machine;
let monitor: Monitor;
beforeAll(async () => {
  machine = await Machine.create({ memory: 16, boot: { demo: true }, balloon: true, network: [{}] });
  monitor = openMonitor(machine);
});
afterAll(() => machine.stop());

/** Answers of QEMU 7.2 to integers that have more than 32 bits, or a sign. */
test.each([
  'cpu -1',
  'mouse_set 0x100000000',
  'mouse_button -1',
  'i/b 0x100000070',
  'i/b 0x70.-1',
  'o/b 0x70 0x100000000',
  'sendkey a -1',
  'sum -1 4',
  'sum 0 0x100000000',
  'pmemsave 0 0x100000000 "x"',
  'stopcapture -1',
  'wavcapture x.wav audio -1',
  'ringbuf_read none -1',
])('%s: has more than 32 bits', async (line) => {
  const [name] = line.split(/[ /]/);
  expect(await monitor.execute(line)).toBe(
    `'${name}' has failed: integer is for 32-bit values\nTry "help ${name}" for more information\n`,
  );
});

const help = (name: string) => `Try "help ${name}" for more information\n`;

/** Texts are those of QEMU 7.2. */
test.each([
  ['info lapic -1', `'lapic' has failed: integer is for 32-bit values\n${help('info lapic')}`],
  ['balloon -1', `enter a positive value\n${help('balloon')}`],
  ['balloon x', `invalid char 'x' in expression\n${help('balloon')}`],
  ['balloon', `unexpected end of expression\n${help('balloon')}`],
  ['balloon 4M', `balloon: extraneous characters at the end of line\n${help('balloon')}`],
  ['balloon 0', "Error: Parameter 'target' expects a size\n"],
  ['balloon 0x4+1', ''],
  ['balloon 100000', ''],
  ['block_resize nothing 0x10', "Error: Cannot find device='nothing' nor node-name=''\n"],
  ['block_resize nothing 1.5g', "Error: Cannot find device='nothing' nor node-name=''\n"],
  ['block_resize nothing 1+1', `block_resize: extraneous characters at the end of line\n${help('block_resize')}`],
  ['block_resize nothing 10x', `block_resize: extraneous characters at the end of line\n${help('block_resize')}`],
  ['block_resize nothing -1', `invalid size\n${help('block_resize')}`],
  ['set_link net0', `Expected 'on' or 'off'\n${help('set_link')}`],
  ['set_link nothing up', `Expected 'on' or 'off'\n${help('set_link')}`],
  ['set_link nothing on', "Error: Device 'nothing' not found\n"],
  ['trace-event x', `Expected 'on' or 'off'\n${help('trace-event')}`],
  ['screendump x vga', "Error: Device 'vga' not found\n"],
  ['screendump x vga y', `invalid char 'y' in expression\n${help('screendump')}`],
  ['sendkey <<', 'invalid parameter: <<\n'],
  ['sendkey shift-<', ''],
])('%s', async (line, answer) => {
  expect(await monitor.execute(line)).toBe(answer);
});

test('sendkey is answered before the keys are up, as in QEMU: a monitor that waited could do nothing else meanwhile', async () => {
  await using other = await Machine.create({ memory: 16, boot: { demo: true } });
  const up: string[] = [];
  other.keyboard.up = async (key) => void up.push(key);
  expect(await openMonitor(other).execute('sendkey a 0xffffffff')).toBe('');
  expect(up).toEqual([]);
});
