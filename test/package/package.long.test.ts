import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findLinux } from '../support/linux-shell.ts';
import { type Ended, Installation, installNodes, ownNode, type Runtime, root } from './installed.ts';

let installation: Installation;
let runtimes: Map<string, Runtime>;
const linux = await findLinux();
const MINUTES = 60_000;

beforeAll(async () => {
  installation = await Installation.create();
  runtimes = new Map(installNodes(installation.folder).map((runtime) => [runtime.name, runtime]));
  installation.copy('examples', 'examples');
}, 10 * MINUTES);
afterAll(() => installation?.remove());

/** The output of a program that ended well; otherwise its errors are shown. */
function outputOf({ code, output, errors }: Ended): string {
  expect({ code, errors: code === 0 ? '' : `${output}${errors}` }).toEqual({ code: 0, errors: '' });
  return output;
}

const program = `
import { Machine } from 'rawiron';

const machine = await Machine.create({ memory: 64, boot: { demo: true }, engine: { check: true } });
await machine.start();
await machine.serial.expect(/demo> $/);
machine.serial.write('bench 1\\r');
const [, primes] = await machine.serial.expect(/with (\\d+) primes/, { timeout: 60_000 });
console.log(primes);
await machine.stop();
`;

const firmwareProgram = `
import { listenForVnc, Machine } from 'rawiron';

const machine = await Machine.create({});
await machine.start();
const [message] = await machine.screen.expect(/No bootable device./, { timeout: 60_000 });
console.log(message);
const here = { host: '127.0.0.1', port: 0 };
const server = await listenForVnc(machine, here, { websocket: here });
const viewer = await fetch(\`http://127.0.0.1:\${server.websocketAddress.port}/viewer.mjs\`);
console.log(viewer.status, /requestPointerLock/.test(await viewer.text()));
await machine.stop();
`;

/** As a program for v86 is, but for the import. */
const v86Program = `
import { V86 } from 'rawiron/v86';

const emulator = new V86({ memory_size: 16 * 1024 * 1024, autostart: true });
console.log(await emulator.wait_until_vga_screen_contains(/No bootable device/));
const bytes: Uint8Array = await emulator.read_memory(0x7c00, 4);
console.log(bytes.length);
await emulator.destroy();
`;

/** Examples, and what each says. */
const examples: readonly (readonly [string, RegExp])[] = [
  ['time-limit.ts', /^still running after 1000 ms: stopped\n$/],
  ['translations.ts', /[1-9]\d* translations: .*\n.*\n( {2}[0-9a-f]+: \d+ times.*\n){1,3}The first begins:\nfunction /],
  ['compare-engines.ts', /^interpreter: AL = 69, \d+ ms\ntranslator: AL = 69, \d+ ms\n$/],
  ['fuzz-forks.ts', /^"BUG!" crashes the kernel, found with \d+ forks\n$/],
  [
    'reverse-debugging.ts',
    /^The kernel ends after 14000003 .* is ([0-9a-f]{8}) then\.\nwatchpoint: .* it is (?!\1).{8}\.\n.* makes it \1\.\n$/,
  ],
  ['move-between-processes.ts', /\nIn the second process the guest says: half a line, and the other half\n$/],
];

describe('the tarball', () => {
  test('holds what runs, and no sources or tests', () => {
    const folders = new Set(installation.files.map((path) => path.split('/')[0]));
    expect([...folders].sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'package.json']);
    expect(installation.files.filter((path) => /(?<!\.d)\.ts$/.test(path))).toEqual([]);
    expect(installation.files).toContain('dist/third-party-licences.txt');
  });

  test('has few files for Node, with the packages that it needs in them', () => {
    const parts = installation.files.filter((path) => /^dist\/node\/.*\.m?js$/.test(path));
    expect(parts).toEqual(expect.arrayContaining(['index', 'parts/check'].map((name) => `dist/node/${name}.js`)));
    expect(parts.length).toBeLessThan(200);
    expect(installation.files.filter((path) => /^dist\/src\/(cli|node)\/.*\.m?js$/.test(path))).toEqual([]);
  });

  test('has the images of the firmware, and not what assembles them', () => {
    expect(
      installation.files.filter((path) => /runtime\/firmware\/(images|bios|vgabios|kernel-loader)\b/.test(path)),
    ).toEqual([]);
  });

  test('has no script that npm wants to be asked about', () => {
    expect(installation.warnings).toBe('');
  });

  test('has a command and a manual page where it is installed globally', () => {
    const prefix = installation.installGlobally();
    const files = ['bin/rawiron', 'share/man/man1/rawiron.1'];
    expect(files.filter((file) => !existsSync(join(prefix, file)))).toEqual([]);
  });

  test('brings no other package', () => {
    expect(installation.packages()).toEqual(['rawiron']);
  });
});

