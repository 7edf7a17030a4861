import { helpers } from '../../translator/abi/helpers.ts';
import type { EngineMemory, TranslationStats, TrapReport } from './questions.ts';
import type { EngineView } from './view.ts';

/** Times each trap was taken, most first. */
export function trapKinds({ parts }: EngineView): TrapReport['kinds'] {
  const { trapCounts } = parts.engine;
  const kinds = Object.keys(helpers).map((name, n) => ({ name, count: trapCounts[n] >>> 0 }));
  return kinds.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
}

/** Totals of what is in the cache, and of what has happened. */
export function statsOf(view: EngineView): Omit<TranslationStats, 'watched'> {
  const { engine, mmu, now } = view.parts;
  const infos = [...view.translations()].map((one) => view.describe(one));
  const pages = [...view.pages()];
  return {
    translations: infos.length,
    instructions: sum(infos.map(({ instructions }) => instructions)),
    differentInstructions: differentInstructions(view),
    bytes: sum(infos.map(({ bytes }) => bytes)),
    characters: sum(infos.map(({ characters }) => characters)),
    pages: pages.length,
    nodes: sum(pages.map((page) => view.decodedIn(page).length)),
    translated: engine.tiering?.metrics.translations ?? 0,
    decoded: engine.graph.decoded,
    handlers: engine.handlers.size,
    invalidation: { ...engine.graph.cache.metrics },
    dispatcher: { ...engine.dispatcher.metrics },
    walks: mmu.walks,
    time: now(),
  };
}

/** Translated instructions, those of the same bytes under the same state key counted once. */
function differentInstructions(view: EngineView): number {
  const places = new Map<number, Set<number>>();
  for (const translation of view.translations()) {
    const { key } = translation.page.context;
    const ofKey = places.get(key) ?? new Set();
    places.set(key, ofKey);
    for (const physical of view.instructionsOf(translation)) ofKey.add(physical);
  }
  return sum([...places.values()].map(({ size }) => size));
}

/** Memory of the engine itself: guest memory, the TLB's arrays, the cache's texts, and numbers of things without a known size. */
export function engineMemory(view: EngineView): EngineMemory {
  const { state, mmu } = view.parts;
  const { tlb, ram } = mmu;
  const { characters, translations, instructions, pages, nodes, handlers } = statsOf(view);
  const arrays = [tlb.readSupervisor, tlb.writeSupervisor, tlb.readUser, tlb.writeUser, tlb.code];
  return {
    bytes: {
      'guest memory': ram.bytes.length,
      'TLB arrays': sum(arrays.map(({ byteLength }) => byteLength)),
      'page flags': ram.frames.marks.length,
      'CPU state': state.buffer.byteLength,
      'text of translations': characters,
    },
    counts: {
      'code pages': pages,
      'decoded instructions': nodes,
      translations,
      'translated instructions': instructions,
      handlers,
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
