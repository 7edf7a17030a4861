import type { SentInterrupts } from '../../ethernet/sent-interrupts.ts';
import type { ConfigurationEeprom } from './eeprom.ts';
import type { Interrupts } from './interrupts.ts';
import type { Receiver } from './receiver.ts';
import type { Rtl8139State } from './state.ts';
import type { CardTimer } from './timer.ts';
import type { Transmitter } from './transmitter.ts';

/** What the card's registers reach. */
export interface Rtl8139Parts {
  readonly state: Rtl8139State;
  readonly transmitter: Transmitter;
  readonly receiver: Receiver;
  readonly interrupts: Interrupts;
  readonly sentInterrupts: SentInterrupts;
  readonly timer: CardTimer;
  readonly eeprom: ConfigurationEeprom;
  readonly cable: CableView;
  /** By the command register. */
  reset(): void;
  /** There may be room for frames that wait. */
  resume(): void;
  /** Writes the tally counters to an address: low and high half. */
  dumpTally(low: number, high: number): void;
}

/** What registers tell of the cable. */
export interface CableView {
  readonly mediaStatus: number;
  readonly basicModeStatus: number;
  /** What the other end of the cable can. */
  readonly partner: number;
}
