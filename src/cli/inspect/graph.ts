import type { Code } from '../../inspect/code.ts';
import { dotOf, type FlowGraph, flowGraph } from '../../inspect/flow-graph.ts';
import { watching } from '../../inspect/inspected.ts';
import { wait } from '../../inspect/sampling.ts';
import { codeOfSnapshot } from '../../inspect/snapshot.ts';
import { svgOf } from '../../inspect/svg.ts';
import { type Attached, attached, sameTranslation, wantedAddress } from './attached.ts';
import type { Command, Request } from './command.ts';
import { codeOf, codeWay } from './source.ts';
import { CODE, codeOptions } from './stages.ts';

const graph: Command = {
  name: 'graph',
  usage: CODE,
  help: 'the control flow of a region, as DOT or as a picture; of a running translation with counts of some seconds',
  options: [...codeOptions, 'svg', 'seconds'],
  words: 1,
  async run(request) {
    const made = await graphOf(request);
    return { data: made, text: () => (request.options.svg ? svgOf(made) : dotOf(made)) };
  },
};

async function graphOf(request: Request): Promise<FlowGraph> {
  const counted = codeWay(request) === 'machine' ? await countedCode(request) : null;
  const { code, counts } = counted ?? { code: await codeOf(request), counts: [] };
  return flowGraph(code, new Map(counts));
}

interface CountedCode {
  readonly code: Code;
  readonly counts: readonly (readonly [number, number])[];
}

/** The translation at the address after it was counted for a while; null if there is none. */
function countedCode(request: Request): Promise<CountedCode | null> {
  return attached(request, async ({ machine, symbols }: Attached) => {
    const linear = wantedAddress(request.words, symbols);
    return watching(machine, async () => {
      if (!(await machine.ask('countInstructions', linear))) return null;
      const before = await machine.ask('translation', linear);
      await wait(request.options.seconds ?? 1);
      const detail = before && (await sameTranslation(machine, before.info));
      return detail && { code: codeOfSnapshot(detail.code, symbols), counts: detail.counts ?? [] };
    });
  });
}

export const graphCommands: readonly Command[] = [graph];
