import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Files that take more than three seconds on a quiet machine: `npm run test:long`. */
const long = ['test/**/*.long.test.ts'];
/** Other systems boot, for half an hour and more: `npm run test:guests`. */
const guests = ['test/**/*.guests.test.ts'];
/** The library and the page in a browser: `npm run test:web`. */
const web = ['test/**/*.web.test.ts'];
/** What takes an hour and more: `npm run test:exhaustive`. */
const exhaustive = ['test/**/*.exhaustive.test.ts'];

/** Short files that leave threads running, replace a module, or look at the process as a whole: each has a process of its own. */
const ownProcess = [
  'test/guests/firmware-calls/firmware-calls.test.ts',
  'test/runtime/exec/endless-calls.test.ts',
  'test/runtime/exec/evictions-memory.test.ts',
  'test/runtime/machine/**/*.test.ts',
  'test/src/browser/latest-machine.test.ts',
  'test/src/node/migration/stream-channel.test.ts',
  'test/src/node/network-command.test.ts',
  'test/src/node/process/compiled-code.test.ts',
  'test/src/node/process/runtime-folder.test.ts',
];
/** All others share one, which takes a second less of a processor's time a file. */
const sharedProcess = ['test/**/*.test.ts'];
const notShort = [...long, ...guests, ...web, ...exhaustive];

/** For those whose files take minutes at most. */
const setupFiles = ['test/support/stuck-tests.ts'];

/** The library's sources, for those who import it by its name. */
const library = { rawiron: fileURLToPath(new URL('src/index.ts', import.meta.url)) };

export default defineConfig({
  test: {
    // Guests keep a core busy, each with a thread beside it.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for comes late on a busy host; no test asserts how soon.
    expect: { poll: { timeout: 60_000 } },
    projects: [
      { extends: true, test: { name: 'short', include: ownProcess, exclude: notShort, setupFiles } },
      {
        extends: true,
        test: {
          name: 'shared',
          include: sharedProcess,
          exclude: [...notShort, ...ownProcess],
          isolate: false,
          setupFiles: [...setupFiles, 'test/support/no-threads.ts'],
        },
      },
      { extends: true, test: { name: 'long', include: long, setupFiles } },
      { extends: true, test: { name: 'guests', include: guests } },
      { extends: true, test: { name: 'web', include: web, setupFiles } },
      { extends: true, test: { name: 'exhaustive', include: exhaustive } },
      // Processes of the fleet, a Redis among them: `npm run test:fleet`. They begin late on a busy host: limits of time are for what hangs.
      {
        extends: true,
        resolve: { alias: library },
        test: {
          ...{ name: 'fleet', include: ['fleet/test/**/*.test.ts'] },
          ...{ testTimeout: 600_000, hookTimeout: 600_000, expect: { poll: { timeout: 300_000 } } },
        },
      },
      // What readers run with the package: here its name means the sources.
      {
        extends: true,
        resolve: { alias: library },
        test: { name: 'examples', include: ['examples/*.test.ts'] },
      },
    ],
  },
});
