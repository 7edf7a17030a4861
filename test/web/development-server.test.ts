import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

const configFile = join(import.meta.dirname, '../../web/vite.config.ts');
const cacheDir = mkdtempSync(join(tmpdir(), 'vite-'));
let server: ViteDevServer;

beforeAll(async () => {
  const own = { configFile, cacheDir, logLevel: 'warn', optimizeDeps: { noDiscovery: true } } as const;
  server = await createServer({ ...own, server: { host: '127.0.0.1', port: 0, hmr: false, watch: null } });
  await server.listen();
});
afterAll(async () => {
  await server.close();
  rmSync(cacheDir, { recursive: true });
});

test.each([
  ['', 200],
  ['index.html', 200],
  ['disks/dos.img', 404],
  ['nothere.img', 404],
  ['bzImage', 404],
])("'%s' is answered by the page's development server with %i", async (path, status) => {
  const [url] = server.resolvedUrls!.local;
  expect((await fetch(new URL(path, url))).status).toBe(status);
});
