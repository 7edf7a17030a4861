import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { namedBackend } from '../../../src/cli/console.ts';
import { flags } from '../../../src/cli/flags.ts';
import { helpText } from '../../../src/cli/help.ts';

const parse = (line: string) => parseArguments(line === '' ? [] : line.split(' '));

test('a whole command line', () => {
  expect(
    parse('-m 256 -kernel K -initrd I -append A -nographic -serial mon:stdio -serial file:/tmp/x -no-reboot'),
  ).toEqual({
    action: 'run',
    kernel: 'K',
    initrd: 'I',
    append: 'A',
    nographic: true,
    serials: [
      { type: 'stdio', muxed: true },
      { type: 'file', path: '/tmp/x' },
    ],
    machine: { memory: '256', reboot: 'exit' },
    chardevs: {},
  });
});

test.each([
  ['-m 1G', { memory: '1G' }],
  ['-m size=64M', { memory: '64M' }],
  ['-icount shift=3', { icount: { shift: 3 } }],
  ['-icount 3', { icount: { shift: 3 } }],
  ['-device isa-debug-exit', { debugExit: { iobase: 0x501, iosize: 2 } }],
  ['-device isa-debug-exit,iobase=0xf4,iosize=0x04', { debugExit: { iobase: 0xf4, iosize: 4 } }],
  ['-device isa-debugcon,chardev=x', { debugConsole: { iobase: 0xe9 } }],
  ['-device isa-debugcon,iobase=0x402,chardev=x', { debugConsole: { iobase: 0x402 } }],
  ['-device pc-testdev', { pcTestdev: true }],
  ['-cpu pentium,+nx', { cpu: 'pentium,+nx' }],
  ['-machine max-ram-below-4g=64M', { memoryBelow4G: '64M' }],
  ['-M max-ram-below-4g=1G', { memoryBelow4G: '1G' }],
  ['-debugcon stdio', { debugConsole: { iobase: 0xe9 } }],
  ['-debugcon stdio -global isa-debugcon.iobase=0x402', { debugConsole: { iobase: 0x402 } }],
  ['-global isa-debugcon.iobase=0x402 -debugcon stdio', { debugConsole: { iobase: 0x402 } }],
  ['-engine interpreter -isolate caller', { engine: { name: 'interpreter' }, isolate: 'caller' }],
  ['-engine translator,check=on', { engine: { name: 'translator', check: true } }],
  ['-engine check=off,threshold=1', { engine: { check: false, threshold: 1 } }],
  ['-engine translator,blocks=4,instructions=0x10', { engine: { name: 'translator', blocks: 4, instructions: 16 } }],
  ['--no-reboot', { reboot: 'exit' }],
])('%s', (line, machine) => {
  expect(parse(line).machine).toEqual(machine);
});

test.each([
  ['start -m 64', 'start'],
  ['demo', 'demo'],
  ['--help', 'help'],
  ['-h', 'help'],
  ['-version', 'version'],
  ['-cpu help', 'list-cpus'],
  ['start -cpu ?', 'list-cpus'],
  ['', 'run'],
])('%s: the action', (line, action) => {
  expect(parse(line).action).toBe(action);
});

test.each([
  ['-frobnicate', 'unknown flag -frobnicate'],
  ['--smp 4', '--smp is not supported; see --help'],
  ['-hda disk.img', '-hda is not supported'],
  ['disk.img', "unexpected argument 'disk.img'"],
  ['help', "unexpected argument 'help'; see --help"],
  ['-m 64 start', "unexpected argument 'start'; it goes before the flags"],
  ['-kernel', '-kernel needs an argument: FILE'],
  ['-m abc', "-m: 'abc' is not a memory size"],
  ['-m 64,slots=2', "-m: 'slots' is not supported"],
  ['-serial tcp::4444', "-serial: 'tcp::4444' is not supported"],
  ['-serial file:', "-serial: 'file:' is not supported"],
  ['-chardev file,id=x', "-chardev: 'file,id=x' is not supported"],
  ['-chardev null,path=y,id=x', "-chardev: 'null,path=y,id=x' is not supported"],
  ['-chardev stdio', "-chardev: 'stdio' has no name; give id=ID"],
  ['-chardev socket,id=x', "-chardev: 'socket' is not supported"],
  ['-machine q35', "-machine: 'q35' is not supported; give max-ram-below-4g=SIZE"],
  ['-device e1000', "-device: the device 'e1000' is not supported"],
  ['-device isa-debug-exit,irq=3', "-device: 'irq' is not supported"],
  ['-device isa-debug-exit,iobase=x', "-device: 'x' is not a whole number; give iobase=N"],
  ['-device isa-debug-exit,iosize=', "-device: '' is not a whole number; give iosize=N"],
  ['-icount auto', "-icount: 'auto' is not a whole number; give shift=N"],
  ['-engine translator,check=maybe', "-engine: 'maybe' is neither on nor off; give check=on"],
  ['-engine translator,threshold=soon', "-engine: 'soon' is not a whole number; give threshold=N"],
  ['-engine translator,speed=9', "-engine: 'speed' is not supported in 'translator,speed=9'"],
  ['-cpu core2,', '-cpu: there is a trailing comma'],
  ['-cpu 8086', "-cpu: unknown model '8086'; it is one of: 486, pentium"],
  ['-global pc.x=1', "-global: the property 'pc.x' is not supported"],
])('%s is refused', (line, message) => {
  expect(() => parse(line)).toThrow(message);
});

test('a -chardev is found by its name, wherever it stands', () => {
  const line =
    '-device isa-debugcon,chardev=log -serial chardev:tty -chardev file,id=log,path=out.txt -chardev null,id=tty';
  const { serials, debugConsole, chardevs } = parse(line);
  expect(namedBackend(debugConsole!, chardevs)).toEqual({ type: 'file', path: 'out.txt' });
  expect(serials.map((backend) => namedBackend(backend, chardevs))).toEqual([{ type: 'null' }]);
  expect(() => namedBackend({ type: 'chardev', id: 'toString' }, chardevs)).toThrow('no -chardev with id=toString');
});

test('the help lists every flag', () => {
  const help = helpText();
  for (const { names } of flags) expect(help).toContain(`-${names[0]}`);
});
