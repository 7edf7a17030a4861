/** The local APIC as the processor's instructions see it. */
export interface LocalApicPort {
  /** The APIC's ID at power-on. */
  readonly initialId: number;
  /** By IA32_APIC_BASE. */
  readonly enabled: boolean;
  readBase(): readonly [low: number, high: number];
  writeBase(low: number, high: number): void;
  readDeadline(): readonly [low: number, high: number];
  /** `time`: the virtual time at which the time-stamp counter has that value. */
  writeDeadline(low: number, high: number, time: number): void;
  /** Registers as they are in memory. */
  readBytes(offset: number, size: number): number;
  writeBytes(offset: number, size: number, value: number): void;
  /** Where KVM's guests end an interrupt without a write to the APIC; bit 0 of the address: they do. */
  readEndOfInterruptPlace(): readonly [low: number, high: number];
  writeEndOfInterruptPlace(low: number, high: number): void;
}
