import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Machine } from '../../../src/index.ts';
import { type Case, romOf } from './program.ts';

/** Answers by case, recorded of QEMU; `manual` has the right ones where QEMU's are not followed. */
export interface Recorded {
  readonly version: string;
  readonly qemu: Readonly<Record<string, string>>;
  readonly manual: Readonly<Record<string, string>>;
}

const file = new URL('../data/ide.json', import.meta.url);

export function readRecorded(): Recorded {
  return JSON.parse(readFileSync(file, 'utf8'));
}

export function writeRecorded(recorded: Recorded): void {
  writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
}

/** Bytes that differ from sector to sector. */
function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => (n * 7 + (n >> 9) * 31 + seed) & 0xff);
}

const images = { disk: () => pattern(4096 * 512, 1), cd: () => pattern(400 * 2048, 2) } as const;

function answersOf(cases: readonly Case[], text: string): Record<string, string> {
  const lines = text.split('\n');
  return Object.fromEntries(cases.map(({ name }, n) => [name, lines[n] ?? '(nothing)']));
}

/** The answers of a machine of ours. */
export async function askOurs(
  cases: readonly Case[],
  engine: 'interpreter' | 'translator',
): Promise<Record<string, string>> {
  await using machine = await Machine.create({
    engine,
    memory: 16,
    boot: { bios: romOf(cases) },
    drives: [
      { image: images.disk(), format: 'raw', serial: 'A1' },
      { image: images.cd(), format: 'raw', media: 'cdrom', index: 2, serial: 'B2' },
    ],
    debugConsole: { iobase: 0xe9 },
    debugExit: { iobase: 0xf4, iosize: 4 },
  });
  let text = '';
  machine.debugConsole.on('data', (bytes) => {
    text += Buffer.from(bytes).toString('latin1');
  });
  await machine.start();
  await machine.exited;
  return answersOf(cases, text);
}

/** The answers of qemu-system-i386. Throws if there is none. */
export function askQemu(cases: readonly Case[]): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'rawiron-ide-'));
  const place = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  try {
    const rom = place('rom', romOf(cases));
    const drives = [
      ...[
        '-drive',
        `file=${place('disk', images.disk())},format=raw,if=none,id=a`,
        '-device',
        'ide-hd,drive=a,bus=ide.0,unit=0,serial=A1',
      ],
      ...[
        '-drive',
        `file=${place('cd', images.cd())},format=raw,if=none,id=b,media=cdrom`,
        '-device',
        'ide-cd,drive=b,bus=ide.1,unit=0,serial=B2',
      ],
    ];
    const machine = [
      '-machine',
      'pc',
      '-m',
      '16',
      '-display',
      'none',
      '-nodefaults',
      '-no-reboot',
      '-bios',
      rom,
      ...drives,
    ];
    const ports = ['-debugcon', 'stdio', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4'];
    const { stdout, error } = spawnSync('qemu-system-i386', [...machine, ...ports], { timeout: 60_000 });
    if (error !== undefined) throw error;
    return answersOf(cases, stdout.toString('latin1'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
