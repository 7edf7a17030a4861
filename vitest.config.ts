import { defineConfig } from 'vitest/config';

/** What takes minutes: `npm run test:long`. */
const long = ['test/**/*.long.test.ts'];
/** What takes an hour and more: `npm run test:exhaustive`. */
const exhaustive = ['test/**/*.exhaustive.test.ts'];

export default defineConfig({
  test: {
    // Guests keep a core busy, each with a thread beside it.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'short', include: ['test/**/*.test.ts'], exclude: [...long, ...exhaustive] } },
      { extends: true, test: { name: 'long', include: long } },
      { extends: true, test: { name: 'exhaustive', include: exhaustive } },
    ],
  },
});
