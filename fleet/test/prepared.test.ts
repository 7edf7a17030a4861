import { describe, expect, test } from 'vitest';
import { prepareConfined } from '../src/prepared.ts';
import { snapshotOfDemo } from './support/fleet.ts';

describe('a run whose module is never ready', () => {
  const prepared = async (text: string) => {
    const image = await snapshotOfDemo();
    // That process has the library's sources, too, and nothing of the test's own.
    process.execArgv = ['--conditions=rawiron-source'];
    const settings = { name: 'run', memory: 64 << 20, confinement: {}, patience: 3000, log: () => {} };
    return await prepareConfined(image, { kind: 'module', text }, 1, settings);
  };

  test.each([
    ['waits for nothing', 'await new Promise(() => {}); export default () => 1;'],
    ['never comes back', 'for (;;); export default () => 1;'],
  ])('is ended as its module %s', async (_, text) => {
    await expect(prepared(text)).rejects.toThrow('its image and module were not ready after 3 s');
  });
});
