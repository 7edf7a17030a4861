import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, program, rawiron, rawironEach, rawironUnder, shellCommand } from '../support/command-line.ts';

let folder: string;
let rubbish: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'program-test-'));
  rubbish = join(folder, 'rubbish');
  await writeFile(rubbish, 'neither a kernel nor a BIOS image, and longer than a boot sector\n'.repeat(100));
  await symlink(rubbish, join(folder, 'link'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
});
afterAll(() => rm(folder, { recursive: true }));

const kernel = () => ['-kernel', rubbish];
const pipe = () => join(folder, 'pipe');

const mistakes: readonly [string, () => string[], string][] = [
  [
    'a kernel of no known kind',
    () => kernel(),
    'rubbish: the kernel is neither a Linux kernel (bzImage) nor a Multiboot kernel',
  ],
  ['a missing kernel', () => ['-kernel', '/no/such'], 'cannot read the kernel /no/such: no such file or directory'],
  [
    'a kernel without an end',
    () => ['-kernel', '/dev/zero'],
    '/dev/zero: the kernel is neither a Linux kernel (bzImage) nor a Multiboot kernel',
  ],
  ['a missing initrd', () => [...kernel(), '-initrd', '/no/such'], 'cannot read the initrd /no/such: no such file'],
  ['a missing BIOS image', () => ['-bios', '/no/such'], 'cannot read the BIOS image /no/such: no such file'],
  [
    'a BIOS image of a wrong size',
    () => ['-bios', rubbish],
    'rubbish: the BIOS image has 6500 bytes; a ROM image is a multiple of 4096 bytes long',
  ],
  [
    'an option ROM that is none',
    () => ['-bios', 'rawiron', '-option-rom', rubbish],
    'rubbish: the option ROM begins with 6E 65; an option ROM begins with 55 AA',
  ],
  ['too little memory', () => ['-m', '1', ...kernel()], '1 MB of memory is too little'],
  ['too much memory', () => ['-m', '99999', ...kernel()], '99999 MB of memory is too much; at most 2047 MB'],
  ['no memory size', () => ['-m', 'abc', ...kernel()], "-m: 'abc' is not a memory size"],
  ['an unknown engine', () => ['-engine', 'steam', ...kernel()], "-engine: unknown engine 'steam'"],
  ['an engine that cannot be checked', () => ['-engine', 'translator,check=maybe', ...kernel()], 'give check=on'],
  [
    'regions without blocks',
    () => ['-engine', 'translator,blocks=0', ...kernel()],
    '-engine: engine.blocks is 0; it must be',
  ],
  ['a TCP port that is too large', () => ['demo', '-inspect=65536'], '-inspect: 65536 is no TCP port; give'],
  ['a directory as BIOS image', () => ['-bios', folder], ': it is a directory'],
  ['a named pipe as kernel', () => ['-kernel', pipe()], '/pipe: it is a named pipe; give a file'],
  ['a named pipe as initrd', () => [...kernel(), '-initrd', pipe()], '/pipe: it is a named pipe; give a file'],
  ['a named pipe as BIOS image', () => ['-bios', pipe()], '/pipe: it is a named pipe; give a file'],
  ['a named pipe with names', () => ['demo', '-symbols', pipe()], '/pipe: it is a named pipe; give a file'],
  ['a named pipe with a machine', () => ['-incoming', `file:${pipe()}`], '/pipe: it is a named pipe; give a file'],
  ['a file as pipe', () => ['demo', '-serial', `pipe:${rubbish}`], 'it is something else (file:PATH writes to a file)'],
  ['an accelerator that is not there', () => ['demo', '-accel', 'kvm'], '-accel: failed to initialize kvm: guest code'],
  ['an unknown flag', () => ['-frobnicate'], 'unknown flag -frobnicate'],
  ['a flag of QEMU that is not supported', () => ['-sd', 'x'], '-sd is not supported: there is no such drive'],
  ['an unknown command', () => ['strat'], "unknown command 'strat'; similar: start"],
  ['nothing to boot', () => [], 'nothing to boot'],
  ['an initrd alone', () => ['-initrd', 'x'], '-initrd is for a kernel; give -kernel FILE'],
  ['a command line alone', () => ['-append', 'x'], '-append is for a kernel; give -kernel FILE'],
  ['a command line for a BIOS image', () => ['-bios', rubbish, '-append', 'x'], '-append is for a kernel'],
  [
    'a log that cannot be written',
    () => ['demo', '-serial', 'file:/no/such/log'],
    'cannot write /no/such/log: no such file',
  ],
  [
    'a log where COM1 is written to',
    () => ['demo', '-serial', `file:${join(folder, 'same')}`, '-D', `${folder}/./same`],
    '-serial and -D name the same file',
  ],
  [
    'two ports on one file, by its other name',
    () => ['demo', '-serial', `file:${join(folder, 'link')}`, '-debugcon', `file:${rubbish}`],
    '-serial and -debugcon name the same file',
  ],
  [
    'two copies of what ports send in one file',
    () => [
      ...['demo', '-chardev', `null,id=a,logfile=${folder}/same`, '-serial', 'chardev:a'],
      ...['-chardev', `null,id=b,logfile=${folder}/./same`],
    ],
    '-serial and -chardev name the same file',
  ],
  [
    'a copy that cannot be written',
    () => ['demo', '-chardev', 'null,id=a,logfile=/no/such/log', '-serial', 'chardev:a'],
    'cannot write /no/such/log: no such file',
  ],
  [
    'what is printed and a log on one file',
    () => ['demo', '-parallel', `file:${rubbish}`, '-D', rubbish],
    '-parallel and -D name the same file',
  ],
  [
    'a process number in the place of the kernel',
    () => [...kernel(), '-pidfile', rubbish],
    '-kernel and -pidfile name',
  ],
  ['a process number nowhere', () => ['demo', '-pidfile', '/no/such/pid'], 'cannot write /no/such/pid: no such file'],
  ['two parallel ports', () => ['demo', '-parallel', 'null', '-parallel', 'null'], '-parallel: there is one port'],
  ['a log in the place of the kernel', () => [...kernel(), '-D', rubbish], '-kernel and -D name the same file'],
  [
    'a log in the place of a disk',
    () => ['demo', '-hda', rubbish, '-serial', `file:${rubbish}`],
    'a drive and -serial name the same file',
  ],
  ['a kernel for the demo', () => ['demo', ...kernel()], '-kernel is not for the demo guest'],
  ['a command line for the demo', () => ['demo', '-append', 'quiet'], '-append is not for the demo guest'],
  [
    'debug exit at COM1',
    () => ['demo', '-device', 'isa-debug-exit,iobase=0x3f8'],
    "overlap 'com1' (0x3f8-0x3ff); give",
  ],
  ['debug exit beyond the ports', () => ['demo', '-device', 'isa-debug-exit,iobase=0xffff'], 'are no I/O ports; give'],
  [
    'a debug console at the timer',
    () => ['demo', '-global', 'isa-debugcon.iobase=0x40'],
    "'debug console' (0x40-0x40) overlap",
  ],
  [
    'a log on a full disk',
    () => ['demo', '-serial', 'file:/dev/full'],
    'cannot write /dev/full: no space left on device',
  ],
];

