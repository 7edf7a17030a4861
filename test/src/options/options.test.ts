import { expect, test } from 'vitest';
import { memorySize } from '../../../src/options/memory-size.ts';
import { type Boot, checkOptions, type MachineOptions } from '../../../src/options/options.ts';

const MB = 1 << 20;
const kernel: Boot = { kernel: 'K' };
const check = (options: Partial<MachineOptions>) => checkOptions({ boot: kernel, ...options });

test.each([
  [128, 128 * MB],
  ['128', 128 * MB],
  ['128M', 128 * MB],
  ['1G', 1024 * MB],
  ['1.5g', 1536 * MB],
  ['65536K', 64 * MB],
])('memory of %s', (size, bytes) => {
  expect(memorySize(size)).toBe(bytes);
});

test.each(['abc', '', '-5', '12X', '1e3', Number.NaN, -1])('%s is no memory size', (size) => {
  expect(() => memorySize(size)).toThrow(`'${size}' is not a memory size`);
});

const fourWords = Array.from({ length: 4 }, () => expect.any(Number));

test('defaults', () => {
  const startTime = new Date(5);
  expect(check({ startTime })).toEqual({
    memoryBytes: 128 * MB,
    engine: 'translator',
    vga: 'none',
    rebootAction: 'reset',
    startTimeOfDay: 5,
    randomKey: fourWords,
    generationId: expect.any(Uint8Array),
  });
});

test('a key for random numbers is drawn for each machine, but not under -icount', () => {
  expect(check({}).randomKey).not.toEqual(check({}).randomKey);
  expect(check({ icount: { shift: 0 } }).randomKey).toBeUndefined();
});

test('a generation ID is drawn for each machine, or given; under -icount it is zero', () => {
  expect(check({}).generationId).not.toEqual(check({}).generationId);
  expect(check({ icount: { shift: 0 } }).generationId).toEqual(new Uint8Array(16));
  // As QEMU: the first three fields have their low byte first in memory.
  const given = check({ generationId: '00112233-4455-6677-8899-aAbbccddeeff' }).generationId!;
  expect(Buffer.from(given).toString('hex')).toBe('33221100554477668899aabbccddeeff');
  expect(check({ generationId: false })).not.toHaveProperty('generationId');
  expect(check({ acpi: false })).not.toHaveProperty('generationId');
  expect(() => check({ generationId: '0011' })).toThrow("failed to parse UUID string '0011'");
  expect(() => check({ generationId: 5 as never })).toThrow('generationId is 5');
});

test('settings of the engine', () => {
  const engine = (engine: NonNullable<MachineOptions['engine']>) => {
    const {
      memoryBytes: _,
      rebootAction: __,
      startTimeOfDay: ___,
      randomKey: ____,
      vga: _____,
      generationId: ______,
      ...config
    } = check({ engine });
    return config;
  };
  expect(engine('interpreter')).toEqual({ engine: 'interpreter' });
  expect(engine({ name: 'interpreter', check: true })).toEqual({ engine: 'interpreter', check: true });
  expect(engine({})).toEqual({ engine: 'translator' });
  expect(engine({ check: false, threshold: 1, blocks: 1000, instructions: 7 })).toEqual({
    engine: 'translator',
    tiering: { threshold: 1, blocks: 1000, instructions: 7 },
  });
});

test('limits of the memory', () => {
  expect(check({ memory: 8 }).memoryBytes).toBe(8 * MB);
  expect(check({ memory: 2047 }).memoryBytes).toBe(2047 * MB);
  expect(check({ memory: 1, boot: { bios: 'B' } }).memoryBytes).toBe(MB);
  expect(() => check({ memory: '512K', boot: { bios: 'B' } })).toThrow('at least 1 MB');
  expect(() => check({ memory: 1 })).toThrow('1 MB of memory is too little; at least 8 MB is needed');
  expect(() => check({ memory: 1, boot: { demo: true } })).toThrow('at least 2 MB');
  expect(() => check({ memory: 2048 })).toThrow('2048 MB of memory is too much; at most 2047 MB');
  expect(check({ memory: 8, memoryBelow4G: '4G' }).memoryBelow4G).toBe(8 * MB);
  expect(() => check({ memoryBelow4G: 1 })).toThrow('memoryBelow4G: 1 MB of memory is too little');
  expect(() => check({ memory: '8193.5K' })).toThrow('8390144 bytes of memory are not a whole number of megabytes');
});

