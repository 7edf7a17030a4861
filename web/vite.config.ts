import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { assembledModules } from '../scripts/assembled-modules.ts';

/** With these a page may share memory between its threads; a server without them makes machines a little slower. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The built page has the firmware's images and the demo's instead of their sources and the assembler. */
const assembled = (): Plugin => ({ ...assembledModules(), apply: 'build' });

/** Many web servers don't know the type of `.mjs`, which the file of the thread for sound has. */
const assetFileNames = ({ names }: { readonly names: readonly string[] }): string =>
  `assets/[name]-[hash]${names.some((name) => name.endsWith('.mjs')) ? '.js' : '[extname]'}`;

/**
 * Modules of the library define things, and do nothing: what the page uses none of is left out of it, such as the monitor. These are those
 * that act: they define the element, or are started as threads.
 */
const library = /\/(src|runtime|translator)\//;
const acting = /\/src\/browser\/(element|worker|ticker|files-worker)\.ts$|\.mjs$/;
const treeshake = { moduleSideEffects: (id: string) => !library.test(id) || acting.test(id) };

export default defineConfig({
  root: import.meta.dirname,
  // The page works in any folder of a server.
  base: './',
  // What isn't there is answered with 404: elsewhere the page itself would come, and become a disk.
  appType: 'mpa',
  server: { headers },
  preview: { headers },
  resolve: { alias: [{ find: /^url$/, replacement: join(import.meta.dirname, 'url.ts') }] },
  plugins: [assembled()],
  worker: { format: 'es', plugins: () => [assembled()] },
  build: {
    target: 'es2024',
    outDir: '../dist-web',
    emptyOutDir: true,
    // Files in addresses (data:) are forbidden by strict content security policies.
    assetsInlineLimit: 0,
    // The machine is one file, as a worker has it.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { checks: { pluginTimings: false }, treeshake, output: { assetFileNames } },
  },
});
