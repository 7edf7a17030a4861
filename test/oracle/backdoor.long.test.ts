import { expect, test } from 'vitest';
import { assemble } from '../../runtime/firmware/assembler/index.ts';
import { Machine } from '../../src/index.ts';
import { qemuVersion, runQemu } from './qemu-guest.ts';

const TIMEOUT = 60_000;
const UUID = '00112233-4455-6677-8899-aabbccddeeff';
const MAGIC = 0x564d5868;

interface Call {
  readonly ecx: number;
  readonly ebx?: number;
  readonly eax?: number;
}

const mouseCommand = (ebx: number): Call => ({ ecx: 41, ebx });
const [status, read] = [{ ecx: 40 }, (ebx: number): Call => ({ ecx: 39, ebx })];

/** Calls of the backdoor, those of the mouse last. QEMU has none for the time (23 and 46). */
const calls: readonly Call[] = [
  ...Array.from({ length: 48 }, (_, ecx) => ({ ecx })).filter(({ ecx }) => ![23, 39, 40, 41, 46].includes(ecx)),
  ...[{ ecx: 68 }, { ecx: 0x7f }, { ecx: 0xff }, { ecx: 0x12340a }, { ecx: 10, eax: 1 }, { ecx: 20, ebx: 5 }],
  // As Linux' driver begins; then what it should not do.
  ...[status, mouseCommand(0xf5), status, mouseCommand(0x45414552), status, read(1), { ecx: 86 }],
  ...[mouseCommand(0x53424152), status, mouseCommand(0x4c455252), status],
  ...[read(1), status, mouseCommand(0x53424152), status, mouseCommand(0x45414552), status],
  ...[mouseCommand(0x45414552), status, read(2), status, read(0), status, mouseCommand(0xf5), status],
];

/** A Multiboot image that makes the calls, each with a line of the registers after it. */
function image(): Uint8Array {
  const [origin, exit] = [0x100000, 0xf4];
  const call = ({ eax = MAGIC, ebx = 0, ecx }: Call) => `        dd      ${eax}, ${ebx}, ${ecx}\n`;
  const source = `
        dd      0x1BADB002, 0x10000, -0x1BADB002 - 0x10000, ${origin}, ${origin}, 0, 0, begin
begin:  mov     esp, stack
        mov     ebp, calls
.call:  mov     eax, [ebp]
        mov     ebx, [ebp + 4]
        mov     ecx, [ebp + 8]
        mov     edx, 0x5658
        mov     esi, 0x11111111
        mov     edi, 0x22222222
        in      eax, dx
        pushad
        mov     esi, order
.register:
        movzx   eax, byte [esi]
        inc     esi
        mov     eax, [esp + eax]
        mov     ecx, 8
.digit: rol     eax, 4
        push    eax
        and     al, 15
        cmp     al, 10
        sbb     al, 0x69
        das
        out     0xE9, al
        pop     eax
        loop    .digit
        mov     al, ' '
        out     0xE9, al
        cmp     esi, order_end
        jb      .register
        mov     al, 10
        out     0xE9, al
        popad
        add     ebp, 12
        cmp     ebp, calls_end
        jb      .call
        mov     al, 0
        out     ${exit}, al
        hlt
; EAX, EBX, ECX, EDX, ESI and EDI, where PUSHAD leaves them.
order:  db      28, 16, 24, 20, 4, 0
order_end:
        align   4
calls:
${calls.map(call).join('')}
calls_end:
        times   256 db 0
stack:
`;
  return assemble(source, { origin, bits: 32 }).bytes;
}

/** The registers after each call. QEMU complains among them. */
function answers(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^[0-9A-F]{8} /.test(line))
    .map((line) => line.trim());
}

async function ours(): Promise<string[]> {
  await using machine = await Machine.create({
    ...{ memory: '48M', uuid: UUID, boot: { kernel: image() } },
    ...{ debugConsole: { iobase: 0xe9 }, debugExit: { iobase: 0xf4, iosize: 4 } },
  });
  let text = '';
  machine.debugConsole.on('data', (bytes) => {
    text += Buffer.from(bytes).toString('latin1');
  });
  await machine.start();
  await machine.exited;
  return answers(text);
}

test.skipIf(!qemuVersion()?.startsWith('7.2'))(
  "VMware's backdoor answers as QEMU's",
  async () => {
    const theirs = answers(runQemu(image(), ['-accel', 'tcg', '-m', '48', '-uuid', UUID], TIMEOUT)!.text);
    const own = await ours();
    for (const [n, { ecx, ebx = 0 }] of calls.entries())
      expect.soft(own[n], `${n}: call ${ecx}, EBX ${ebx.toString(16)}`).toBe(theirs[n]);
  },
  TIMEOUT,
);
