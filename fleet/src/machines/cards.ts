import { type MachineOptions, NetworkWire } from 'rawiron';
import type { MachineNetwork } from './record.ts';

/** The network cards of a machine on its host. */
export interface Cards {
  /** Frames of the first one go over it to the gateway. */
  readonly wire: NetworkWire;
  /** Options of the machine that say so. */
  readonly options: Pick<MachineOptions, 'network'>;
}

/** Bytes of frames that wait while the gateway is still to come, as after a move: connections need not send them again. */
export const KEPT = 256 << 10;

/** Connects the first card of a machine with ports to a wire. */
export function cardsOf({ cards, forwards }: MachineNetwork): Cards {
  const wire = new NetworkWire({ kept: KEPT });
  if (forwards.length === 0) return { wire, options: {} };
  const network = cards.map(({ model, mac }, n) => ({ card: model, mac, ...(n === 0 && { backend: wire }) }));
  return { wire, options: { network: network as NonNullable<MachineOptions['network']> } };
}
