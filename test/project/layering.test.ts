import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, globalNames, type Import, importsOf, type SourceFile } from '../support/source-files.ts';

const translator = filesIn('translator', '.ts');
const runtime = filesIn('runtime', '.ts');
const library = [...filesIn('src', '.ts'), ...filesIn('src', '.mjs')];
const tests = ['test', 'bench', 'scripts', 'web'].flatMap((folder) => filesIn(folder, '.ts'));
const all = [...translator, ...runtime, ...library];

/** Imports of some files that break a rule: `file -> target`. */
function offending(files: readonly SourceFile[], isAllowed: (i: Import) => boolean): string[] {
  return files.flatMap((file) => {
    const bad = importsOf(file).filter((i) => !isAllowed(i));
    return bad.map(({ target }) => `${file.path} -> ${target}`);
  });
}

const isIn = (...folders: string[]) => {
  return ({ target }: Import) => folders.some((folder) => target.startsWith(`${folder}/`));
};

test('all kinds of imports are found', () => {
  const text = [
    "import { a } from './a.ts';",
    "import type { B } from '../b.ts';",
    "import './c.ts';",
    "export * from './d.ts';",
    "export {\n  e,\n} from './e.ts';",
    "const f = await import('./f.ts');",
    "const g = new URL('./g.ts', import.meta.url);",
    "import h from 'node:fs';",
  ].join('\n');
  const targets = importsOf({ path: 'x/y/z.ts', text }).map((i) => i.target);
  const inner = ['a', 'c', 'd', 'e', 'f', 'g'].map((name) => `x/y/${name}.ts`);
  expect(targets.sort()).toEqual(['node:fs', 'x/b.ts', ...inner].sort());
});

/**
 * Folders and files of both parts, those that others build on first. Rows of the instruction table (x86) name their
 * lifters, and these ask for an instruction's form and shape: the two are one step.
 */
const translatorOrder = ['abi', 'ir', 'x86 lift', 'opt', 'region', 'emit', 'translate.ts handler.ts frequent.ts'];
const runtimeOrder = [
  'fault.ts',
  'crc32.ts',
  'snapshot',
  'memory',
  'cpu',
  'exec',
  'debug',
  'time',
  'bus',
  'host',
  'replay',
  'history',
  'sound',
  'ethernet',
  'usb',
  'disks',
  'scsi',
  'ata',
  'devices',
  'xen',
  'firmware',
  'machine',
];

/** The folder of a chip that a path is in. */
function chipOf(path: string): string | undefined {
  return /^runtime\/devices\/([^/]+)\//.exec(path)?.[1];
}

/**
 * Folders of parts that devices are made with and that are no devices: the bus of their functions, the VGA that display adapters
 * extend, and Bochs' extension of it.
 */
const sharedParts = ['bochs-vbe', 'pci', 'vga'];

test('a device knows no other device but what is made to be shared', () => {
  const devices = filesIn('runtime/devices', '.ts');
  expect(devices.length).toBeGreaterThan(30);
  const found = devices.flatMap((file) => {
    const chips = importsOf(file).map(({ target }) => chipOf(target));
    const others = chips.filter(
      (chip) => chip !== undefined && chip !== chipOf(file.path) && !sharedParts.includes(chip),
    );
    return others.map((chip) => `${file.path} -> ${chip}`);
  });
  expect(found).toEqual([]);
});

/**
 * Browsers' digests and decompression of gzip and zstd, the inspector's source maps, the debug mode's parser and a writer of archives, loaded
 * where they are asked for.
 */
const packages = [
  'src/appliance/xml.ts -> @rgrove/parse-xml',
  'src/browser/containers/image-tools.ts -> @noble/hashes/sha2.js',
  'src/browser/containers/image-tools.ts -> fflate',
  'src/browser/zstd.ts -> fzstd',
  'src/inspect/exported.ts -> source-map',
  'src/isolate/check-text.ts -> acorn',
  'src/node/linux/debian-disk/tar-writer.ts -> tar-stream',
];