test.each<[string, object]>([
  ["unknown engine 'fast'; it is one of: interpreter, translator", { engine: 'fast' }],
  ["unknown engine 'fast'", { engine: { name: 'fast' } }],
  ["unknown 'speed' in engine; it is one of: name, check, threshold, blocks, instructions", { engine: { speed: 9 } }],
  ["engine.check is 'on'; it must be a boolean", { engine: { check: 'on' } }],
  ["rng is 'yes'; it must be a boolean", { rng: 'yes' }],
  ['hpet is 0; it must be a boolean', { hpet: 0 }],
  ['edu.dmaMask is -1; it must be a whole number from 0 to 4294967295', { edu: { dmaMask: -1 } }],
  ["unknown 'mask' in edu; similar: dmaMask; it is one of: dmaMask", { edu: { mask: 1 } }],
  ['engine.threshold is -1; it must be a whole number from 0 to 100000000', { engine: { threshold: -1 } }],
  ['engine.blocks is 0; it must be a whole number from 1 to 1000', { engine: { blocks: 0 } }],
  ['engine.instructions is 1.5', { engine: { instructions: 1.5 } }],
  ["engine.blocks is for the translator; the engine is 'interpreter'", { engine: { name: 'interpreter', blocks: 5 } }],
  ["unknown isolate 'here'; it is one of: worker, caller", { isolate: 'here' }],
  ["unknown keyboard layout 'xx'; it is one of: en-us, en-gb", { keyboardLayout: 'xx' }],
  ["unknown reboot action 'stop'", { reboot: 'stop' }],
  ['icount.shift is 11; it must be a whole number from 0 to 10', { icount: { shift: 11 } }],
  ['debugExit.iobase is 65536', { debugExit: { iobase: 0x10000, iosize: 1 } }],
  ['debugExit.iosize is 0.5', { debugExit: { iobase: 1, iosize: 0.5 } }],
  ["memory: 'much' is not a memory size", { memory: 'much' }],
  ['icount is 3; it must be an object with shift', { icount: 3 }],
  ['debugExit is null', { debugExit: null }],
  ['debugConsole.iobase is undefined', { debugConsole: {} }],
  ['startTime is Invalid Date', { startTime: new Date(Number.NaN) }],
  ['startTime is 2001; it must be a valid Date', { startTime: 2001 }],
  ["unknown 'memroy' in options; similar: memory; it is one of: memory, ", { memroy: 64 }],
  ['name is 7; it must be a string', { name: 7 }],
  ['nothing to boot', { boot: {} }],
  ["'a b' is no name of a firmware file; give up to 55 ASCII", { firmwareFiles: { 'a b': 'x' } }],
  ["the firmware file 'etc/e820' is the machine's own", { firmwareFiles: { 'etc/e820': 'x' } }],
  ['firmwareFiles is null; it must be an object with names of files', { firmwareFiles: null }],
  ['firmwareFiles is [object Map]; it must be an object', { firmwareFiles: new Map() }],
  [
    "the option ROM 'genroms/a' is run by firmware, which",
    { boot: { demo: true }, firmwareFiles: { 'genroms/a': 'x' } },
  ],
  ["firmwareFiles['a'] is 5; it must be the path of a file", { firmwareFiles: { a: 5 } }],
  ['smbios.system is null; it must be an object with manufacturer, ', { smbios: { system: null } }],
  ['soundCards[0] is undefined; it must be one of: ', { soundCards: [undefined] }],
  ['usb[1] is undefined; it must be one of: ', { usb: ['tablet', undefined] }],
  ['log[0] is undefined; it must be one of: ', { log: [undefined] }],
  ['bootOrder.menu is 1; it must be a boolean', { bootOrder: { menu: 1 } }],
  ["bootOrder.checkFloppy is 'no'; it must be a boolean", { bootOrder: { checkFloppy: 'no' } }],
  ['memory: [object Array] is not a memory size', { memory: [64] }],
  ['boot is null; it must be an object with kernel, ', { boot: null }],
  ['boot is null', { boot: null }],
  ["boot is 'bzImage'", { boot: 'bzImage' }],
  ["unknown 'apend' in boot", { boot: { kernel: 'K', apend: 'quiet' } }],
  ["unknown 'initrd' in boot; it is one of: bios", { boot: { bios: 'B', initrd: 'I' } }],
  [
    'boot.kernel is undefined; it must be the path of a file, a Uint8Array, an ArrayBuffer or a Blob',
    { boot: { kernel: undefined } },
  ],
  ["boot.bios is ''", { boot: { bios: '' } }],
  ['boot.initrd is 5', { boot: { kernel: 'K', initrd: 5 } }],
  ['boot.append is 5; it must be a string', { boot: { kernel: 'K', append: 5 } }],
  ['boot.append holds a NUL', { boot: { kernel: 'K', append: 'a\0b' } }],
  ['boot.demo must be true', { boot: { demo: false } }],
  ['kernel and demo cannot be booted at the same time', { boot: { kernel: 'K', demo: true } }],
  ["boot.bios is ''", { boot: { kernel: 'K', bios: '' } }],
])('%s', (message, options) => {
  expect(() => check(options as Partial<MachineOptions>)).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', message: expect.stringContaining(message) }),
  );
});

test.each([undefined, null, 'bzImage'])('options of %j are a mistake of the caller', (options) => {
  expect(() => checkOptions(options as never)).toThrow(
    expect.objectContaining({
      name: 'ConfigurationError',
      message: expect.stringMatching(/^options is .*; it must be an object with memory, /),
    }),
  );
});