describe('mistakes', () => {
  let ended: readonly Ended[];
  beforeAll(async () => {
    ended = await rawironEach(mistakes.map(([, args]) => args()));
  });

  test.each(mistakes.map(([name, , message], n) => [name, message, n] as const))(
    '%s: one line that says so, and exit code 1',
    (_, message, n) => {
      const { code, output, errors } = ended[n]!;
      expect(errors).toMatch(/^rawiron: .*\n$/);
      expect(errors).toContain(message);
      expect({ code, output }).toEqual({ code: 1, output: '' });
    },
  );
});

test('a mistake ends the program so', async () => {
  const { code, errors } = await rawiron(['-frobnicate']);
  expect({ code, errors }).toEqual({ code: 1, errors: expect.stringContaining('unknown flag -frobnicate') });
});

test.each([['demo'], ['--help']])('%s with its output on a full disk: one line, and exit code 1', async (action) => {
  const run = promisify(execFile)('sh', ['-c', `${shellCommand([action])} > /dev/full`]);
  await expect(run).rejects.toMatchObject({
    code: 1,
    stderr: 'rawiron: cannot write standard output: no space left on device\n',
  });
});

test('help and version', async () => {
  expect(await rawiron(['--help'])).toMatchObject({ code: 0, output: expect.stringMatching(/^Usage: rawiron/) });
  expect(await rawiron(['-version'])).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^rawiron \d+\.\d+\.\d+\n$/),
  });
});

const helps = [
  ['help', 'Usage: rawiron DISK-IMAGE'],
  ['help inspect', 'Usage: rawiron inspect COMMAND'],
  ['help inspect block', 'Usage: rawiron inspect block'],
  ['inspect help block', 'Usage: rawiron inspect block'],
  ['help profile', 'Usage: rawiron inspect profile'],
  ['-device help', 'isa-debug-exit,iobase=0x501,iosize=2'],
  ['-machine help', 'Machines:\n  pc '],
  ['-machine pc,help', 'pc-machine options:\n  acpi=<bool> '],
  ['-accel help', 'Accelerators:\n  tcg '],
  [
    '-device isa-debug-exit,help',
    'isa-debug-exit options:\n  iobase=<uint32>        -  (default: 1281)\n  iosize=<uint32> ',
  ],
  ['-device nvme,serial=a,?', 'nvme options:\n  addr=<int32>           - '],
  ['-device virtio-blk,help', 'virtio-blk-pci options:\n'],
  ['-device virtio-balloon-pci,help', 'virtio-balloon-pci options:\n  addr='],
  ['-device pc-testdev,help', 'There are no options for pc-testdev.\n'],
  ['-netdev help', 'Networks:\n  user,id=ID'],
  ['-audiodev help', 'Audio drivers:\n  none '],
  ['-chardev help', 'Character devices:\n  null\n'],
  ['-object help', 'Objects:\n  filter-dump,netdev=ID,file=FILE\n'],
  ['-display help', 'Displays:\n  terminal '],
] as const;

