import { buildBios } from '../../../../runtime/firmware/bios/index.ts';
import type { BlockQuestion } from '../../../../runtime/host/block.ts';
import type { MachineConfig } from '../../../../runtime/machine/config.ts';
import { createMachine } from '../../../../runtime/machine/create.ts';
import type { MachineCore } from '../../../../runtime/machine/machine.ts';

const bios = buildBios();
export const medium = { sectors: 16_384, isReadOnly: false };

/** Nanoseconds that pass at each look at the clock: 20 seconds are soon over. */
const LOOK = 100_000;

/**
 * The word that a guest writes to port F4h when our BIOS has booted it.
 * @param sectorOf what is read from the drive of a name, one sector at a time; null: it does not answer
 */
export function wordFromBoot(
  parts: Pick<MachineConfig, 'cards' | 'drives' | 'firmware' | 'pciSlots'>,
  sectorOf: (drive: string) => Uint8Array | null,
): number {
  let time = 0;
  const core: MachineCore = createMachine(
    {
      ...{ memoryBytes: 16 << 20, engine: 'interpreter', pacing: 'jumps', startTimeOfDay: 0, rebootAction: 'exit' },
      ...{ boot: { bios }, debugExit: { iobase: 0xf4, iosize: 2 }, ...parts },
    },
    {
      nanoseconds: () => (time += LOOK),
      log: () => {},
      send: (message) => {
        if (message.type !== 'request') return;
        const asked = message.question as BlockQuestion;
        const sector = sectorOf(message.port);
        if (sector === null) return;
        if (asked.type === 'read') asked.bytes.set(sector);
        core.arrive({ type: 'completion', id: message.id, answer: { error: null } });
      },
    },
  );
  const { code } = core.run(Infinity);
  core.dispose();
  return (code! - 1) >> 1;
}
