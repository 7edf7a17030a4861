import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AhciRig, pattern, REGISTERS } from '../../runtime/devices/ahci/ahci-rig.ts';
import { enable, type Steps } from './driver.ts';

/** Answers by case, recorded of QEMU; `manual` has the right ones where QEMU's are not followed. */
export interface Recorded {
  readonly version: string;
  readonly qemu: Readonly<Record<string, string>>;
  readonly manual: Readonly<Record<string, string>>;
}

const file = new URL('../data/ahci.json', import.meta.url);

export function readRecorded(): Recorded {
  return JSON.parse(readFileSync(file, 'utf8'));
}

export function writeRecorded(recorded: Recorded): void {
  writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
}

const images = { disk: () => pattern(4096 * 512, 1), cd: () => pattern(400 * 2048, 2) } as const;

/** All that is answered, in the order of the steps. */
export function askOurs(steps: Steps): string {
  const rig = new AhciRig(
    { name: 'A1', index: 0, media: 'disk', bytes: images.disk() },
    { name: 'B2', index: 1, media: 'cdrom', bytes: images.cd() },
  );
  return steps
    .map((step) => answerOf(rig, step))
    .filter((answer) => answer !== '')
    .map(inShort)
    .join(' ');
}

/** Bytes of sectors as a digest. */
function inShort(answer: string): string {
  return answer.length <= 128 ? answer : createHash('sha256').update(answer).digest('hex').slice(0, 16);
}

function answerOf(rig: AhciRig, step: string): string {
  const [command = '', ...words] = step.split(' ');
  const [first = 0, second = 0] = words.map(Number);
  switch (command) {
    case 'outl':
      rig.ports.write(first, 4, second);
      return '';
    case 'inl':
      return number(rig.ports.read(first, 4));
    case 'write':
      rig.bytes.set(Buffer.from(words[2]!.slice(2), 'hex'), first);
      return '';
    case 'read':
      return Buffer.from(rig.bytes.subarray(first, first + second)).toString('hex');
    case 'writel':
      rig.write(first - REGISTERS, second);
      return '';
    case 'readl':
      return number(first >= REGISTERS ? rig.read(first - REGISTERS) : rig.get(first));
    default:
      rig.settle();
      return '';
  }
}

const number = (value: number): string => (value >>> 0).toString(16);

/** The answers of qemu-system-i386, whose processor stands still. */
export async function askQemu(steps: Steps): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'rawiron-ahci-'));
  const drive = (id: string, bytes: Uint8Array, device: string): string[] => {
    writeFileSync(join(folder, id), bytes);
    return ['-drive', `file=${join(folder, id)},format=raw,if=none,id=${id}`, '-device', `${device},drive=${id}`];
  };
  const qemu = spawn(
    'qemu-system-i386',
    [
      ...['-S', '-accel', 'tcg', '-qtest', 'stdio', '-qtest-log', '/dev/null', '-machine', 'pc', '-m', '4'],
      ...['-nodefaults', '-display', 'none', '-device', 'ahci,id=ahci,addr=5'],
      ...drive('disk', images.disk(), 'ide-hd,bus=ahci.0,serial=A1'),
      ...drive('cd', images.cd(), 'ide-cd,bus=ahci.1,serial=B2'),
    ],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const lines = createInterface({ input: qemu.stdout })[Symbol.asyncIterator]();
  const ask = async (step: string): Promise<string> => {
    qemu.stdin.write(`${step}\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done || /^(FAIL|ERR)/.test(value)) throw new Error(`${step}: ${value}`);
      if (value.startsWith('OK')) return value.slice(3);
    }
  };
  try {
    const answers: string[] = [];
    for (const step of [...enable, ...steps]) {
      if (step.startsWith('wait')) await untilClear(ask, step);
      else answers.push(shown(step, await ask(step)));
    }
    return answers
      .filter((answer) => answer !== '')
      .map(inShort)
      .join(' ');
  } finally {
    qemu.kill();
    rmSync(folder, { recursive: true });
  }
}

async function untilClear(ask: (step: string) => Promise<string>, step: string): Promise<void> {
  const [, address, bits] = step.split(' ').map(Number);
  while ((Number(await ask(`readl ${address}`)) & bits!) !== 0) await new Promise((done) => setTimeout(done, 1));
}

/** Numbers without their first zeros; bytes as they are. */
function shown(step: string, answer: string): string {
  const digits = answer.replace(/^0x/, '');
  return step.startsWith('read ') || digits === '' ? digits : number(Number.parseInt(digits, 16));
}
