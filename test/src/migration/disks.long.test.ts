import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, type MachineOptions } from '../../../src/index.ts';
import { say, sayNumber } from '../../support/counting-rom.ts';
import { rom } from '../../support/death-roms.ts';
import { beginCommand, withStack } from '../../support/sector-roms.ts';
import { pipe } from './pipe.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migration-disks-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Reads sector 0, of which the first word is to be the count in memory, writes the next one, and says it; `!`: it was another one. */
const counter = rom(`${withStack}        mov     dword [0x0800], 0
.next:  mov     bx, 0x2000
        call    .begin
        mov     di, 0x1000
        mov     cx, 256
        mov     dx, 0x1F0
        rep insw
        mov     eax, [0x0800]
        cmp     [0x1000], eax
        jne     .bad
        inc     eax
        mov     [0x0800], eax
        mov     [0x1000], eax
        mov     bx, 0x3000
        call    .begin
        mov     si, 0x1000
        mov     cx, 256
        mov     dx, 0x1F0
        rep outsw
        call    .ready
        mov     eax, [0x0800]
${sayNumber}        jmp     .next
.bad:   mov     al, '!'
        call    .say
        jmp     .next
${say}${beginCommand}`);

const SIZE = 8 << 20;

/** Bytes of a disk of which the second half is noise, and the first zeros. */
function contents(): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  bytes.set(randomBytes(SIZE / 2), SIZE / 2);
  return bytes;
}

/** Moves a machine to another one of this process. */
async function moved(machine: Machine, changes: Partial<MachineOptions> = {}): Promise<Machine> {
  const [near, far] = pipe();
  const [target] = await Promise.all([Machine.receive(far, changes), machine.migration.send(near)]);
  await target.migration.arrived;
  await target.start();
  return target;
}

/** Has a machine count while it moves twice; all that it says, the machine that it is then, and how the moves were. */
async function countWhileMoving(options: Partial<MachineOptions>, changes: Partial<MachineOptions> = {}) {
  let text = '';
  const hear = (machine: Machine) =>
    machine.serial.on('data', (bytes) => {
      text += Buffer.from(bytes).toString();
    });
  const first = await Machine.create({ memory: 2, vga: 'none', boot: { bios: counter }, ...options });
  const machines = [first];
  hear(first);
  await first.start();
  await expect.poll(() => text.length).toBeGreaterThan(90);
  for (let n = 0; n < 2; n++) {
    const next = await moved(machines.at(-1)!, changes);
    hear(next);
    machines.push(next);
    const { length } = text;
    await expect.poll(() => text.length).toBeGreaterThan(length + 90);
  }
  const last = machines.pop()!;
  await last.pause();
  const figures = machines.map(({ migration }) => migration.statistics!);
  await Promise.all(machines.map((machine) => machine.stop()));
  return { last, figures, text };
}

function expectCounted(text: string): void {
  expect(text).not.toContain('!');
  const numbers = [...text.matchAll(/[\dA-F]{8}/g)].map(([digits]) => Number.parseInt(digits, 16));
  expect(numbers).toEqual(numbers.map((_, n) => n + 1));
}

test('a disk in memory goes along while the guest writes to it, without its zeros', async () => {
  const bytes = contents();
  const { last, figures, text } = await countWhileMoving({ drives: [{ image: bytes, format: 'raw' }] });
  await using machine = last;
  expectCounted(text);
  for (const { diskBytes } of figures) {
    expect(diskBytes).toBeGreaterThan(SIZE / 2);
    expect(diskBytes).toBeLessThan(SIZE);
  }
  const snapshot = await machine.snapshot({ compression: 'none' });
  const noise = createHash('sha256')
    .update(bytes.subarray(SIZE / 2))
    .digest('hex');
  const at = Buffer.from(snapshot).indexOf(bytes.subarray(SIZE / 2, SIZE / 2 + 64));
  expect(
    createHash('sha256')
      .update(snapshot.subarray(at, at + SIZE / 2))
      .digest('hex'),
  ).toBe(noise);
});

test('changes that are forgotten in the end go along, and the image stays', async () => {
  const image = join(folder, 'disk.img');
  await writeFile(image, contents());
  const drives = [{ image, format: 'raw', snapshot: true }] as const;
  const { last, figures, text } = await countWhileMoving({ drives }, { drives });
  await using _ = last;
  expectCounted(text);
  for (const { diskBytes } of figures) expect(diskBytes).toBeLessThan(SIZE / 2);
});

test('changes do not come to an image that would keep them', async () => {
  const image = join(folder, 'other.img');
  await writeFile(image, contents());
  const drives = [{ image, format: 'raw', snapshot: true }] as const;
  await using source = await Machine.create({ memory: 2, vga: 'none', boot: { bios: counter }, drives });
  await source.start();
  const [near, far] = pipe();
  const sent = source.migration.send(near);
  sent.catch(() => {});
  await using target = await Machine.receive(far, { drives: [{ image, format: 'raw' }] });
  const message =
    /ide0-hd0: changes of .*other\.img come with the machine; open it so that they are forgotten at the end/;
  await expect(target.migration.arrived).rejects.toThrow(message);
  await expect(sent).rejects.toThrow(message);
  expect(source.state).toBe('running');
});
