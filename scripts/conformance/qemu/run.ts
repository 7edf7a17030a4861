import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Machine, type MachineOptions } from '../../../src/index.ts';
import type { AssetFiles } from '../../../src/node/assets/cache.ts';
import { debianLinux } from '../../../src/node/linux/debian.ts';

/** The output of a program. */
export interface ProgramRun {
  /** As a shell sees it; null: it took too long. */
  readonly status: number | null;
  /** Standard output and errors. */
  readonly output: string;
}

/** Beginning of the output that is looked at: test-i386-fprem prints 66 MB. */
const MOST = 500_000;
const command = (path: string): string => `(${path}; echo "@status $?") 2>&1 </dev/null | head -c ${MOST}`;
const SECONDS = 300;
/** The C library's functions are to be those that it chooses in the guest. */
const tunables = 'glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX,-AVX512F';
const prompt = /~ # /;

function runOf(text: string): ProgramRun {
  const match = /@status (\d+)\n$/.exec(text);
  const output = match ? text.slice(0, match.index) : text;
  return { status: match ? Number(match[1]) : output.length < MOST - 20 ? null : 0, output };
}

/** The programs on this host's own processor. */
export async function runOnHost(programs: AssetFiles): Promise<Map<string, ProgramRun>> {
  const folder = await mkdtemp(join(tmpdir(), 'rawiron-conformance-'));
  const runs = new Map<string, ProgramRun>();
  try {
    for (const [name, bytes] of Object.entries(programs)) {
      const path = join(folder, name);
      await writeFile(path, bytes, { mode: 0o755 });
      const env = { ...process.env, GLIBC_TUNABLES: tunables };
      const options = { env, cwd: folder, timeout: SECONDS * 1000, maxBuffer: 2 * MOST };
      runs.set(name, runOf(spawnSync('sh', ['-c', command(path)], options).stdout.toString('latin1')));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return runs;
}

/** The programs below Debian's kernel on a machine of ours; `onRun` sees each as it ends. */
export async function runInGuest(
  programs: AssetFiles,
  engine: NonNullable<MachineOptions['engine']>,
  onRun: (name: string, run: ProgramRun) => Promise<void>,
): Promise<void> {
  const linux = await debianLinux();
  const files = Object.entries(programs).map(
    ([name, data]) => ({ type: 'file', path: `tests/${name}`, mode: 0o755, data }) as const,
  );
  const boot = { kernel: linux.kernel, initrd: linux.initrd(files), append: 'console=ttyS0 cryptomgr.notests' };
  const machine = await Machine.create({ memory: '256M', engine, boot });
  try {
    await machine.start();
    await machine.serial.expect(prompt, { timeout: SECONDS * 1000 });
    machine.serial.write('cd /tmp; dmesg -n 1; stty -echo; PS1=; echo @"ready"\n');
    await machine.serial.expect(/@ready/, { timeout: SECONDS * 1000 });
    for (const name of Object.keys(programs)) {
      machine.serial.write(`${command(`/tests/${name}`)} | gzip -c | base64; echo @"end"\n`);
      const [, text] = await machine.serial.expect(/([\s\S]*?)@end\r\n/, { timeout: SECONDS * 1000 });
      await onRun(name, runOf(gunzipSync(Buffer.from(text!, 'base64')).toString('latin1')));
    }
  } finally {
    await machine.stop();
  }
}
