import { GeneralEvents } from '../devices/power/general-events.ts';
import { PowerManagement } from '../devices/power/index.ts';
import { SpdEeproms } from '../devices/smbus/eeproms.ts';
import { SmbusHost } from '../devices/smbus/index.ts';
import { spdContents } from '../devices/smbus/spd.ts';
import type { Board, Part } from './board.ts';
import { generationParts } from './generation.ts';

/** Where the registers are after a reset; 0: nowhere. */
export interface PowerBases {
  readonly powerBase: number;
  readonly smbusBase: number;
}

/** The power management of function 3 of the PIIX4, the devices at its SMBus, and the generation ID, whose change is one of its events. */
export interface PowerChips {
  readonly powerManagement: PowerManagement;
  readonly generalEvents: GeneralEvents;
  /** Power management too. */
  readonly all: readonly Part[];
}

export function powerChips(board: Board, { powerBase, smbusBase }: PowerBases): PowerChips {
  const eeproms = new SpdEeproms(spdContents(board.config.memoryBytes));
  const smbus = new SmbusHost({ ...board, irq: board.irq(9), slaves: eeproms.slaves, base: smbusBase });
  const { functionPart } = smbus;
  const generalEvents = new GeneralEvents(board.ports);
  const shared = { smbus: functionPart, generalEvents };
  const powerManagement = new PowerManagement({ ...board, ...shared, irq: board.irq(9), base: powerBase });
  const generation = generationParts(board, generalEvents);
  return { powerManagement, generalEvents, all: [powerManagement, generalEvents, smbus, eeproms, ...generation] };
}
