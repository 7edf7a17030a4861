/** IA-PC HPET specification 1.0a, 2.3 "Register model overview"; offsets of doublewords. */
export const HPET_BASE = 0xfed00000;
export const HPET_BYTES = 0x400;
export const Register = {
  capabilities: 0x000,
  period: 0x004,
  configuration: 0x010,
  interruptStatus: 0x020,
  counterLow: 0x0f0,
  counterHigh: 0x0f4,
  timers: 0x100,
} as const;

/** Registers of a timer, from its first. */
export const TimerRegister = { configuration: 0x00, routes: 0x04, comparatorLow: 0x08, comparatorHigh: 0x0c } as const;
export const TIMER_BYTES = 0x20;
export const TIMERS = 3;

/** General capabilities (2.3.4): Intel, three timers, 64 bits, legacy replacement, revision 1. */
export const CAPABILITIES = 0x8086a201;
/** Nanoseconds, and femtoseconds, of a tick of the counter. */
export const TICK = 10;
export const TICK_FEMTOSECONDS = TICK * 1e6;

/** General configuration (2.3.5). */
export const Configuration = { enable: 0x1, legacy: 0x2 } as const;

/** Configuration of a timer (2.3.8). */
export const TimerConfiguration = {
  level: 0x0002,
  enable: 0x0004,
  periodic: 0x0008,
  setValue: 0x0040,
  is32Bit: 0x0100,
  routeShift: 9,
  route: 0x1f,
  writable: 0x3f4e,
  /** Can be periodic; has 64 bits. */
  capabilities: 0x0030,
} as const;