describe('imports point one way', () => {
  test('the translator imports only itself', () => {
    expect(offending(translator, isIn('translator'))).toEqual([]);
  });

  test('the contract between translator and runtime imports nothing else', () => {
    expect(offending(filesIn('translator/abi', '.ts'), isIn('translator/abi'))).toEqual([]);
  });

  test('the runtime imports itself and the translator', () => {
    expect(offending(runtime, isIn('runtime', 'translator'))).toEqual([]);
  });

  test.each([
    [translator, translatorOrder],
    [runtime, runtimeOrder],
  ])('a folder imports those before it', (files, order) => {
    const rank = (path: string) => order.findIndex((group) => group.split(' ').includes(path.split('/')[1]!));
    const [root] = files[0]!.path.split('/');
    expect(files.filter(({ path }) => rank(path) < 0).map(({ path }) => path)).toEqual([]);
    const isBefore = ({ path }: SourceFile, { target }: Import) =>
      !target.startsWith(`${root}/`) || rank(target) <= rank(path);
    expect(files.flatMap((file) => offending([file], (i) => isBefore(file, i)))).toEqual([]);
  });

  test('the library imports no tests, benchmarks or packages, except six that are loaded when they are asked for', () => {
    const isNode = ({ target }: Import) => target.startsWith('node:');
    const isProduct = isIn('src', 'runtime', 'translator');
    expect(offending(library, (i) => isProduct(i) || isNode(i))).toEqual(packages);
    const containers = 'src/browser/containers/';
    for (const path of ['src/isolate/check.ts', 'src/browser/zstd.ts', `${containers}index.ts`]) {
      const imports = (file: SourceFile) => importsOf(file).some(({ target, isType }) => target === path && !isType);
      const users = library.filter((file) => imports(file) && !file.path.startsWith(containers));
      const isLazy = ({ path: file, text }: SourceFile) => {
        const relative = posix.relative(posix.dirname(file), path);
        return text.includes(`await import('${relative.startsWith('.') ? relative : `./${relative}`}')`);
      };
      expect(users).not.toEqual([]);
      expect(users.filter((file) => !isLazy(file)).map(({ path }) => path)).toEqual([]);
    }
    const parsers = library.filter((file) =>
      importsOf(file).some(({ target }) => target === 'src/isolate/check-text.ts'),
    );
    expect(parsers.map(({ path }) => path)).toEqual(['src/isolate/check.ts']);
  });

  test('only what is bound to a host imports it', () => {
    const portable = library.filter(({ path }) => !/^src\/(node|browser|cli|index\.ts)/.test(path));
    expect(portable.length).toBeGreaterThan(10);
    expect(offending(portable, ({ target }) => !/^(node:|src\/(node|browser|cli)\/)/.test(target))).toEqual([]);
  });

  test('relative, by the name of the file, but for those packages', () => {
    const isRelative = ({ specifier }: Import) => /^(\.{1,2}\/.*\.(ts|mjs)|node:[a-z0-9_/]+)$/.test(specifier);
    expect(offending(all, isRelative)).toEqual(packages);
    const known = new Set(all.map(({ path }) => path));
    expect(offending(all, ({ target }) => target.startsWith('node:') || known.has(target))).toEqual(packages);
  });

  test('no file imports itself by way of others', () => {
    const edges = new Map(all.map((file) => [file.path, importsOf(file).filter((i) => !i.isType)]));
    const finished = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      if (finished.has(path) || trail.includes(path)) return;
      for (const { target } of edges.get(path) ?? []) visit(target, [...trail, path]);
      finished.add(path);
    };
    for (const { path } of all) visit(path, []);
    expect(cycles).toEqual([]);
  });
});

