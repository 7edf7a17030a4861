import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { useBuiltLibrary } from '../support/web/build.ts';
import { noContainers, useContainerFiles } from '../support/web/container-files.ts';
import { PAGE, useLibrary, ways } from '../support/web/library.ts';
import { otherBrowsers, useOtherBrowser } from '../support/web/other-browsers.ts';
import { isolation, serve } from '../support/web/server.ts';
import { call, runInContainer } from './acts.ts';

/** The library as a page has it; the functions that tests give to it are made of their text there. */
declare const rawiron: typeof import('../../src/browser/index.ts');

const lack = noContainers || noBrowser;
const files = useContainerFiles();
/** The exit code, the output and the errors of what `runInContainer` runs. */
const TOLD = '3, out 1\n, err\n';

describe.skipIf(lack !== '')(`containers in a page${lack}`, () => {
  const open = useLibrary();

  test.each(['docker.tar', 'docker.tar:latest', 'members/', 'zstd/:latest'])('run the image at %s', async (image) => {
    await using opened = await open(isolation, files());
    const told = await opened.page.evaluate(runInContainer, image);
    expect(told).toBe(TOLD);
    expect(opened.errors).toEqual([]);
  });

  test.each(Object.entries(ways))(
    'have streams, files in memory, and further commands in a page that is %s',
    async (_, headers) => {
      await using opened = await open(headers, files());
      const told = await opened.page.evaluate(async () => {
        const progress: string[] = [];
        const container = await rawiron.Container.run(
          {
            image: await (await fetch('docker.tar')).blob(),
            machine: new Uint8Array(await (await fetch('machine')).arrayBuffer()),
            command: ['sort'],
            input: true,
            user: 'user',
            volumes: [{ path: '/data', files: { in: 'from the page' } }],
          },
          (activity) => progress.push(activity),
        );
        const text = (stream: ReadableStream) => new Response(stream).text();
        const further = await container.exec({
          command: ['sh', '-c', 'id -u; cat /data/in; cat /data/in >/data/out'],
          user: 'root',
        });
        const inside = await text(further.stdout as ReadableStream);
        const writer = container.stdin.getWriter();
        await writer.write(new TextEncoder().encode('b\na\n'));
        await writer.close();
        const sorted = await text(container.stdout as ReadableStream);
        const code = await container.exited;
        const out = new TextDecoder().decode(await container.volumes.get('/data')!.readFile('out'));
        return { inside, sorted, code, out, progress };
      });
      expect(told).toEqual({
        ...{ inside: '0\nfrom the page', sorted: 'a\nb\n', code: 0, out: 'from the page' },
        progress: ['Unpacking layer 1 of 1'],
      });
      expect(opened.errors).toEqual([]);
    },
  );
});

describe.skipIf(lack !== '')(`a container in a page${lack}`, () => {
  const open = useLibrary();

  test('reaches web servers that allow it', async () => {
    await using opened = await open(isolation, { ...files(), '/hello.txt': new TextEncoder().encode('hello') });
    const told = await opened.page.evaluate(async () => {
      const url = new URL('hello.txt', location.href);
      url.hostname = '10.0.2.2';
      const command = ['wget', '-qO', '-', url.href];
      const container = await rawiron.Container.run({ image: 'zstd/', machine: 'machine', command, network: 'user' });
      return await new Response(container.stdout as ReadableStream).text();
    });
    expect(told).toBe('hello');
  });

  test.each([
    ['missing.tar', 'machine', /cannot get missing\.tar: the server answers 404/],
    ['missing/', 'machine', /cannot get missing\/index\.json: the server answers 404/],
    ['docker.tar:other', 'machine', /docker\.tar has no such image; give docker\.tar:TAG, with one of test:latest/],
    ['machine', 'machine', /machine is no archive that can be read/],
    ['docker.tar', 'docker.tar', /docker\.tar: .*'rawiron container machine FILE' makes one/],
    ['docker.tar', 'cut', /^cut: .* is damaged.*'rawiron container machine FILE' makes one/],
    ['docker.tar', 'missing', /cannot read the machine missing: the server answers 404/],
    ['damaged/', 'machine', /damaged\/: the digest of what came is sha256:\w+; it should be sha256:/],
  ])('refuses %s with the machine %s by name', async (image, machine, message) => {
    const cut = files()['/machine']!.subarray(0, 1 << 20);
    await using opened = await open(isolation, { ...files(), '/cut': cut });
    const told = await opened.page.evaluate(
      async ([image, machine]) => {
        const error = await rawiron.Container.run({ image, machine }).catch((error: unknown) => error);
        return error instanceof rawiron.ConfigurationError ? error.message : `no such error: ${error}`;
      },
      [image, machine] as const,
    );
    expect(told).toMatch(message);
  });
});

