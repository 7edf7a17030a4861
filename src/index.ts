/** The library: make a PC, boot it, talk to its serial ports. */
import { Worker } from 'node:worker_threads';
import { Machine as HostedMachine } from './machine.ts';
import { nodeHost } from './node/host.ts';
import type { MachineOptions } from './options.ts';

const host = nodeHost({
  load: async () => (await import('../runtime/machine/machine.ts')).createMachine,
  startWorker: (options) => new Worker(new URL('./node/machine-thread.mjs', import.meta.url), options),
});

/** A PC: see src/machine.ts. */
export type Machine = HostedMachine;
export const Machine = {
  /**
   * Makes a machine; it starts with `start()`.
   * @throws ConfigurationError if an option is wrong, a file cannot be read or an image cannot be booted
   */
  create: (options: MachineOptions): Promise<Machine> => HostedMachine.create(options, host),
};

export type { UndeliveredException } from '../runtime/cpu/interrupts.ts';
export type { TranslationDetail, TranslationInfo, TranslationStats } from '../runtime/debug/questions.ts';
export { type CpuRegisters, formatRegisters, type SegmentRegister } from '../runtime/debug/registers.ts';
export { describeShutdown, type Shutdown } from '../runtime/debug/shutdown.ts';
export { type LogItem, logItems } from '../runtime/machine/log-items.ts';
export { ConfigurationError } from './errors.ts';
export { ExpectError, type ExpectOptions } from './expect.ts';
export type { CpuProfile, ThreadProfile } from './isolate/probe.ts';
export type { Exit, GuestHalt, Reset } from './isolate/protocol.ts';
export type { DebugConsole, MachineEvents, MachineState, Probe } from './machine.ts';
export type { EngineName, Metrics } from './machine-core.ts';
export type { Boot, EngineSettings, Image, MachineOptions } from './options.ts';
export { memorySize } from './options.ts';
export type { SerialEvents, SerialPort } from './serial.ts';
export type { TranslationEvents, Translations } from './translations.ts';
