import type { EngineName, EngineSettings } from '../../support/engine.ts';

/** An engine as programs run on it. */
export interface UserEngine {
  readonly name: string;
  readonly engine: EngineName;
  readonly settings: EngineSettings;
  /** Times that each program runs: code is translated on the way, or at once. */
  readonly runs: number;
}

export const engines: readonly UserEngine[] = [
  { name: 'interpreter', engine: 'interpreter', settings: {}, runs: 1 },
  { name: 'interpreter, polling', engine: 'interpreter', settings: { pacing: 'poll' }, runs: 2 },
  { name: 'interpreter without nodes at first', engine: 'interpreter', settings: { cold: true }, runs: 1 },
  { name: 'translator', engine: 'translator', settings: { threshold: 1, pacing: 'poll', regions: 'default' }, runs: 3 },
  {
    name: 'translator at once',
    engine: 'translator',
    settings: { threshold: 0, regions: 'small', check: true },
    runs: 1,
  },
];
