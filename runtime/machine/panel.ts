import type { AccessSize } from '../bus/ports.ts';
import type { HostDoor } from '../host/door.ts';
import { ports } from '../host/ports.ts';
import type { Pc } from './pc.ts';
import type { PluggedDevice } from './plugged.ts';

/** An action on a machine from outside that is no input of its devices. */
export type PanelAction =
  | { readonly action: 'reset' }
  | { readonly action: 'nmi' }
  | { readonly action: 'powerButton' }
  | { readonly action: 'wake' }
  | { readonly action: 'setBootOrder'; readonly order: string }
  | { readonly action: 'plug'; readonly device: PluggedDevice }
  | { readonly action: 'unplug'; readonly name: string }
  | { readonly action: 'writePort'; readonly port: number; readonly size: AccessSize; readonly value: number };

/** How it is done, and by whom the machine is recorded or replayed, if it is. */
export interface PanelOptions {
  readonly perform: (action: PanelAction) => void;
  /** Brings an action in by the host door, where it is recorded. Null: nothing is. */
  readonly record: ((action: PanelAction) => void) | null;
  readonly isReplay: boolean;
}

/** Buttons of a machine. While it is recorded what they do takes effect when the guest next runs, at a time that is known then. */
export class Panel {
  readonly #options: PanelOptions;

  constructor(options: PanelOptions) {
    this.#options = options;
  }

  /** Throws an Error in a replay. */
  press(action: PanelAction): void {
    this.#checkNoReplay();
    const { record, perform } = this.#options;
    if (record === null) perform(action);
    else record(action);
  }

  /** Throws an Error where something is to be done that cannot be recorded. */
  checkUnrecorded(what: string): void {
    this.#checkNoReplay();
    if (this.#options.record) throw new Error(`while the machine is recorded ${what}`);
  }

  /** Whether what is pressed takes effect at once. */
  get isDirect(): boolean {
    return this.#options.record === null;
  }

  #checkNoReplay(): void {
    if (this.#options.isReplay) throw new Error('the machine replays a recording: nobody can change it');
  }
}

/** The parts of a machine that its buttons act on. */
interface Buttons {
  readonly pc: Pick<Pc, 'powerManagement' | 'hypervisor' | 'ports' | 'setBootOrder' | 'plugboard'>;
  requestNmi(): void;
  requestReset(): void;
  /** Somebody changes what the machine does. */
  touched(): void;
}

/** The panel of a machine; `tape` is there if it is recorded or replays, and `record` brings an action in by the door then. */
export function makePanel(
  buttons: Buttons,
  door: HostDoor,
  tape: { readonly isReplay: boolean } | null,
  record: (action: PanelAction) => void,
): Panel {
  const perform = (action: PanelAction) => press(buttons, action);
  if (tape === null) return new Panel({ perform, record: null, isReplay: false });
  door.requests(ports.panel).onInput = (value) => perform(value as PanelAction);
  return new Panel({ perform, record, isReplay: tape.isReplay });
}

/** A guest of Xen that is awake is asked by its store, if it has said that it listens there; any other by ACPI. */
function pressPowerButton({ powerManagement, hypervisor: { xen } }: Buttons['pc']): void {
  const isAsked = !powerManagement.isSuspended && xen?.askPowerOff() === true;
  if (!isAsked) powerManagement.pressPowerButton();
}

function press({ pc, requestNmi, requestReset, touched }: Buttons, action: PanelAction): void {
  touched();
  if (action.action === 'reset') requestReset();
  else if (action.action === 'nmi') requestNmi();
  else if (action.action === 'powerButton') pressPowerButton(pc);
  else if (action.action === 'wake') pc.powerManagement.wake();
  else if (action.action === 'plug') pc.plugboard.plug(action.device);
  else if (action.action === 'unplug') pc.plugboard.unplug(action.name);
  else if (action.action === 'setBootOrder') pc.setBootOrder(action.order);
  else pc.ports.write(action.port, action.size, action.value);
}
