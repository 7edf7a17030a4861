import type { SentInterrupts } from '../../ethernet/sent-interrupts.ts';
import type { ConfigurationEeprom } from './eeprom.ts';
import type { Interrupts } from './interrupts.ts';
import type { Receiver } from './receiver.ts';
import type { Rtl8139State } from './state.ts';
import type { CardTimer } from './timer.ts';
import type { Transmitter } from './transmitter.ts';

/** The parts of the card that its registers reach. */
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

/** The state of the cable as the registers show it. */
export interface CableView {
  readonly mediaStatus: number;
  readonly basicModeStatus: number;
  /** Abilities that the other end of the cable announces. */
  readonly partner: number;
}
