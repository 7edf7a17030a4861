import { diskNames } from './disks.ts';
import { benchCards } from './network.ts';

/** Kinds of work; each has a mean of its own in the table. */
export const groups = [
  'boot',
  'integer',
  'pointers',
  'x87',
  'sse2',
  'system',
  'cliffs',
  'disks',
  'network',
  'real',
  'everyday',
] as const;
export type Group = (typeof groups)[number];

/** Files that a program needs: compiled from this project's C, the same with disks and their drivers, drivers of network cards, from Debian's packages, or from many of these. */
export type FileSet = 'compiled' | 'disks' | 'network' | 'debian' | 'everyday';

/** The amount of work in a round, where it is to be shown as a rate. */
export interface Amount {
  readonly count: number;
  readonly unit: string;
}

/** One piece of work. */
export interface Work {
  readonly name: string;
  readonly group: string;
  /** A description in a few words. */
  readonly about: string;
  /**
   * The standard size: the number of rounds whose time is shown. About two seconds in v86
   * (a second for what is there to find cliffs, and for real programs): starting up counts, but not for most.
   */
  readonly rounds: number;
  readonly amount?: Amount;
  /** Which runs a row of the table is made of, where it is not all of them (parts.ts). */
  readonly part?: Part;
}

/** Some of a work's runs: the first one in a machine, or those after it. */
export interface Part {
  /** The work's name. */
  readonly of: string;
  readonly runs: 'first' | 'later';
}

/** Work that is done by a program in the guest. */
export interface Program extends Work {
  readonly group: Group;
  readonly files: FileSet;
  /** Features of the CPU that it uses, as /proc/cpuinfo names them. */
  readonly needs: readonly string[];
  /** The result of each round: 8 hexadecimal digits. */
  readonly checksum: string;
  /** The shell command for a number of rounds; $BENCH is where the files are. */
  command(rounds: number): string;
}

/** The time from turning the machine on to the shell's prompt. */
export const boot: Work = { name: 'boot', group: 'boot', about: "Debian's kernel to a busybox shell", rounds: 1 };

type Row = readonly [name: string, rounds: number, checksum: string, about: string];

/** Programs of bench/programs that are in this binary; a name's ending tells how it was compiled. */
function compiled(group: Group, binary: string, rows: readonly Row[], needs: readonly string[] = []): Program[] {
  return rows.map(([name, rounds, checksum, about]) => {
    const entry = name.replace(/-(x87|sse2)$/, '').replace('-', '_');
    const command = (count: number) => `$BENCH/${binary} ${entry} ${count}`;
    return { name, group, about, files: 'compiled', needs, rounds, checksum, command };
  });
}

type DiskRow = readonly [...row: Row, amount: Amount];

/** The programs of bench/programs that read and write a disk, on each of them (bench/disks.ts). */
function onDisks(rows: readonly DiskRow[]): Program[] {
  return Object.entries(diskNames).flatMap(([disk, kind]) =>
    rows.map(([entry, rounds, checksum, about, amount]) => {
      const name = entry.replace('disk_', `${kind}-`);
      const command = (count: number) => `DISK=$(sh $BENCH/disk ${disk}) $BENCH/bench ${entry} ${count}`;
      return { name, group: 'disks', about, files: 'disks', needs: [], rounds, checksum, command, amount };
    }),
  );
}

/** Bytes of a megabyte, in millions of bits. */
const MEGABIT = { count: (8 * 2 ** 20) / 1e6, unit: 'million bits' } as const;

const transfers: readonly (readonly [what: string, rounds: number, about: string, amount: Amount])[] = [
  ['down', 64, '64 MB to the guest by wget', MEGABIT],
  ['up', 64, '64 MB from the guest by nc', MEGABIT],
  ['ping', 400, 'an echo of the router', { count: 1, unit: 'echoes' }],
];

/** Transfers over each of the cards (bench/network.ts). */
function overCards(): Program[] {
  return benchCards.flatMap(({ model, mac, net }) =>
    transfers.map(([what, rounds, about, amount]) => {
      const command = (count: number) => `sh $BENCH/network ${mac} ${net} ${what} ${count}`;
      const name = `${model.replace(/-net-pci|_pci/, '')}-${what}`;
      return {
        name,
        group: 'network',
        about,
        files: 'network',
        needs: [],
        rounds,
        checksum: '00000000',
        command,
        amount,
      };
    }),
  );
}

type CommandRow = readonly [...row: Row, text: string];

/** Programs of Debian's, run by bench/guest/repeat.sh. */
function debian(group: Group, files: FileSet, rows: readonly CommandRow[]): Program[] {
  return rows.map(([name, rounds, checksum, about, text]) => {
    const command = (count: number) => `sh $BENCH/repeat ${count} '${text}'`;
    return { name, group, about, files, needs: [], rounds, checksum, command };
  });
}

/** Packs the archive (everyday/archive.ts) that many times in a row, and unpacks it. */
function packing(program: string, level: number, times: number): string {
  const archives = Array(times).fill('$BENCH/archive').join(' ');
  const packed = '$SCRATCH/packed';
  return `cat ${archives} | debian ${program} -${level}c >${packed} && debian ${program} -dc ${packed}; rm -f ${packed}`;
}

const integer: readonly Row[] = [
  ['sieve', 400, '80fb041b', 'sieve of Eratosthenes'],
  ['crc32', 400, '06ffe133', 'CRC-32 by table'],
  ['sha256', 1200, '96afa18c', 'SHA-256'],
  ['mix', 480, '15d9702e', 'list, matrix and state machine'],
  ['int64', 400, '64027bcf', '64-bit arithmetic'],
  ['fib', 600, '00012511', 'recursion'],
];