describe.skipIf(lack !== '')(`a container in a page${lack}, misused,`, () => {
  const open = useLibrary();

  test('refuses what only Node has before it loads anything', async () => {
    await using opened = await open(isolation, {});
    const told = await opened.page.evaluate(async () => {
      const both = { image: 'missing', machine: 'missing' };
      const wrong = [
        { image: 'missing' },
        { ...both, volumes: [{ path: '/data', folder: '/srv' }] },
        { ...both, network: 'user', ports: [{ hostPort: 8080, containerPort: 80 }] },
        { ...both, memory: 128 },
        { ...both, command: 'ls' },
      ];
      const run = (options: object) => rawiron.Container.run(options as never).catch((error: Error) => error.message);
      return await Promise.all(wrong.map(run));
    });
    expect(told).toEqual([
      "a container in a page needs a machine; 'rawiron container machine FILE' makes one",
      'volumes[0].folder: a page has no folders of the host; give files or server',
      'a page has no ports at which others reach it; leave out ports',
      expect.stringMatching(/^unknown 'memory' in options/),
      "command is 'ls'; it must be an array",
    ]);
    expect(opened.errors).toEqual([]);
  });

  test('runs further commands as soon as others have ended', async () => {
    await using opened = await open(isolation, files());
    const told = await opened.page.evaluate(async () => {
      const container = await rawiron.Container.run({
        ...{ image: 'zstd/', machine: 'machine', command: ['cat'], input: true },
      });
      const one = async () => await (await container.exec({ command: ['id', '-u'] })).exited;
      const codes: number[] = [];
      for (let round = 0; round < 20; round++) codes.push(...(await Promise.all([one(), one(), one()])));
      await container.stop();
      return codes;
    });
    expect(told).toEqual(new Array(60).fill(0));
    expect(opened.errors).toEqual([]);
  });
});

describe.skipIf(lack !== '')(`a container in a page${lack}, at its end,`, () => {
  const open = useLibrary();

  test('stops waiting for a server that does not answer when its signal is aborted', async () => {
    await using opened = await open(isolation, files());
    // The part of the library that has containers is there then.
    await opened.page.evaluate(() => rawiron.Container.run({} as never).catch(() => {}));
    opened.server.delay = 600_000;
    const told = await opened.page.evaluate(async () => {
      const controller = new AbortController();
      const run = rawiron.Container.run({ image: 'zstd/', machine: 'machine', signal: controller.signal });
      await new Promise((resolve) => setTimeout(resolve, 100));
      controller.abort(new Error('enough'));
      return await run.catch((error: Error) => error.message);
    });
    expect(told).toBe('enough');
  });

  test('leaves no thread behind, and takes bytes alone as input', async () => {
    await using opened = await open(isolation, files());
    const { page } = opened;
    const told = await page.evaluate(async () => {
      const container = await rawiron.Container.run({
        ...{ image: 'zstd/', machine: 'machine', command: ['cat'], input: true },
      });
      const text = await container.stdin
        .getWriter()
        .write('text' as never)
        .catch((error: Error) => error.message);
      await container.stop();
      return [text, await container.exited.catch((error: Error) => error.message)];
    });
    expect(told[0]).toBe("what is written to stdin is 'text'; it must be a Uint8Array or an ArrayBuffer");
    expect(told[1]).toMatch('the container');
    await expect.poll(() => page.workers().length).toBe(0);
    expect(opened.errors).toEqual([]);
  });
});

for (const browser of otherBrowsers) {
  const why = noContainers || browser.lack;
  describe.skipIf(why !== '')(`containers in ${browser.title}${why}`, () => {
    const client = useOtherBrowser(browser);
    const library = useBuiltLibrary();

    test.each(['docker.tar', 'zstd/'])('run the image at %s', async (image) => {
      const index = new TextEncoder().encode(PAGE);
      await using server = await serve(library, isolation, { ...files(), '/index.html': index });
      const tab = await client().open(server.url);
      expect(await client().evaluate(tab, call(runInContainer, image))).toBe(TOLD);
    });
  });
}
