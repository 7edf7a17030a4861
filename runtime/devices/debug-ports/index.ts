import type { PortBus } from '../../bus/ports.ts';
import type { PowerControl } from '../../bus/power.ts';
import type { HostStream } from '../../host/stream.ts';

export interface DebugExitOptions {
  readonly ports: PortBus;
  readonly power: PowerControl;
  readonly base: number;
  /** Ports that are taken, 1-4 or more. */
  readonly count: number;
}

/** QEMU's isa-debug-exit: a write of `value` ends the emulator with the exit code 2 * value + 1. */
export function connectDebugExit({ ports, power, base, count }: DebugExitOptions): void {
  ports.register({
    name: 'debug exit',
    first: base,
    count,
    sizes: [1, 2, 4],
    read: () => 0,
    write: (_port, _size, value) => power.exit((value << 1) | 1),
  });
}

export interface DebugConsoleOptions {
  readonly ports: PortBus;
  /** 0xe9 if left out. */
  readonly port?: number;
  readonly line: Pick<HostStream, 'write'>;
}

/** The usual port of the debug console, and what reads of it give at any port. */
const DEBUG_CONSOLE_PORT = 0xe9;

/** The debug console of Bochs and QEMU: what is written is printed; reads tell that it is there. */
export function connectDebugConsole({ ports, port = DEBUG_CONSOLE_PORT, line }: DebugConsoleOptions): void {
  ports.register({
    name: 'debug console',
    first: port,
    count: 1,
    read: () => DEBUG_CONSOLE_PORT,
    write: (_port, _size, value) => line.write(Uint8Array.of(value)),
  });
}
