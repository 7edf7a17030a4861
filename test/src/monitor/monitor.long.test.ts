import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Machine, openMonitor } from '../../../src/index.ts';
import { formatItem } from '../../../src/monitor/memory-format.ts';
import { Monitor } from '../../../src/monitor/monitor.ts';

/** cli; mov ax, 1234h; hlt; and a text. */
const program = [0xfa, 0xb8, 0x34, 0x12, 0xf4, 0xeb, 0xfd];
const TEXT = 0x10;
const LONG_TEXT = 0x4000;
/** Where a ROM of 64 KB begins. */
const ROM = 0xffff0000;

/** A ROM image that halts. */
function rom(): Uint8Array {
  const bytes = new Uint8Array(0x10000);
  bytes.set(program, 0x100);
  bytes.set(Buffer.from('text\0'), TEXT);
  bytes.fill('a'.charCodeAt(0), LONG_TEXT, LONG_TEXT + 5000);
  // jmp to 0x100
  bytes.set([0xe9, 0x0d, 0x01], 0xfff0);
  return bytes;
}

let machine: Machine;
let monitor: Monitor;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'monitor-'));
  const drives = [{ image: new Uint8Array(1474560), interface: 'floppy' } as const, { media: 'cdrom' } as const];
  machine = await Machine.create({ memory: 4, boot: { bios: rom() }, drives });
  monitor = openMonitor(machine, { quit: () => {}, name: 'test machine' });
  const halted = new Promise((resolve) => machine.once('halt', resolve));
  await machine.start();
  await halted;
});
afterAll(async () => {
  await machine.stop();
  await rm(folder, { recursive: true });
});

/** Texts are those of QEMU 7.2. */
test.each([
  ['foo', "unknown command: 'foo'\n"],
  ['info foo', "unknown command: 'info foo'\n"],
  ['', ''],
  ['   ', ''],
  ['stop foo', 'stop|s: extraneous characters at the end of line\nTry "help stop" for more information\n'],
  [
    'info status foo',
    'status: extraneous characters at the end of line\nTry "help info status" for more information\n',
  ],
  ['x', 'unexpected end of expression\nTry "help x" for more information\n'],
  ['xp/zz 0', 'invalid char in format: \'z\'\nTry "help xp" for more information\n'],
  ['sendkey', 'sendkey: string expected\nTry "help sendkey" for more information\n'],
  ['sendkey a-foo', 'invalid parameter: foo\n'],
  ['screendump', 'screendump: filename expected\nTry "help screendump" for more information\n'],
  ['eject', 'eject: block device name expected\nTry "help eject" for more information\n'],
  ['eject -x floppy0', 'eject: unsupported option -x\nTry "help eject" for more information\n'],
  ['eject foo', "Error: Device 'foo' not found\n"],
  ['change foo bar', "Error: Device 'foo' not found\n"],
  ['balloon 64', 'Error: No balloon device has been activated\n'],
  ['info balloon', 'Error: No balloon device has been activated\n'],
  ['info usb', 'Error: USB support not enabled\n'],
  ['info lapic 3', 'No CPU available\n'],
  ['sum 0xffff0010 4', '49367\n'],
  ['sum 0 0', '00000\n'],
  ['gva2gpa 0', 'gpa: 0\n'],
  ['gva2gpa 0x7c05', 'gpa: 0x7c05\n'],
  ['boot_set xyz', "Invalid boot device 'x'\n"],
  ['boot_set cc', "Boot device 'c' was given twice\n"],
  ['boot_set abcd', 'Too many boot devices for PC\n'],
  ['boot_set e', "Invalid boot device for PC: 'e'\n"],
  ['help stop', 'stop|s  -- stop emulation\n'],
  ['help info pic', 'info pic  -- show PIC state\n'],
  ['? x', "x /fmt addr -- virtual memory dump starting at 'addr'\n"],
  ['help foo', "unknown command: 'foo'\n"],
  ['info status', 'VM status: running\n'],
  ['info kvm', 'kvm support: disabled\n'],
  ['info name', 'test machine\n'],
  ['print/d 6*7', '42\n'],
  ['p/c 65', "'A'\n"],
  ['p/o 8', '010\n'],
  ['p/u -1', '18446744073709551615\n'],
  ['p/x $eax', '0x1234\n'],
])('%s', async (line, answer) => {
  expect(await monitor.execute(line)).toBe(answer);
});

const at = (offset: number): string => `0x${(ROM + offset).toString(16)}`;

