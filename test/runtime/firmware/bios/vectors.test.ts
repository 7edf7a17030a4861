import { expect, test } from 'vitest';
import { assemble } from '../../../../runtime/firmware/assembler/index.ts';
import { buildBios } from '../../../../runtime/firmware/bios/index.ts';
import type { BlockQuestion } from '../../../../runtime/host/block-port.ts';
import type { ToHost } from '../../../../runtime/host/messages.ts';
import type { DriveConfig } from '../../../../runtime/machine/drives.ts';
import { createMachine, type MachineCore } from '../../../../runtime/machine/machine.ts';

const bios = buildBios();
const medium = { sectors: 16_384, isReadOnly: false };
const drive: DriveConfig = { name: 'ide0-hd0', interface: 'ide', index: 0, media: 'disk', medium };

/** The word at a segment and an offset as a boot sector finds it, by the number that the machine ends with. */
function wordAt(segment: number, offset: number): number {
  const { bytes: sector } = assemble(`
        org     0x7C00
        bits    16
        mov     ax, ${segment}
        mov     ds, ax
        mov     ax, [${offset}]
        mov     dx, 0xF4
        out     dx, ax
        times   510 - ($ - $$) db 0
        dw      0xAA55
`);
  let time = 0;
  const answer = ({ id, question }: ToHost & { type: 'request' }): void => {
    const asked = question as BlockQuestion;
    if (asked.type === 'read') asked.bytes.set(sector);
    core.arrive({ type: 'completion', id, answer: { error: null } });
  };
  const core: MachineCore = createMachine(
    {
      ...{ memoryBytes: 16 << 20, engine: 'interpreter', pacing: 'jumps', startTimeOfDay: 0, rebootAction: 'exit' },
      ...{ boot: { bios }, drives: [drive], debugExit: { iobase: 0xf4, iosize: 2 } },
    },
    {
      nanoseconds: () => (time += 100_000),
      send: (message) => {
        if (message.type === 'request') answer(message);
      },
      log: () => {},
    },
  );
  const { code } = core.run(Infinity);
  core.dispose();
  return (code! - 1) >> 1;
}

test.each([
  ['a division by zero, which only returns', 0x00, 0xff53],
  ['an NMI', 0x02, 0xe2c3],
  ['the key Ctrl-Break', 0x1b, 0xff53],
  ['the screen', 0x05, 0xff54],
  ['the user, which only returns', 0x80, 0xff53],
])('the vector of %s is that of the IBM PC/AT', (_, vector, offset) => {
  expect(wordAt(0, 4 * vector)).toBe(offset);
  expect(wordAt(0, 4 * vector + 2)).toBe(0xf000);
});
