import type { BlockPort } from '../../host/block.ts';
import { type Component, describe } from '../../snapshot/describe.ts';
import type { Action } from '../action.ts';
import type { Identity } from '../replies.ts';
import type { ScsiUnit } from '../unit.ts';
import { type CdromDrive, cdAction } from './commands.ts';
import { BLOCK_BYTES } from './registers.ts';
import { cdFields } from './state.ts';
import { Tray } from './tray.ts';

const cdUnitState = describe(cdFields);

/** A drive of SPC-3 on a bus of SCSI. */
const CONNECTION = { version: 5, format: 2, physicalInterface: 1, hasVitalPages: true } as const;

/** A CD-ROM drive. */
export class CdUnit implements ScsiUnit, CdromDrive {
  readonly component: Component;
  readonly port: BlockPort;
  readonly blockBytes = BLOCK_BYTES;
  readonly connection = CONNECTION;
  readonly identity: Identity;
  readonly tray: Tray;
  readonly state = cdUnitState.create();

  constructor(name: string, identity: Identity, port: BlockPort) {
    this.port = port;
    this.identity = identity;
    this.tray = new Tray(this.state, port);
    this.component = cdUnitState.bind(name, this.state, { restored: () => this.tray.restored() });
  }

  get sense(): number {
    return this.state.sense;
  }

  set sense(sense: number) {
    this.state.sense = sense;
  }

  get isChanged(): boolean {
    return this.tray.isChanged;
  }

  tellChange(): number {
    return this.tray.tellChange();
  }

  /** The medium and the tray stay as they are. */
  reset(): void {
    const { trayOpen, locked } = this.state;
    Object.assign(this.state, cdUnitState.create(), { trayOpen });
    if (locked) this.port.setLocked(false);
  }

  action(block: Uint8Array): Action {
    return cdAction(block, this);
  }
}
