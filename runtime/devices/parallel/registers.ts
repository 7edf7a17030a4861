/** IEEE 1284-1994, annex "Register definitions" of compatibility mode; offsets from the port's base. */
export const Register = { data: 0, status: 1, control: 2 } as const;
export const PORT_COUNT = 3;

/**
 * The status register of a printer that is on, has paper and is not busy. nBusy and nAck are high when nothing is sent. Bit 0
 * is always 1 here: it is the time-out of ports with EPP, which systems try to clear to find out whether there is that.
 */
export const Status = { notBusy: 0x80, notAcknowledge: 0x40, selected: 0x10, noError: 0x08, noEpp: 0x01 } as const;

/** The control register; bits 6-7 read as 1. */
export const Control = {
  strobe: 0x01,
  autoFeed: 0x02,
  notInitialize: 0x04,
  select: 0x08,
  interrupt: 0x10,
  /** The data lines are inputs. */
  input: 0x20,
  kept: 0x3f,
  fixed: 0xc0,
} as const;

/** Nanoseconds from a strobe to nAck, and how long that is low. */
export const BUSY_TIME = 2000;
export const ACKNOWLEDGE_TIME = 2000;
