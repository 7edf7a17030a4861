import type { NetworkBackend } from './backend.ts';
import type { UserNetwork } from './user.ts';

/** A backend that a card can be connected to, with what can be done to it while it runs. */
export interface OpenNetwork {
  readonly backend: NetworkBackend;
  /** @param megabits of a million bits, a second in each direction; nothing: no limit */
  setBandwidth(megabits: number | undefined): void;
  /** The network itself where it is a user-mode network: its forwards tell which ports the host chose. */
  readonly user: UserNetwork | undefined;
  /** Where a socket network listens; 0 where it doesn't. */
  readonly port: number;
}
