import type { NetworkPort } from '../../host/network.ts';
import { Cause, PHY_ADDRESS, PhyControl } from './registers.ts';
import type { E1000State } from './state.ts';

/** Registers of the transceiver, a Marvell 88E1000 (317453, chapter 14; IEEE 802.3, 22.2.4 up to register 15). */
const PhyRegister = { control: 0, status: 1, partner: 5, partner1000: 10, specificStatus: 17 } as const;
const PhyControlBit = { reset: 0x8000, restart: 0x0200 } as const;
const PhyStatus = { fixed: 0x7949, linked: 0x0024 } as const;
/** Abilities that the other end of the cable announces: all up to 1000 Mbit/s. */
const PARTNER = { base: 0xcde1, gigabit: 0x3c00 } as const;
/** 1000 Mbit/s, full duplex; found out, and the link is there. */
const SPECIFIC_STATUS = { fixed: 0xa000, linked: 0x0c00 } as const;

/** After a reset: the identification is that of the 82540EM's. */
const initial: Readonly<Record<number, number>> = {
  [PhyRegister.control]: 0x1140,
  2: 0x0141,
  3: 0x0c20,
  4: 0x0de1,
  6: 0x0001,
  9: 0x0e00,
  15: 0x3000,
  16: 0x0360,
  20: 0x0d60,
};
/** Registers that the guest can write. */
const writable: Readonly<Record<number, number>> = {
  0: 0x7d40,
  4: 0xffff,
  9: 0xffff,
  16: 0xffff,
  18: 0xffff,
  20: 0xffff,
};

/** The transceiver, reached through the MDI control register. */
export class Phy {
  readonly #state: E1000State;
  readonly #port: NetworkPort;
  readonly #interrupt: (cause: number) => void;

  constructor(state: E1000State, port: NetworkPort, interrupt: (cause: number) => void) {
    this.#state = state;
    this.#port = port;
    this.#interrupt = interrupt;
  }

  reset(): void {
    this.#state.phy.forEach((_, n, registers) => {
      registers[n] = initial[n] ?? 0;
    });
  }

  /** A command of the guest's; what the register reads as afterwards. */
  access(command: number): number {
    const register = (command >>> PhyControl.registerShift) & 0x1f;
    const isOurs = ((command >>> PhyControl.addressShift) & 0x1f) === PHY_ADDRESS;
    if ((command & PhyControl.interrupt) !== 0) this.#interrupt(Cause.phyAccess);
    if (!isOurs) return (command | PhyControl.ready | PhyControl.error) >>> 0;
    if ((command & PhyControl.write) !== 0) this.#write(register, command & 0xffff);
    const value = (command & PhyControl.read) === 0 ? command & 0xffff : this.#read(register);
    return ((command & 0xffff0000) | PhyControl.ready | value) >>> 0;
  }

  #read(register: number): number {
    const { isLinkUp } = this.#port;
    if (register === PhyRegister.status) return PhyStatus.fixed | (isLinkUp ? PhyStatus.linked : 0);
    if (register === PhyRegister.partner) return isLinkUp ? PARTNER.base : 0;
    if (register === PhyRegister.partner1000) return isLinkUp ? PARTNER.gigabit : 0;
    if (register === PhyRegister.specificStatus) return SPECIFIC_STATUS.fixed | (isLinkUp ? SPECIFIC_STATUS.linked : 0);
    return this.#state.phy[register];
  }

  #write(register: number, value: number): void {
    if (register === PhyRegister.control && (value & PhyControlBit.reset) !== 0) this.reset();
    else this.#state.phy[register] = value & (writable[register] ?? 0);
    // The link is negotiated at once.
    if (register === PhyRegister.control && (value & PhyControlBit.restart) !== 0) this.#interrupt(Cause.linkChange);
  }
}
