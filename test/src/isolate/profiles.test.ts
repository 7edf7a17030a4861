import { expect, test } from 'vitest';
import { Profiles } from '../../../src/isolate/profiles.ts';
import { nodeProbe } from '../../../src/node/process/probe.ts';

test("a machine's profiles end with it, and those of others don't", () => {
  const others = new Profiles(() => nodeProbe);
  const [kept, taken] = [others.start(1000), others.start(1000)];
  const profiles = new Profiles(() => nodeProbe);
  const [ended, left] = [profiles.start(1000), profiles.start(1000)];
  expect(profiles.stop(ended).samples).toBeInstanceOf(Array);
  profiles.close();
  expect(() => nodeProbe.stopProfile(left)).toThrow('no such profile is being taken');
  for (const number of [kept, taken]) expect(others.stop(number).samples).toBeInstanceOf(Array);
});