test('help of all kinds', async () => {
  const ended = await rawironEach(helps.map(([line]) => line.split(' ')));
  for (const [n, [line, text]] of helps.entries()) {
    const { code, output, errors } = ended[n]!;
    expect({ line, code, errors }).toEqual({ line, code: 0, errors: '' });
    expect(output, line).toContain(text);
  }
});

test('a network without a card: its folder must be there', async () => {
  const { code, errors } = await rawiron(['-bios', 'rawiron', '-netdev', 'user,id=n,tftp=/no/such']);
  expect({ code, errors }).toEqual({
    code: 1,
    errors:
      'rawiron: warning: netdev n has no peer\nrawiron: cannot share the folder /no/such: no such file or directory\n',
  });
});

test('help for a device that is not there', async () => {
  const { code, errors } = await rawiron(['-device', 'nvm,help']);
  expect({ code, errors }).toEqual({
    code: 1,
    errors: "rawiron: the device 'nvm' is not supported; similar: nvme; -device help lists those that are\n",
  });
});

test.each(['help', '?'])('-cpu %s lists models and features', async (word) => {
  const { code, output, errors } = await rawiron(['-cpu', word]);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(output).toMatch(
    /^Models:\n {2}486 pentium pentium2 .* max\n {2}qemu64 .* Dhyana\n\nFeatures:\n {2}fpu tsc [\s\S]* nx/s,
  );
  expect(output).toMatch(/ sse4\.2\s/);
});

test('the demo guest obeys what is piped to it, and ends the program', async () => {
  const { code, output } = await rawiron(['demo', '-m', '16'], '\necho h\xe9llo\npoweroff\n');
  expect(output).toContain('h\xe9llo');
  expect(code).toBe(0);
});

test.each(['interpreter,check=on', 'translator,check=on,threshold=1,blocks=8,instructions=60'])(
  'the demo guest with all that is made of it checked: -engine %s',
  async (engine) => {
    const { code, output, errors } = await rawiron(['demo', '-engine', engine], '\nbench 2\nfault\npoweroff\n');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toContain('23000 primes');
  },
);

test('Ctrl-A x leaves', async () => {
  expect(await rawiron(['demo'], '\x01x')).toMatchObject({ code: 0, errors: 'rawiron: terminated\n' });
});

test('the number of the process is in a file while it runs', async () => {
  const path = join(folder, 'pid');
  const child = spawn(process.execPath, [program, 'demo', '-S', '-monitor', 'none', '-pidfile', path]);
  const left = once(child, 'close');
  await expect.poll(() => existsSync(path) && readFileSync(path, 'latin1'), { timeout: 60_000 }).toBe(`${child.pid}\n`);
  child.kill('SIGTERM');
  expect(await left).toEqual([143, null]);
  expect(existsSync(path)).toBe(false);
});

test('output goes to a file', async () => {
  const log = join(folder, 'log');
  const { code, output } = await rawiron(['demo', '-serial', `file:${log}`, '-serial', 'mon:stdio'], '\x01x');
  expect({ code, output }).toEqual({ code: 0, output: '' });
  expect(await readFile(log, 'utf8')).toBeTypeOf('string');
});

test('where there is no apt client it says so in one line, names the flags and boots the demo guest', async () => {
  const env = { PATH: folder, XDG_CACHE_HOME: join(folder, 'cache') };
  const { code, output, errors } = await rawiron(['start', '-m', '16'], '\npoweroff\n', env);
  expect(errors).toMatch(/^rawiron: .*no apt client.*-kernel, -initrd and -append.*\n$/);
  expect(output).toContain('rawiron demo system');
  expect(code).toBe(0);
});

test("Node's own profile of a machine's thread names guest functions", async () => {
  const profiles = await mkdtemp(join(folder, 'profiles-'));
  const flags = ['--cpu-prof', '--cpu-prof-dir', profiles];
  const { code } = await rawironUnder(flags, ['demo'], 'bench\npoweroff\n');
  expect(code).toBe(0);
  const files = await Promise.all((await readdir(profiles)).map((name) => readFile(join(profiles, name), 'utf8')));
  expect(files.filter((text) => /"functionName":"guest_[0-9a-f]{8}"/.test(text))).toHaveLength(1);
});
