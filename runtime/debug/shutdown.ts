import { Vector } from '../../translator/abi/faults.ts';
import type { UndeliveredException } from '../cpu/observer.ts';
import { type CpuRegisters, hex } from './registers.ts';

/** A shutdown of the processor: a triple fault (Intel SDM vol. 3, 6.15, interrupt 8). */
export interface Shutdown {
  /** The exceptions that led to it, in order: each caused the next while it was delivered. The double fault is one of them. */
  readonly exceptions: readonly UndeliveredException[];
  /** As they are then; CS and EIP are where the last handler would have returned to. */
  readonly registers: CpuRegisters;
}

const names: Readonly<Record<number, string>> = {
  [Vector.divideError]: '#DE',
  [Vector.debug]: '#DB',
  [Vector.breakpoint]: '#BP',
  [Vector.overflow]: '#OF',
  [Vector.boundRange]: '#BR',
  [Vector.invalidOpcode]: '#UD',
  [Vector.deviceNotAvailable]: '#NM',
  [Vector.doubleFault]: '#DF',
  [Vector.invalidTss]: '#TS',
  [Vector.segmentNotPresent]: '#NP',
  [Vector.stackFault]: '#SS',
  [Vector.generalProtection]: '#GP',
  [Vector.pageFault]: '#PF',
  [Vector.x87Error]: '#MF',
  [Vector.alignmentCheck]: '#AC',
  [Vector.machineCheck]: '#MC',
  [Vector.simdError]: '#XM',
};

/** Such as `#PF(0002) CR2=00400000`: error codes are hexadecimal. */
function formatException({ vector, kind, errorCode, address }: UndeliveredException): string {
  if (kind === 'interrupt') return vector === Vector.nmi ? 'NMI' : `interrupt ${hex(vector, 2)}`;
  const name = names[vector] ?? `exception ${hex(vector, 2)}`;
  const code = errorCode === undefined ? '' : `(${hex(errorCode, 4)})`;
  return `${name}${code}${address === undefined ? '' : ` CR2=${hex(address)}`}`;
}

/** Such as `#PF(0002) CR2=00400000 -> #GP(0073) -> #DF(0000) -> #GP(0043) -> shutdown`. */
export function formatExceptions(exceptions: readonly UndeliveredException[]): string {
  return [...exceptions.map(formatException), 'shutdown'].join(' -> ');
}

/** One line: where, and the exceptions that led to it. */
export function describeShutdown({ exceptions, registers }: Shutdown): string {
  const { cs, eip } = registers;
  return `triple fault at ${hex(cs.selector, 4)}:${hex(eip)}: ${formatExceptions(exceptions)}`;
}
