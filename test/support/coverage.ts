import { type Profiler, Session } from 'node:inspector';
import { promisify } from 'node:util';

/** A part of a function's text, from its beginning on. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface Coverage {
  /** Ends it; what of a function did not run. */
  uncovered(url: string, name: string): Promise<TextRange[]>;
}

/** Has V8 count what runs of the functions that are compiled from now on. */
export async function startCoverage(): Promise<Coverage> {
  const session = new Session();
  session.connect();
  const post = promisify(session.post.bind(session)) as (method: string, parameters?: object) => Promise<unknown>;
  await post('Profiler.enable');
  await post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return {
    async uncovered(url, name) {
      const { result } = (await post('Profiler.takePreciseCoverage')) as Profiler.TakePreciseCoverageReturnType;
      await post('Profiler.stopPreciseCoverage');
      session.disconnect();
      const functions = result.filter((script) => script.url === url).flatMap((script) => script.functions);
      const found = functions.find(({ functionName }) => functionName === name);
      if (found === undefined) throw new Error(`${url} has no function ${name}`);
      const [{ startOffset: begin }] = found.ranges;
      const missed = found.ranges.filter(({ count }) => count === 0);
      return missed.map(({ startOffset, endOffset }) => ({ start: startOffset - begin, end: endOffset - begin }));
    },
  };
}
