import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll } from 'vitest';
import { buildLibrarySite } from '../../../scripts/library-site.ts';
import { buildPage } from '../../../scripts/page.ts';

export const root = join(import.meta.dirname, '../../..');
const sources = {
  'rawiron/v86': join(root, 'src/browser/v86/index.ts'),
  'rawiron/element': join(root, 'src/browser/element.ts'),
  rawiron: join(root, 'src/browser/index.ts'),
};

/** Builds something with Vite before the tests of a file; the folder that it is in, which is removed after them. */
export function useBuild(make: (outDir: string, own: string) => Promise<unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'built-'));
  const outDir = join(folder, 'site');
  // A system may be booted, beside other tests.
  beforeAll(() => make(outDir, folder), 900_000);
  afterAll(() => rmSync(folder, { recursive: true }));
  return outDir;
}

const common = { configFile: false, base: './', logLevel: 'warn', worker: { format: 'es' } } as const;
const output = { target: 'esnext', emptyOutDir: true, rolldownOptions: { checks: { pluginTimings: false } } } as const;

/** The library, as `rawiron.js`. */
export function useBuiltLibrary(): string {
  return useBuild((outDir) => buildLibrarySite(outDir));
}

/** The page in web/. */
export function useBuiltPage(): string {
  const configFile = join(root, 'web/vite.config.ts');
  return useBuild((outDir) => build({ configFile, logLevel: 'warn', build: { outDir, emptyOutDir: true } }));
}

/** Builds the page with the Linux beside it, which is booted first if it is not in the cache. */
export function useBuiltPageWithLinux(): string {
  return useBuild((outDir) => buildPage(outDir, () => {}));
}

/** A page of somebody's own that imports the library as from a package. */
export function useBuiltHtml(html: string): string {
  return useBuild((outDir, own) => {
    writeFileSync(join(own, 'index.html'), html);
    return build({ ...common, root: own, resolve: { alias: sources }, build: { ...output, outDir } });
  });
}
