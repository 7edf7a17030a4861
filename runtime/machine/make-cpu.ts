import { STATE_BYTES } from '../../translator/abi/state.ts';
import { Cpu } from '../cpu/cpu.ts';
import type { UndeliveredException } from '../cpu/interrupts.ts';
import type { CpuModel } from '../cpu/model.ts';
import type { Topology } from '../cpu/topology.ts';
import type { Mmu } from '../memory/mmu.ts';
import type { Pc } from './pc.ts';
import type { Schedule } from './schedule.ts';

const FPU_IRQ = 13;

/** What a machine's CPU is connected to. */
export interface CpuConnections {
  /** Of the state (translator/abi/state.ts). */
  readonly buffer: ArrayBufferLike;
  readonly state: Int32Array;
  readonly mmu: Mmu;
  readonly pc: Pc;
  readonly schedule: Schedule;
  readonly model: CpuModel;
  readonly topology: Topology;
  readonly onShutdown: (exceptions: readonly UndeliveredException[]) => void;
}

/** The CPU of a PC, which begins as its first processor. */
export function makeCpu({ buffer, state, mmu, pc, schedule, model, topology, onShutdown }: CpuConnections): Cpu {
  const fpuError = pc.irqs.input(FPU_IRQ);
  return new Cpu({
    state,
    doubles: new Float64Array(buffer, 0, STATE_BYTES / Float64Array.BYTES_PER_ELEMENT),
    memory: mmu,
    ports: pc.ports as Cpu['ports'],
    nanoseconds: () => schedule.clock.now(),
    waitsForTime: () => schedule.waitsForTime(),
    model,
    topology,
    localApic: pc.localApics?.all[0] ?? null,
    hypervisor: pc.hypervisor,
    onShutdown,
    fpuErrorLine: (active) => fpuError.set(active),
  });
}
