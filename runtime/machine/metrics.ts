import type { Engine } from '../exec/engine.ts';
import type { Mmu } from '../memory/mmu.ts';
import type { Metrics } from './config.ts';

/** Counts of an engine and its memory, by what they are of. */
export function metricsOf(engine: Engine, mmu: Mmu, instructions: number): Metrics {
  return {
    instructions,
    dispatcher: engine.dispatcher.metrics,
    code: { ...engine.graph.cache.size, decoded: engine.graph.decoded, handlers: engine.handlers.size },
    invalidation: engine.graph.cache.metrics,
    translations: engine.tiering?.metrics ?? {},
    memory: { walks: mmu.walks, unentered: mmu.unentered, tlbEntries: mmu.tlb.size },
  };
}
