import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Guest, type Variant } from '../../support/guest.ts';
import { type Case, suite } from './kernel.ts';
import { Layout } from './layout.ts';

/** The guest as a Multiboot image. */
export function imageOf(cases: readonly Case[]): Uint8Array {
  return assemble(suite(cases), { origin: Layout.image, bits: 32 }).bytes;
}

/** What a guest has printed, by the names of the cases. */
export function answersOf(cases: readonly Case[], text: string): Map<string, string> {
  const lines = text.split('\n').slice(1);
  return new Map(cases.map(({ name }, n) => [name, folded((lines[n] ?? '(nothing)').trim())]));
}

/** Words that come again and again, with their number. */
function folded(line: string): string {
  return line.replace(/(\S+)(?: \1(?!\S))+/g, (all, word: string) => `${word}*${all.split(' ').length}`);
}

/** QEMU's release, or undefined if there is none. */
export function qemuVersion(): string | undefined {
  const { stdout, error } = spawnSync('qemu-system-i386', ['--version']);
  return error === undefined ? /version (\S+)/.exec(stdout.toString())?.[1] : undefined;
}

/** The answers of a machine of ours. */
export async function askOurs(cases: readonly Case[], variant: Variant): Promise<Map<string, string>> {
  const guest = new Guest({ multiboot: imageOf(cases) }, variant);
  try {
    guest.runToEnd();
    return answersOf(cases, guest.text);
  } finally {
    await guest.dispose();
  }
}

/** The answers of qemu-system-i386, or undefined if there is none. `flags` are more of its command line. */
export function askQemu(cases: readonly Case[], flags: readonly string[] = []): Map<string, string> | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'rawiron-protection-'));
  try {
    const kernel = join(folder, 'kernel');
    writeFileSync(kernel, imageOf(cases));
    const machine = ['-machine', 'pc', '-cpu', 'max', '-m', '16', '-display', 'none', '-no-reboot', ...flags];
    const ports = ['-kernel', kernel, '-debugcon', 'stdio', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4'];
    const { stdout, error } = spawnSync('qemu-system-i386', [...machine, ...ports], { timeout: 20_000 });
    return isMissing(error) ? undefined : answersOf(cases, stdout.toString('latin1'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const isMissing = (error: Error | undefined): boolean =>
  (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
