import { describe, expect, it } from 'vitest';
import { translatorSettings } from './lockstep.ts';
import { checkX87Programs } from './x87-programs.ts';

describe('random x87 programs', () => {
  it.each(translatorSettings)('do the same on both engines: $name', (settings) => {
    const { failures, translations } = checkX87Programs(8, 11, settings);
    expect(failures).toEqual([]);
    expect(translations).toBeGreaterThan(50);
  });
});
