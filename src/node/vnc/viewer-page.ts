import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { keysByCode } from '../../input/keys.ts';

/** The page itself: the screen, as large as it fits, and a line with what keys of browsers cannot do. */
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>rawiron</title>
<link rel="icon" href="data:,">
<style>
html { height: 100%; background: #111; color: #ccc; font: 14px system-ui, sans-serif; color-scheme: dark }
body { margin: 0; height: 100%; display: flex; flex-direction: column }
main { flex: 1; min-height: 0; display: grid; place-items: center; container-type: size }
canvas { --ratio: 1.333; width: min(100cqw, 100cqh * var(--ratio)); aspect-ratio: var(--ratio); image-rendering: pixelated; touch-action: none }
footer { display: flex; gap: 8px; align-items: center; padding: 4px 8px }
:fullscreen footer { display: none }
</style>
<main><canvas width="640" height="400" aria-label="screen of the machine"></canvas></main>
<footer>
<button id="reset" type="button">Ctrl-Alt-Del</button>
<button id="full" type="button">Full screen</button>
<output id="state">connecting…</output>
</footer>
<script type="module">
import { show } from './viewer.mjs';
show();
</script>
`;

interface PageFile {
  readonly type: string;
  content(): string | Promise<string>;
}

const files: ReadonlyMap<string, PageFile> = new Map([
  ['/', { type: 'text/html; charset=utf-8', content: () => page }],
  ['/keys.json', { type: 'application/json', content: () => JSON.stringify(keysByCode()) }],
  ['/viewer.mjs', { type: 'text/javascript', content: viewerText }],
]);

async function viewerText(): Promise<string> {
  const { url } = await import('./viewer.mjs');
  return readFile(fileURLToPath(url), 'utf8');
}

/** In a frame of another page a click that is meant for that one would be the machine's. */
const headers = { 'Cache-Control': 'no-cache', 'Content-Security-Policy': "frame-ancestors 'none'" } as const;

/** Answers a request for the viewer's page, or for what belongs to it. False: it is for something else. */
export function answersPage({ method, url = '' }: IncomingMessage, response: ServerResponse): boolean {
  const file = files.get(url.replace(/\?.*$/, ''));
  if (file === undefined || (method !== 'GET' && method !== 'HEAD')) return false;
  void Promise.resolve(file.content()).then(
    (content) => response.writeHead(200, { ...headers, 'Content-Type': file.type }).end(content),
    () => response.writeHead(500).end(),
  );
  return true;
}