test.each([
  [`xp/8xb ${at(0x100)}`, '00000000ffff0100: 0xfa 0xb8 0x34 0x12 0xf4 0xeb 0xfd 0x00\n'],
  [`x/2xw ${at(0x100)}`, 'ffff0100: 0x1234b8fa 0x00fdebf4\n'],
  [`x/2dh ${at(0x100)}`, 'ffff0100: 47354  4660\n'],
  [`x/1ug ${at(0x100)}`, 'ffff0100:    71472602617788666\n'],
  [`x/3ob ${at(0x100)}`, 'ffff0100: 0372 0270 064\n'],
  [`x/5cb ${at(TEXT)}`, "ffff0010: 't' 'e' 'x' 't' '\\x00'\n"],
  [`x/1s ${at(TEXT)}`, 'ffff0010: "text"\n'],
  [
    `x/3i ${at(0x100)}`,
    `0xffff0100:  fa                       cli
0xffff0101:  b8 34 12                 mov ax,1234h
0xffff0104:  f4                       hlt
`,
  ],
  ['xp/2xw 0x20000000', '0000000020000000: Cannot access memory\n'],
])('%s', async (line, answer) => {
  expect(await monitor.execute(line)).toBe(answer);
});

test('the sign of items of eight bytes is shown, and of no smaller ones', () => {
  const item = (size: number) =>
    formatItem(2n ** BigInt(8 * size) - 1n, { letter: 'd', size, count: 1, isSized: true });
  expect([1, 2, 4, 8].map((size) => item(size).trim())).toEqual(['255', '65535', '4294967295', '-1']);
});

test('what a format leaves out is as it was before', async () => {
  await monitor.execute(`x/2xb ${at(0x100)}`);
  expect(await monitor.execute(`x ${at(0x100)}`)).toBe('ffff0100: 0xfa\n');
  await monitor.execute('x/d 0');
  expect(await monitor.execute(`x/h ${at(0x100)}`)).toBe('ffff0100: 47354\n');
});

