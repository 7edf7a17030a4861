import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import type { ToHost } from '../../../runtime/host/messages.ts';
import type { MachineConfig } from '../../../runtime/machine/config.ts';
import { createMachine } from '../../../runtime/machine/create.ts';
import { processorsProgram } from '../../support/guest-processors.ts';

const ORIGIN = 0x100000;
const LOOKS = 100_000;
const FOUND = 0x11;
const GAVE_UP = 0x22;
const MS = 1e6;

/** Reads sector 0 by PIO, looks at the status so often at most, and exits. */
const read = `
        mov     dx, 0x3f6
        mov     al, 2               ; no interrupts
        out     dx, al
        mov     dx, 0x1f2
        mov     al, 1
        out     dx, al
        mov     dx, 0x1f6
        mov     al, 0xe0
        out     dx, al
        inc     dx
        mov     al, 0x20            ; READ SECTOR(S)
        out     dx, al
        mov     ecx, ${LOOKS}
.look:  in      al, dx
        test    al, 0x80
        jz      .found
        dec     ecx
        jnz     .look
        mov     al, ${GAVE_UP}
        jmp     .exit
.found: mov     al, ${FOUND}
.exit:  out     0xf4, al
        hlt
`;
const driver = assemble(read, { origin: ORIGIN, bits: 32 }).bytes;

/** A machine whose guest is the driver; what it asks its host for is in `asked`. `look`: nanoseconds that pass while somebody looks at the host's time. */
function pollingMachine(engine: MachineConfig['engine'], more: Partial<MachineConfig> = {}, look = 100) {
  let time = 0;
  const asked: (ToHost & { type: 'request' })[] = [];
  const machine = createMachine(
    {
      memoryBytes: 8 << 20,
      boot: { flat: driver, address: ORIGIN, mode: 'flat32' },
      engine,
      rebootAction: 'exit',
      debugExit: { iobase: 0xf4, iosize: 1 },
      startTimeOfDay: 0,
      drives: [
        {
          ...{ name: 'ide0-hd0', interface: 'ide', index: 0, media: 'disk' },
          medium: { sectors: 1000, isReadOnly: false },
        },
      ],
      ...more,
    },
    {
      nanoseconds: () => (time += look),
      deadlineChanged: () => {},
      send: (message) => {
        if (message.type === 'request') asked.push(message);
      },
      log: () => {},
    },
  );
  return { machine, asked };
}

test.each(['interpreter', 'translator'] as const)(
  'a driver that gives up after some looks finds an answer that comes late: %s',
  (engine) => {
    const { machine, asked } = pollingMachine(engine);
    for (let turn = 0; turn < LOOKS / 2000; turn++) {
      const { reason, wakeAt } = machine.run(Infinity);
      expect(reason).toBe('waiting');
      expect(wakeAt).toBeLessThan(turn * MS + 2 * MS);
    }
    expect(asked).toHaveLength(1);
    machine.arrive({ type: 'completion', id: asked[0]!.id, answer: { error: null } });
    expect(machine.run(Infinity)).toMatchObject({ reason: 'exit', code: 2 * FOUND + 1 });
    machine.dispose();
  },
);

test('it gives up in the end, as on a disk that does not answer', () => {
  const { machine } = pollingMachine('interpreter');
  const results = Array.from({ length: LOOKS / 1000 + 1 }, () => machine.run(Infinity));
  expect(results.at(-1)).toMatchObject({ reason: 'exit', code: 2 * GAVE_UP + 1 });
  expect(new Set(results.slice(0, -1).map(({ reason }) => reason))).toEqual(new Set(['waiting']));
  machine.dispose();
});

test('a processor that polls gives its turn to one that computes: the machine does not wait', () => {
  const { source, origin } = processorsProgram(`
main:   call    start_others
${read}
other:  inc     dword [rounds]
        jmp     other
        align 4
rounds: dd      0
`);
  const boot = { flat: assemble(source, { origin, bits: 32 }).bytes, address: origin, mode: 'flat32' } as const;
  const topology = { sockets: 1, cores: 2, threads: 1 };
  const { machine, asked } = pollingMachine('interpreter', { boot, topology, pacing: 'jumps' }, MS / 10);
  const reasons = Array.from({ length: 20 }, (_, n) => machine.run((n + 1) * MS).reason);
  expect(new Set(reasons)).toEqual(new Set(['slice']));
  machine.arrive({ type: 'completion', id: asked[0]!.id, answer: { error: null } });
  expect(machine.run(Infinity)).toMatchObject({ reason: 'exit', code: 2 * FOUND + 1 });
  machine.dispose();
});