const pointers: readonly Row[] = [
  ['list', 400, '3b29e2f8', 'linked list in random order'],
  ['trees', 80, '3c11849c', 'binary trees, malloc and free'],
  ['sort', 40, '058309fd', 'qsort with a comparison function'],
  ['strings', 80, '69192586', "the C library's string functions"],
  ['calls', 400, '89228f00', 'indirect calls'],
];

const x87: readonly Row[] = [
  ['matmul-x87', 120, 'ef87d0ea', 'matrix product'],
  ['matmul-double-x87', 120, '5e768e42', 'matrix product, precision control at 53 bits'],
  ['mandelbrot-x87', 120, '3bc41b90', 'Mandelbrot set'],
];

const sse2: readonly Row[] = [
  ['matmul-sse2', 800, '5e768e42', 'matrix product, scalar'],
  ['mandelbrot-sse2', 600, '3bc41b90', 'Mandelbrot set, scalar'],
  ['matmul-packed', 800, '5e768e42', 'matrix product, packed'],
  ['mandelbrot-packed', 1000, '3bc41b90', 'Mandelbrot set, packed'],
];

const system: readonly Row[] = [
  ['getppid', 80, 'd00c4c70', 'a system call, again and again'],
  ['pipe', 80, '7fbb22d4', 'a byte to and fro between two processes'],
  ['fork', 40, 'b3b3107b', 'fork, a page copied, exit'],
  ['exec', 40, '250278d6', 'fork and execve'],
  ['pagefault', 48, 'c74ab000', 'memory mapped, touched and unmapped'],
];

const cliffs: readonly Row[] = [
  ['jit', 150, 'bd3ffcb7', 'code written all the time'],
  ['codedata', 300, '105185ec', 'code and data in one page'],
  ['deep', 90, '8adab1d3', '50,000 frames of recursion'],
  ['jumptable', 80, '84e8abd1', 'a jump with 1,024 targets'],
  ['processes', 2, '2fa52450', '200 processes at a time'],
];

const large: readonly Row[] = [['large', 8, 'cf19acff', '3 MB of code without a hot spot']];

const disks: readonly DiskRow[] = [
  ['disk_read', 8, 'fb503a15', 'reads 32 MB by DMA', { count: 32, unit: 'MB' }],
  ['disk_random', 10, '4a04b2f7', 'reads 500 blocks of 4 KB anywhere', { count: 500, unit: 'reads' }],
  ['disk_write', 8, '7827b328', 'writes 8 MB, with a flush after each', { count: 8, unit: 'MB' }],
];

const real: readonly CommandRow[] = [
  [
    'gzip',
    4,
    '359525d6',
    'packs and unpacks a text',
    'debian gzip -9nc $BENCH/text >$SCRATCH/packed && debian gzip -dc $SCRATCH/packed',
  ],
  [
    'xz',
    3,
    '359525d6',
    'packs and unpacks a text',
    'debian xz -1c $BENCH/text >$SCRATCH/packed && debian xz -dc $SCRATCH/packed',
  ],
  ['perl', 2, '91346fb3', 'words of a text, counted and sorted', 'debian perl $BENCH/words.pl $BENCH/text'],
  ['lua', 5, 'b4782ed3', 'queens on a board, strings, tables', 'debian lua $BENCH/queens.lua'],
];

const everyday: readonly CommandRow[] = [
  ['configure', 1, 'e9991173', 'a configure script: hundreds of short programs', 'debian dash $BENCH/configure'],
  ['dpkg', 1, '5d3e5897', 'installs packages', 'debian dash $BENCH/install'],
  ['tcc', 8, 'daa5d8ad', 'compiles C and runs it', 'debian dash $BENCH/compile'],
  [
    'python',
    1,
    '3fc55807',
    'objects, numbers, texts and tables',
    'export PYTHONHOME=$BENCH/debian PYTHONDONTWRITEBYTECODE=1; debian python $BENCH/mixed.py $BENCH/text',
  ],
  ['gzip-20', 1, 'a6fd063d', 'packs and unpacks 20 MB', packing('gzip', 6, 5)],
  ['zstd-40', 1, '1faa63b7', 'packs and unpacks 40 MB', packing('zstd', 3, 10)],
  ['xz-8', 1, '235f6189', 'packs and unpacks 8 MB', packing('xz', 1, 2)],
];

export const programs: readonly Program[] = [
  ...compiled('integer', 'bench', integer),
  ...compiled('pointers', 'bench', pointers),
  ...compiled('x87', 'bench', x87),
  ...compiled('sse2', 'bench-sse2', sse2, ['sse2']),
  ...compiled('system', 'bench', system),
  ...compiled('cliffs', 'bench', cliffs),
  ...compiled('cliffs', 'bench-large', large),
  ...onDisks(disks),
  ...overCards(),
  ...debian('real', 'debian', real),
  ...debian('everyday', 'everyday', everyday),
];

/**
 * Groups of programs that spend their time in loops. Of these an engine may do a part, as what comes before the loop counts
 * for little; what others do once, such as decoding code, would count as often as the part is multiplied.
 */
export const steadyGroups: ReadonlySet<Group> = new Set<Group>(['integer', 'x87', 'sse2']);

/** Groups that are measured only if they are asked for. */
export const optionalGroups: ReadonlySet<string> = new Set<Group>(['real', 'everyday']);

/** Groups whose programs' first runs stand apart from later ones: an engine sees much code then that it has not seen before. */
export const apartGroups: ReadonlySet<string> = new Set<Group>(['real', 'everyday']);