test("v86's class stands on what the library exports", () => {
  const files = library.filter(({ path }) => /^src\/(v86\/|browser\/v86\/|node\/v86\.ts)/.test(path));
  expect(files.length).toBeGreaterThan(15);
  const exported = ['src/common.ts', 'src/index.ts', 'src/browser/index.ts', 'src/browser/element.ts'];
  const isOwn = isIn('src/v86', 'src/browser/v86');
  // Of the machine it has the type alone.
  const isMachine = ({ target, isType }: Import) => target === 'src/machine/machine.ts' && isType;
  const isAllowed = (i: Import) =>
    exported.includes(i.target) || isOwn(i) || isMachine(i) || i.target.startsWith('node:');
  expect(files.flatMap((file) => offending([file], isAllowed))).toEqual([]);
});

test('no function, constant or class is exported that no other file names, tests included', () => {
  const words = new Map([...all, ...tests].map(({ path, text }) => [path, new Set(text.match(/\w+/g))]));
  const unused = all.flatMap(({ path, text }) => {
    const names = [...text.matchAll(/^export (?:async )?(?:const|function\*?|class) (\w+)/gm)].map(([, name]) => name!);
    const isUsed = (name: string) => words.entries().some(([other, found]) => other !== path && found.has(name));
    return names.filter((name) => !isUsed(name)).map((name) => `${path}: ${name}`);
  });
  expect(unused).toEqual([]);
});

/** Globals of ECMAScript that don't depend on the host, the time, or chance. */
const ecmaScript = new Set(
  (
    'undefined NaN Infinity Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Error ' +
    'Float32Array Float64Array Int8Array Int16Array Int32Array Iterator JSON Map Math Number Object Promise RangeError ' +
    'RegExp Set SharedArrayBuffer String Symbol TypeError Uint8Array Uint8ClampedArray Uint16Array Uint32Array ' +
    'WeakMap WeakRef WeakSet isNaN parseInt parseFloat'
  ).split(' '),
);

const COMPILE = 'runtime/exec/compile.ts';

describe('globals', () => {
  test('are told from what a file declares', () => {
    const text = `import { imported } from './x.ts';
      const { a, b: [c = d] } = window;
      class Local { process = setTimeout; get console() { return this.process; } }
      export function f(x: Uint8Array, ...rest: number[]) { try { f(imported, rest) } catch (e) { e.name = c; } }`;
    expect(globalNames({ path: 'x.ts', text })).toEqual(['d', 'setTimeout', 'window']);
  });

  test.each([
    ['translator', translator],
    ['runtime', runtime],
  ])('%s uses those of ECMAScript', (_folder, files) => {
    const foreign = files
      .filter(({ path }) => path !== COMPILE)
      .flatMap((file) => globalNames(file).flatMap((name) => (ecmaScript.has(name) ? [] : [`${file.path}: ${name}`])));
    expect(foreign).toEqual([]);
  });

  test('neither chance nor the locale counts', () => {
    const pattern = /\bMath\.random\b|\.toLocale\w+\(|\.localeCompare\(/;
    expect([...translator, ...runtime].filter(({ text }) => pattern.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('functions are made from text, and put in the global object, in one file', () => {
    const makers = all.filter((file) => globalNames(file).some((name) => /^(Function|eval|globalThis)$/.test(name)));
    expect(makers.map(({ path }) => path)).toEqual([COMPILE]);
    expect(globalNames(makers[0]).filter((name) => !ecmaScript.has(name))).toEqual(['Function', 'globalThis']);
  });

  test('only what is bound to Node uses its globals', () => {
    const nodeOnly = new Set(['process', 'Buffer', 'require', '__dirname', '__filename', 'global', 'setImmediate']);
    const portable = all.filter(({ path }) => !/^src\/(node|cli)\//.test(path));
    const found = portable.flatMap((file) => globalNames(file).map((name) => ({ path: file.path, name })));
    expect(found.filter(({ name }) => nodeOnly.has(name))).toEqual([]);
  });
});

test('folders of the project are where the design has them', () => {
  const tops = (files: readonly SourceFile[]) => new Set(files.map(({ path }) => posix.dirname(path).split('/')[1]));
  expect([...tops(translator)].sort()).toEqual(['abi', 'emit', 'ir', 'lift', 'opt', 'region', 'x86', undefined].sort());
});