describe('Node 20', () => {
  const needed = /rawiron: this is Node 20\.\d+\.\d+; 22\.12 or later is needed\n/;

  test.each([
    ['an import', 'node old.mjs'],
    ['require', 'node old.cjs'],
    ["v86's class", 'node old-v86.mjs'],
    ['the command', 'node_modules/.bin/rawiron demo'],
  ])('is told what is needed: %s', async (_name, line) => {
    installation.write('old.mjs', "import { Machine } from 'rawiron'; console.log(Machine);");
    installation.write('old.cjs', "console.log(require('rawiron').Machine);");
    installation.write('old-v86.mjs', "import { V86 } from 'rawiron/v86'; console.log(V86);");
    const { code, output, errors } = await installation.shell(runtimes.get('20')!, line);
    expect({ code, output, errors }).toEqual({ code: 1, output: '', errors: expect.stringMatching(needed) });
  });
});

describe.each(['22', '24', 'own'])('Node %s', (name) => {
  const runtime = (): Runtime => runtimes.get(name)!;

  test('is that one', async () => {
    const version = outputOf(await installation.shell(runtime(), 'node --version'));
    expect(version).toMatch(name === 'own' ? /^v\d+\./ : new RegExp(`^v${name}\\.`));
  });

  test('runs the library from JavaScript, with the debug mode', async () => {
    installation.write('plain.js', program);
    expect(outputOf(await installation.run(runtime(), 'plain.js'))).toBe('23000\n');
  });

  test('boots from the firmware of our own, and has a page for its screen', async () => {
    installation.write('firmware.js', firmwareProgram);
    expect(outputOf(await installation.run(runtime(), 'firmware.js'))).toBe('No bootable device.\n200 true\n');
  });

  test('may be required', async () => {
    installation.write('required.cjs', "const { Machine } = require('rawiron');\nconsole.log(typeof Machine.create);");
    expect(await installation.run(runtime(), 'required.cjs')).toMatchObject({ code: 0, output: 'function\n' });
  });

  test("has v86's class", async () => {
    installation.write('v86.js', v86Program.replace(': Uint8Array', ''));
    expect(outputOf(await installation.run(runtime(), 'v86.js'))).toBe('true\n4\n');
  });

  test('runs the command', async () => {
    expect(outputOf(await installation.shell(runtime(), 'npx rawiron -version'))).toMatch(/^rawiron \d+\.\d+\.\d+\n$/);
    const demo = installation.talk(runtime(), 'npx rawiron demo');
    await demo.expect(/demo> $/);
    demo.type('poweroff\r');
    expect(await demo.ended).toBe(0);
  });

  test('runs the inspector', async () => {
    const emit = "npx rawiron inspect emit --hex '03 1e 83 c6 04 49 75 f8 c3'";
    expect(outputOf(await installation.shell(runtime(), emit))).toContain('function ');
    const demo = installation.talk(runtime(), `npx rawiron demo -inspect=${name}.socket`);
    await demo.expect(/demo> $/);
    demo.type('bench 100\r');
    await demo.expect(/with 23000 primes/);
    const inspect = `npx rawiron inspect export exported-${name} --connect ${name}.socket && ls exported-${name}`;
    expect(outputOf(await installation.shell(runtime(), inspect))).toMatch(/\.js\n.*\.js\.asm\n.*\.js\.map\n/);
    demo.type('poweroff\r');
    expect(await demo.ended).toBe(0);
  });

  test.each(examples)('runs the example %s', async (file, said) => {
    expect(outputOf(await installation.run(runtime(), `examples/${file}`))).toMatch(said);
  });

  test.skipIf(typeof linux === 'string')(
    'boots Debian, as an example and as a command',
    { timeout: 5 * MINUTES },
    async () => {
      const example = outputOf(await installation.run(runtime(), 'examples/boot-debian.ts'));
      expect(example).toMatch(
        /It calls itself Linux .* i686\nand has \d+ KB of memory\.\nThe machine has ended: poweroff\n$/,
      );
      const start = installation.talk(runtime(), 'npx rawiron start');
      await start.expect(/~ # /);
      start.type('poweroff\n');
      expect(await start.ended).toBe(0);
    },
  );
});

test('all examples are run', () => {
  const shows = ['fuzz-forks.ts', 'move-between-processes.ts', 'reverse-debugging.ts'];
  const run = [
    ...shows,
    'boot-debian.ts',
    'compare-engines.ts',
    'own-kernel.test.ts',
    'time-limit.ts',
    'translations.ts',
  ];
  const all = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.ts'));
  expect(all.sort()).toEqual(run.sort());
});

describe('tools', () => {
  beforeAll(() => {
    installation.lend('vitest');
    installation.lend('vite');
  });
  const tool = (name: string, ...args: readonly string[]) =>
    installation.run(ownNode, join(root, 'node_modules', name), ...args);

  test('vitest runs the example of a kernel', async () => {
    outputOf(await tool('vitest/vitest.mjs', 'run', '--test-timeout=100000', 'examples/own-kernel.test.ts'));
  });

  test('Vite builds a program for Node', async () => {
    installation.write('plain.js', program);
    outputOf(await tool('vite/bin/vite.js', 'build', '--ssr', 'plain.js', '--outDir', 'built'));
    expect(outputOf(await installation.run(ownNode, 'built/plain.js'))).toBe('23000\n');
  });

  const buildWhole = (folder: string, output: string) => {
    installation.write('plain.js', program);
    const build = `{ rolldownOptions: { output: ${output} } }`;
    installation.write('whole.config.js', `export default { ssr: { noExternal: true }, build: ${build} };`);
    return tool('vite/bin/vite.js', 'build', '--config', 'whole.config.js', '--ssr', 'plain.js', '--outDir', folder);
  };

  test('Vite builds a program for Node that has the library in it', async () => {
    outputOf(await buildWhole('whole', '{}'));
    expect(outputOf(await installation.shell(ownNode, `cat whole/plain.js`))).not.toMatch(
      /(from|import\()\s*["']rawiron["']/,
    );
    expect(outputOf(await installation.run(ownNode, 'whole/plain.js'))).toBe('23000\n');
  });

  test.each([
    ['one-file', 'codeSplitting: false'],
    ['threads-apart', 'codeSplitting: { groups: [{ name: "all", test: /plain|rawiron(?!.*thread)/ }] }'],
  ])('where a thread would load the program again an error says so: %s', async (folder, output) => {
    outputOf(await buildWhole(folder, `{ ${output} }`));
    const { code, errors } = await installation.run(ownNode, `${folder}/plain.js`);
    expect({ code, errors }).toEqual({ code: 1, errors: expect.stringContaining('a bundler has put rawiron') });
  });

  test('Vite builds for browsers, with the workers in files of their own', async () => {
    installation.write('page.js', "import { Machine } from 'rawiron'; export const made = Machine.create({});");
    const library = `{ entry: 'page.js', formats: ['es'], fileName: 'page' }`;
    installation.write(
      'vite.config.js',
      `export default { base: './', worker: { format: 'es' }, build: { lib: ${library}, outDir: 'page' } };`,
    );
    outputOf(await tool('vite/bin/vite.js', 'build'));
    const files = readdirSync(join(installation.folder, 'page/assets')).map((name) =>
      name.replace(/-[\w-]{8}\.js$/, ''),
    );
    expect(files).toEqual(expect.arrayContaining(['machine-thread', 'ticker-thread']));
  });
});

describe('types', () => {
  const configuration = (moduleResolution: string, module: string) =>
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        target: 'es2022',
        lib: ['es2022', 'esnext.disposable'],
        types: ['node'],
        typeRoots: [join(root, 'node_modules/@types')],
        exactOptionalPropertyTypes: true,
        moduleResolution,
        module,
      },
      files: ['typed.ts', 'v86-typed.ts'],
    });

  test.each([
    ['nodenext', 'nodenext'],
    ['bundler', 'esnext'],
  ])('strict, with the resolution %s and all declarations checked', async (resolution, module) => {
    installation.write('typed.ts', program);
    installation.write('v86-typed.ts', v86Program);
    installation.write('tsconfig.json', configuration(resolution, module));
    outputOf(await installation.run(ownNode, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'));
    installation.write('typed.ts', program.replace('memory: 64', 'memory: []'));
    const { output } = await installation.run(ownNode, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.');
    expect(output).toContain('typed.ts');
  });
});