test('registers, with those of the FPU and SSE', async () => {
  const text = await monitor.execute('info registers');
  expect(text).toMatch(/^\nCPU#0\nEAX=00001234 EBX=00000000 /);
  expect(text).toMatch(/^EIP=00000105 EFL=00000002 .* HLT=1$/m);
  expect(text).toMatch(/^FCW=0040 FSW=0000 \[ST=0\] FTW=ff MXCSR=00001f80$/m);
  expect(text).toMatch(/\nXMM06=0{16} 0{16} XMM07=0{16} 0{16}\n$/);
});

test('devices', async () => {
  expect(await monitor.execute('info pic')).toMatch(
    /^ {2}pin 2 {2}0x0000000000010000 dest=0 vec=0 {3}active-hi edge {2}masked fixed {2}physical$/m,
  );
  expect(await monitor.execute('info pic')).toMatch(/^pic1: irr=00 imr=ff isr=00 hprio=0 irq_base=00 .*\npic0: /m);
  expect(await monitor.execute('info pci')).toContain(
    '  Bus  0, device   1, function 0:\n    ISA bridge: PCI device 8086:7000\n',
  );
  expect(await monitor.execute('info mtree -f')).toContain('  0000000000100000-00000000003fffff (prio 1, ram): RAM\n');
  expect(await monitor.execute('info irq')).toMatch(/^IRQ statistics for ioapic:\n/);
  expect(await monitor.execute('info roms')).toContain('addr=00000000ffff0000 size=0x010000 mem=rom name="BIOS"\n');
});

test('the SMBus is among the ports where it is placed', async () => {
  await using machine = await Machine.create({ memory: 4, boot: { demo: true } });
  const text = await openMonitor(machine, { quit: () => {} }).execute('info mtree');
  expect(text).toContain('0000000000000700-000000000000070f (prio 0, i/o): smbus\n');
});

test('the translation cache: nothing is translated that ran once', async () => {
  expect(await monitor.execute('info jit')).toMatch(
    /^Translation buffer state:\ngen code size {7}0 characters\nTB count {12}0\n(.*\n)*decoded {13}\d+ instructions in 2 pages\n\nStatistics:\n/,
  );
});

test('buses with their devices', async () => {
  const text = await monitor.execute('info qtree');
  expect(text).toMatch(
    /^bus: main-system-bus\n {2}type System\n {2}dev: pci host, id ""\n {4}bus: pci\.0\n {6}type PCI\n/,
  );
  expect(text).toContain(
    ['          dev: floppy, id ""', '            iobase = 1010 (0x3f2)', '            iobase = 1015 (0x3f7)', ''].join(
      '\n',
    ),
  );
  expect(text).toContain('              dev: floppy, id ""\n                drive = "floppy0"\n');
  expect(text).toContain('          dev: ide-cd, id ""\n            drive = "ide1-cd0"\n');
  expect(text).not.toContain('dev: ide0');
});

test('buses with cards, virtio and USB', async () => {
  const image = new Uint8Array(1 << 16);
  const other = await Machine.create({
    ...{ memory: 16, boot: { demo: true }, network: [{ card: 'rtl8139', mac: '52:54:00:12:34:56' }] },
    drives: [{ interface: 'virtio', image }],
    usb: ['tablet'],
    isolate: 'caller',
  });
  onTestFinished(() => other.stop());
  const text = await openMonitor(other).execute('info qtree');
  expect(text).toMatch(
    /dev: rtl8139\.0 pci, id ""\n {8}mac = "52:54:00:12:34:56"\n {8}netdev = "#net000"\n {8}addr = \d\d\.0\n/,
  );
  expect(text).toMatch(/dev: virtio0 pci, id ""\n {8}drive = "virtio0"\n {8}addr = /);
  expect(text).toMatch(/bus: usb-bus\.0\n {10}type usb-bus\n {10}dev: usb-tablet, id ""\n/);
});

test('ports', async () => {
  await monitor.execute('o/b 0x70 0x8f');
  expect(await monitor.execute('i/b 0x20')).toMatch(/^portb\[0x0020\] = 0x[0-9a-f]{2}\n$/);
  expect(await monitor.execute('i/w 0xcfe')).toMatch(/^portl\[0x0cfe\] = 0x[0-9a-f]{8}\n$/);
  expect(await monitor.execute('i/h 0xeeee')).toBe('portw[0xeeee] = 0xffff\n');
});

/** The keyboard controller's bytes for the guest, read through its ports. */
async function received(count: number): Promise<number[]> {
  const bytes: number[] = [];
  while (bytes.length < count) {
    const status = await machine.examine('readPort', 0x64, 1);
    if (status & 1) bytes.push(await machine.examine('readPort', 0x60, 1));
  }
  return bytes;
}

test('keys and the mouse', async () => {
  await monitor.execute('o/b 0x60 0xf4');
  expect(await received(1)).toEqual([0xfa]);
  expect(await monitor.execute('sendkey shift-a 1')).toBe('');
  expect(await received(4)).toEqual([0x2a, 0x1e, 0x9e, 0xaa]);
  expect(await monitor.execute('sendkey 0x2a-0xfff-0x1e 1')).toBe('');
  expect(await received(4)).toEqual([0x2a, 0x1e, 0x9e, 0xaa]);
  expect(await monitor.execute('sendkey < 1')).toBe('');
  expect(await received(2)).toEqual([0x56, 0xd6]);
  await monitor.execute('o/b 0x64 0xa8');
  await monitor.execute('o/b 0x64 0xd4');
  await monitor.execute('o/b 0x60 0xf4');
  expect(await received(1)).toEqual([0xfa]);
  expect(await monitor.execute('mouse_move 5 3')).toBe('');
  expect(await received(3)).toEqual([0x28, 5, 0xfd]);
  expect(await monitor.execute('mouse_button 2')).toBe('');
  expect(await received(3)).toEqual([0x0a, 0, 0]);
  expect(await monitor.execute('mouse_button 4')).toBe('');
  expect(await received(3)).toEqual([0x0c, 0, 0]);
});

test('media are changed', async () => {
  expect(await monitor.execute('info block floppy0')).toBe(
    `floppy0: the image of floppy0 (raw)
    Attached to:      floppy-bus.0, unit 0
    Removable device: not locked, tray closed
    Cache mode:       writeback
`,
  );
  expect(await monitor.execute('eject floppy0')).toBe('');
  expect(await monitor.execute('info block floppy0')).toMatch(/^floppy0: \[not inserted\]\n/);
  expect(await monitor.execute('change floppy0 /nonexistent/image')).toMatch(/^Error: \/nonexistent\/image: /);
  expect(await monitor.execute('change floppy0 x qed')).toMatch("Error: Unknown driver 'qed'; give one of raw,");
  const file = join(folder, 'floppy.img');
  await monitor.execute(`pmemsave 0 1474560 "${file}"`);
  expect(await monitor.execute(`change floppy0 ${file} raw read-only`)).toBe('');
  expect(await monitor.execute('info block floppy0')).toContain(`floppy0: ${file} (raw, read-only)\n`);
  expect(await monitor.execute(`change floppy0 ${file} raw`)).toBe('');
});

test('drives are limited', async () => {
  expect(await monitor.execute('block_set_io_throttle floppy0 1000 0 0 0 20 0')).toBe('');
  expect(await monitor.execute('info block floppy0')).toMatch(
    / {4}I\/O throttling: {3}bps=1000 bps_rd=0 bps_wr=0 bps_max=0 bps_rd_max=0 bps_wr_max=0 iops=0 iops_rd=20 iops_wr=0 iops_max=0 iops_rd_max=0 iops_wr_max=0 iops_size=0 group=floppy0\n$/,
  );
  expect(await monitor.execute('block_set_io_throttle floppy0 1 2 3 4 5 6')).toBe(
    'Error: bps/iops/max total values and read/write values cannot be used at the same time\n',
  );
  expect(await monitor.execute('block_set_io_throttle nix 1 0 0 4 0 0')).toBe("Error: Device 'nix' not found\n");
  expect(await monitor.execute('block_set_io_throttle floppy0 0 0 0 0 0 0')).toBe('');
  expect(await monitor.execute('info block floppy0')).not.toContain('throttling');
});

test('memory is saved', async () => {
  const file = join(folder, 'memory');
  expect(await monitor.execute(`memsave ${at(0x100)} 7 "${file}"`)).toBe('');
  expect([...(await readFile(file))]).toEqual(program);
  expect(await monitor.execute(`pmemsave 0x20000000 2 "${file}"`)).toBe('');
  expect([...(await readFile(file))]).toEqual([0, 0]);
  expect(await monitor.execute('pmemsave 0 1 "/nonexistent/x"')).toBe(
    "Error: failed to open file '/nonexistent/x': No such file or directory\n",
  );
});

test('memory is saved in pieces: all of it could be 4 GB', async () => {
  const lengths: number[] = [];
  const taking = new Monitor(machine, {
    ...{ version: '', processId: 1, quit: () => {} },
    writeFile: async (_path, pieces) => {
      for await (const { length } of pieces) lengths.push(length);
    },
  });
  expect(await taking.execute('pmemsave 0 0x280000 "file"')).toBe('');
  expect(lengths).toEqual([0x100000, 0x100000, 0x80000]);
});

test('more than can be shown is refused, for instructions too', async () => {
  expect(await monitor.execute('x/300000i 0')).toBe(
    '300000 items are too many to show; save them with pmemsave or memsave\n',
  );
  const lines = (await monitor.execute('xp/600i 0x1000')).split('\n');
  expect(lines).toHaveLength(601);
  expect(lines[599]).toBe('0x000014ae:  00 00                    add [bx+si],al');
});

test('a text that is too long for a line goes on in the next one', async () => {
  const lines = (await monitor.execute(`x/2s ${at(LONG_TEXT)}`)).split('\n');
  expect(lines.map((line) => line.length)).toEqual([10 + 4096 + 2, 10 + 904 + 2, 0]);
  expect(lines[1]).toBe(`${(ROM + LONG_TEXT + 4096).toString(16)}: "${'a'.repeat(904)}"`);
});

test('the screen is saved', async () => {
  const file = join(folder, 'screen');
  expect(await monitor.execute(`screendump ${file}`)).toBe('');
  expect((await readFile(file)).subarray(0, 2).toString()).toBe('P6');
  expect(await monitor.execute(`screendump ${file} -f png`)).toBe('');
  expect((await readFile(file)).subarray(1, 4).toString()).toBe('PNG');
  expect(await monitor.execute(`screendump ${file} -f gif`)).toBe(
    "Error: invalid parameter value 'gif'; give ppm or png\n",
  );
});

test('the machine stops and goes on', async () => {
  expect(await monitor.execute('stop')).toBe('');
  expect(await monitor.execute('info status')).toBe('VM status: paused\n');
  expect(await monitor.execute('cont')).toBe('');
  expect(machine.state).toBe('running');
});

test('a reset', async () => {
  const reset = new Promise((resolve) => machine.once('reset', resolve));
  await monitor.execute('system_reset');
  expect(await reset).toEqual({ reason: 'caller' });
});

test('an NMI reaches the processor', async () => {
  await monitor.execute('o/b 0x70 0');
  const before = await machine.examine('registers');
  await monitor.execute('nmi');
  await expect.poll(async () => (await machine.examine('registers')).esp).not.toBe(before.esp);
});

test('help lists every command, with the parts of info', async () => {
  expect(await monitor.execute('help')).toMatch(/^pmemsave addr size file -- /m);
  expect(await monitor.execute('info')).toMatch(/^info block \[-n\] \[-v\] \[device\] -- /m);
  expect(await monitor.complete('info reg')).toEqual(['registers']);
  expect(await monitor.complete('eject f')).toEqual(['floppy0']);
});
