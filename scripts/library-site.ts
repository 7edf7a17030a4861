import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');

/** Builds the library for a page that imports it without a bundler: `rawiron.js` and the files of its threads, in a folder. */
export async function buildLibrarySite(outDir: string): Promise<void> {
  const entry = join(root, 'src/browser/index.ts');
  await build({
    ...{ configFile: false, root, base: './', logLevel: 'warn', worker: { format: 'es' } },
    build: {
      ...{ outDir, emptyOutDir: true, minify: false, target: 'esnext' },
      ...{
        lib: { entry, formats: ['es'], fileName: 'rawiron' },
        rolldownOptions: { checks: { pluginTimings: false } },
      },
    },
  });
}
