import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../../../src/node/process/process.ts';
import { missingPrograms } from '../../guests/boot/media.ts';
import { rawiron } from '../support/command-line.ts';
import { WebServer } from './web-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'https-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [key, certificate, copy] = ['key.pem', 'certificate.pem', 'copy.img'].map((name) => join(folder, name));
const missing = await missingPrograms('openssl');

test.skipIf(missing !== undefined)(
  `an image by HTTPS, where the certificate is trusted: ${missing ?? ''}`,
  async () => {
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      ...name,
      '-keyout',
      key,
      '-out',
      certificate,
    ]);
    const content = Uint8Array.from({ length: 200_000 }, (_, n) => n % 251);
    await using web = await WebServer.start(content);
    const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, web.send);
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const address = `https://localhost:${(server.address() as AddressInfo).port}/disk.img`;
    const convert = (env: NodeJS.ProcessEnv) => rawiron(['image', 'convert', '-f', 'raw', address, copy], '', env);
    const untrusted = await convert({});
    expect(untrusted).toMatchObject({ code: 1, output: '' });
    expect(untrusted.errors).toContain(`${address}: cannot be got: self-signed certificate`);
    expect(await convert({ NODE_EXTRA_CA_CERTS: certificate })).toMatchObject({ code: 0, errors: '' });
    expect(readFileSync(copy).subarray(0, 200_000).equals(content)).toBe(true);
    server.close();
  },
);
