import type { AssetFiles } from '../../src/node/assets/cache.ts';
import type { Progress } from '../../src/util/progress.ts';
import { cachedFiles, type Wanted } from '../debian.ts';

const libraries = 'lib/i386-linux-gnu';
const moreLibraries = `usr/${libraries}`;
const headers = 'usr/include';
const moreHeaders = `${headers}/i386-linux-gnu`;
const modules = 'usr/lib/python3.11';

/** Files of a folder under their own names. */
const from = (folder: string, ...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${folder}/${name}`, name]));

/** The files in a folder of the set. */
const into = (target: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, name]) => [path, `${target}/${name}`]));

/** Tools of scripts, and the libraries that they need. */
const tools: Wanted = {
  dash: from('bin', 'dash'),
  sed: from('bin', 'sed'),
  grep: from('bin', 'grep'),
  mawk: { 'usr/bin/mawk': 'awk' },
  coreutils: {
    ...from('bin', 'cat', 'chmod', 'cp', 'ls', 'mkdir', 'mv', 'rm'),
    ...from('usr/bin', 'basename', 'cut', 'dirname', 'expr', 'head', 'sort', 'tr', 'uniq', 'wc'),
  },
  diffutils: from('usr/bin', 'cmp', 'diff'),
  libselinux1: from(libraries, 'libselinux.so.1'),
  'libpcre2-8-0': from(moreLibraries, 'libpcre2-8.so.0'),
  libacl1: from(moreLibraries, 'libacl.so.1'),
  libattr1: from(moreLibraries, 'libattr.so.1'),
  libgmp10: from(moreLibraries, 'libgmp.so.10'),
};

const packers: Wanted = {
  gzip: from('bin', 'gzip'),
  'xz-utils': from('usr/bin', 'xz'),
  zstd: from('usr/bin', 'zstd'),
  tar: from('bin', 'tar'),
  dpkg: from('usr/bin', 'dpkg', 'dpkg-deb', 'dpkg-split'),
  liblzma5: from(libraries, 'liblzma.so.5'),
  zlib1g: from(libraries, 'libz.so.1'),
  'libbz2-1.0': from(libraries, 'libbz2.so.1.0'),
  libzstd1: from(moreLibraries, 'libzstd.so.1'),
  'liblz4-1': from(moreLibraries, 'liblz4.so.1'),
  libmd0: from(moreLibraries, 'libmd.so.0'),
};

const tcc: Wanted = {
  tcc: {
    'usr/bin/tcc': 'tcc',
    [`${moreLibraries}/tcc/`]: 'tcc-files/',
  },
  'libc6-dev': {
    ...from(moreLibraries, 'crt1.o', 'crti.o', 'crtn.o', 'libc_nonshared.a'),
    ...into('include', {
      ...from(headers, 'alloca.h', 'assert.h', 'ctype.h', 'endian.h', 'features.h', 'features-time64.h', 'getopt.h'),
      ...from(headers, 'inttypes.h', 'math.h', 'stdc-predef.h', 'stdint.h', 'stdio.h', 'stdlib.h', 'string.h'),
      ...from(headers, 'strings.h', 'time.h', 'unistd.h'),
      ...from(moreHeaders, 'bits/', 'gnu/'),
      ...from(moreHeaders, 'sys/cdefs.h', 'sys/select.h', 'sys/stat.h', 'sys/time.h', 'sys/types.h'),
    }),
  },
};

const python: Wanted = {
  'python3.11-minimal': { 'usr/bin/python3.11': 'python' },
  'libpython3.11-minimal': into('lib/python3.11', {
    ...from(modules, 'collections/', 'importlib/', 're/'),
    ...from(modules, '_collections_abc.py', '_sitebuiltins.py', 'abc.py', 'codecs.py', 'copyreg.py', 'enum.py'),
    ...from(modules, 'functools.py', 'genericpath.py', 'io.py', 'keyword.py', 'operator.py', 'os.py', 'posixpath.py'),
    ...from(modules, 'reprlib.py', 'site.py', 'stat.py', 'types.py', 'warnings.py'),
    ...from(modules, 'encodings/__init__.py', 'encodings/aliases.py', 'encodings/ascii.py'),
    ...from(modules, 'encodings/latin_1.py', 'encodings/utf_8.py'),
  }),
  libexpat1: from(libraries, 'libexpat.so.1'),
};

const loader: Wanted = {
  libc6: from(libraries, 'ld-linux.so.2', 'libc.so.6', 'libdl.so.2', 'libm.so.6', 'libpthread.so.0'),
};

/** Files of the programs of the group. */
const files: Wanted = { ...loader, ...tools, ...packers, ...tcc, ...python };

/** Packages that are installed: without scripts that need a whole system. */
const installed = ['diffutils', 'findutils', 'grep', 'gzip', 'make', 'patch', 'sed'] as const;

/** Programs of the group everyday for i386 with what they need, for one folder, and packages to install. Throws if they can't be had. */
export function everydayPrograms(progress: Progress): Promise<AssetFiles> {
  return cachedFiles('bench-debian-everyday', files, installed, progress);
}
