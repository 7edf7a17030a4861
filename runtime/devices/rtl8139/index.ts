import { padded } from '../../ethernet/frame.ts';
import { CardRegisters } from '../../ethernet/register-file.ts';
import { SentInterrupts } from '../../ethernet/sent-interrupts.ts';
import { address64 } from '../../memory/descriptors.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import { functionMemory } from '../pci/bus-master.ts';
import type { PciFunction } from '../pci/function.ts';
import { type BusMasterCardOptions, cardFunction, registerBars } from '../pci/network-card.ts';
import { ConfigurationEeprom } from './eeprom.ts';
import { Interrupts } from './interrupts.ts';
import type { CableView, Rtl8139Parts } from './parts.ts';
import { Receiver } from './receiver.ts';
import { rtl8139Registers } from './register-list.ts';
import {
  ABILITIES,
  BasicModeControl,
  BasicModeStatus,
  CONFIG1_MAPPED,
  CONFIG3_FAST,
  Id,
  Interrupt,
  MediaStatus,
  REGISTER_BYTES,
  TxConfig,
  TxStatus,
} from './registers.ts';
import { rtl8139State } from './state.ts';
import { tallyBytes } from './tally.ts';
import { CardTimer } from './timer.ts';
import { Transmitter } from './transmitter.ts';

/** Realtek's RTL8139C+: 100 Mbit/s by name, with four transmit buffers and a receive buffer, or with rings of descriptors. */
export class Rtl8139 {
  readonly pciFunction: PciFunction;
  readonly component: Component;
  readonly #options: BusMasterCardOptions;
  readonly #state = rtl8139State.create();
  readonly #parts: Rtl8139Parts;
  readonly #registers: CardRegisters;

  constructor(options: BusMasterCardOptions) {
    this.#options = options;
    const { name, port } = options;
    this.#parts = this.#makeParts();
    this.#registers = new CardRegisters(REGISTER_BYTES, rtl8139Registers(this.#parts));
    const { components } = this.#parts.transmitter;
    const own = rtl8139State.bind(name, this.#state, { restored: () => this.#parts.receiver.restored() });
    this.component = joinComponents(name, [own, ...components, port.component]);
    this.pciFunction = this.#makeFunction();
    port.onFrame = (frame) => this.#parts.receiver.receive(frame);
    port.onLinkChanged = () => this.#parts.interrupts.raise(Interrupt.linkChange);
    this.reset();
  }

  /** Power on and hard reset. */
  reset(): void {
    this.#parts.eeprom.load();
    this.#softReset();
  }

  #makeParts(): Rtl8139Parts {
    const { name, clock, events, irq, port, mac, guestError } = this.#options;
    const state = this.#state;
    const interrupts = new Interrupts(state, irq);
    const interrupt = (bits: number) => interrupts.raise(bits);
    const memory = functionMemory(this.#options.memory, () => this.pciFunction);
    const now = () => clock.now();
    const retry = events.timer(`${name} receive`, () => port.resume());
    const timer = events.timer(`${name} timer`, () => this.#timerDue());
    const send = (frame: Uint8Array) => this.#send(frame);
    const sent = new SentInterrupts({ name, state: state.sentInterrupts, clock, events, raise: interrupt });
    const received = (bits: number) => {
      interrupt(bits);
      sent.join();
    };
    return {
      state,
      interrupts,
      sentInterrupts: sent,
      transmitter: new Transmitter({
        state,
        memory,
        guestError,
        clock,
        events,
        name,
        send,
        together: (act) => port.together(act),
        interrupt,
        sentInterrupts: sent,
      }),
      receiver: new Receiver({ state, memory, retry, now, interrupt: received }),
      timer: new CardTimer(state, clock, timer),
      eeprom: new ConfigurationEeprom(state, mac),
      cable: this.#cableView(),
      reset: () => this.#softReset(),
      resume: () => port.resume(),
      dumpTally: (low, high) => memory.write(address64(low, high), tallyBytes(state.tally)),
    };
  }

  #timerDue(): void {
    this.#parts.interrupts.raise(Interrupt.timeout);
    this.#parts.timer.due();
  }

  #send(frame: Uint8Array): void {
    const { tally, txConfig } = this.#state;
    tally.sent++;
    if ((txConfig & TxConfig.loopback) === TxConfig.loopback) this.#parts.receiver.receive(frame);
    else this.#options.port.send(padded(frame));
  }

  /** By the command register: the EEPROM, what came from it, and the media stay. */
  #softReset(): void {
    const { clock } = this.#options;
    const { eeprom, address, multicast, tally, sentInterrupts } = this.#state;
    Object.assign(this.#state, rtl8139State.create(), { eeprom, address, multicast, tally, sentInterrupts });
    this.#parts.sentInterrupts.reset();
    this.#parts.transmitter.reset();
    const { txStatus, config } = this.#state;
    txStatus.fill(TxStatus.owned);
    [config[1], config[3]] = [CONFIG1_MAPPED, CONFIG3_FAST];
    Object.assign(this.#state, {
      txConfig: TxConfig.version,
      basicModeControl: BasicModeControl.negotiate,
      advertisement: ABILITIES,
      timerStart: clock.now(),
    });
    this.#parts.timer.restart();
    this.#parts.interrupts.drive();
  }

  #cableView(): CableView {
    const { port } = this.#options;
    return {
      get mediaStatus() {
        return MediaStatus.fixed | (port.isLinkUp ? 0 : MediaStatus.linkFailed);
      },
      get basicModeStatus() {
        const { fixed, link, negotiated } = BasicModeStatus;
        return fixed | (port.isLinkUp ? link | negotiated : 0);
      },
      get partner() {
        return port.isLinkUp ? ABILITIES : 0;
      },
    };
  }

  #makeFunction(): PciFunction {
    const registers = registerBars(this.#options, {
      bytes: REGISTER_BYTES,
      read: (offset, size) => this.#registers.read(offset, size),
      write: (offset, size, value) => this.#registers.write(offset, size, value),
    });
    return cardFunction(this.#options, Id, registers);
  }
}
