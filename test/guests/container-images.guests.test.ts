import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Container, type ContainerOptions } from '../../src/index.ts';
import { findLinux } from '../support/linux-shell.ts';
import { connectWhenListening, freePort } from '../support/ports.ts';

const TIMEOUT = 1_200_000;
const DEEP = 'deep/'.repeat(60);
const found = await findLinux();

/** Why the images cannot be made here, or undefined. */
const reason = ((): string | undefined => {
  if (typeof found === 'string') return found;
  if (process.getuid?.() !== 0) return 'the tools that make images change owners, which needs root';
  const tools = ['mmdebstrap', 'umoci', 'skopeo', 'docker-registry', 'dpkg-deb', 'gcc'];
  const missing = tools.find((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  return missing && `no ${missing} here: see npm run install-oracles`;
})();

/** Runs one program for i386 with the system calls of the host's kernel, which may lack those of i386. */
const emulator =
  spawnSync('sh', ['-c', 'command -v qemu-i386-static'], { encoding: 'utf8' }).stdout.trim() || undefined;
const environment = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', HOME: '/root', GREETING: 'hello' };
/** Programs with their arguments that start no others. */
const commands: readonly (readonly string[])[] = [
  ['/usr/bin/perl', '-e', 'print "$_=$ENV{$_}\\n" for "HOME", "GREETING"; exit 7'],
  [
    '/usr/bin/perl',
    '-e',
    'open my $f, ">", "/tmp/x" or die; print $f "abc" x 1e5; close $f; printf "%d %o %d\\n", (stat "/tmp/x")[7, 2, 4]; rename "/tmp/x", "/tmp/y" or die; print -e "/tmp/x" ? "there" : "gone"',
  ],
  [
    '/usr/bin/perl',
    '-e',
    'mkdir "/tmp/d" or die "no: $!"; symlink "../etc", "/tmp/d/l"; opendir D, "/tmp/d/l/apt" or die; print join " ", sort readdir D; rmdir "/tmp/d" or die "left: $!\\n"',
  ],
  [
    '/usr/bin/perl',
    '-e',
    'my $pid = fork; if (!$pid) { kill "TERM", $$; sleep 9 } waitpid $pid, 0; print $? & 127; pipe R, W; print W "through"; close W; print <R>; printf "%.17g", atan2(1, 1) * 4',
  ],
  ['/usr/bin/sha256sum', '/usr/bin/perl', '/bin/bash', '/etc/secret'],
  [
    '/bin/bash',
    '-c',
    'for ((i = 0, s = 0; i < 20000; i++)); do ((s = (s * 31 + i) % 65521)); done; echo $s; read -r l < /etc/passwd; echo "$l"; echo /usr/share/*; exit 9',
  ],
  ['/bin/bash', '-c', 'cd /nowhere'],
  ['/bin/ls', '/nowhere'],
  ['/usr/bin/stat', '-c', '%a %u:%g %h %s', '/etc/same', '/deep', '/shallow'],
  ['/bin/ls', '-R1pA', '/usr/share', '/usr/lib/apt'],
  ['/usr/bin/sort', '-n', '/etc/shells', '/etc/group'],
  ['/usr/bin/tr', 'a-z'],
];

let folder: string;
let registry: ChildProcess | undefined;
let port: number;

const sh = (script: string): string =>
  execFileSync('sh', ['-ec', script], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });

/** All names below a root, with kinds, modes, owners, sizes of files and targets of links: what `find` of either side prints. */
const LISTING = "-printf '%P %y %m %U:%G %l\\n'";
/** A container has these from its guest. */
const OWN = ['proc', 'sys', 'dev', 'etc/hosts', 'etc/hostname', 'etc/resolv.conf'];

function sorted(listing: string): string[] {
  const isOwn = (line: string) => OWN.some((name) => line.startsWith(`${name} `) || line.startsWith(`${name}/`));
  return listing
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(' ') && !isOwn(line))
    .sort();
}

/**
 * The command that makes an archive of Debian's packages for i386. The host need not run their programs: they are not
 * configured.
 */
const unpacked = (packages: string, archive: string) => `
    mmdebstrap --mode=root --variant=extract --architectures=i386 --skip=check/qemu --include=${packages} \\
      bookworm ${archive} 'deb http://deb.debian.org/debian bookworm main' 2>> making.log`;

/** A dynamic program for i386 with the C library musl, and that library, as images of Alpine have them. */
function musl(root: string): void {
  writeFileSync(
    join(folder, 'hello.c'),
    `#include <stdio.h>
     #include <stdlib.h>
     int main(int count, char **words) { printf("%s, %s\\n", getenv("GREETING"), words[count - 1]); return 40 + count; }`,
  );
  sh(`
    ${unpacked('musl-dev', 'musl.tar')}
    mkdir musl
    tar -C musl -xf musl.tar
    library=musl/usr/lib/i386-linux-musl
    gcc -m32 -fno-pie -fno-stack-protector -nostdinc -isystem musl/usr/include/i386-linux-musl -c hello.c -o hello.o
    ld -m elf_i386 -dynamic-linker /lib/ld-musl-i386.so.1 -o hello $library/crt1.o $library/crti.o hello.o -Lmusl/lib/i386-linux-musl -l:libc.so $library/crtn.o
    mkdir -p ${root}/lib
    cp hello ${root}/hello
    cp -L musl/lib/ld-musl-i386.so.1 ${root}/lib/ld-musl-i386.so.1
  `);
}

/** Images by umoci: `debian` is a root by mmdebstrap with a second layer on it, `musl` two files. */
function makeImages(): void {
  sh(`
    ${unpacked('apt,bash,coreutils,findutils,perl-base,base-files', 'root.tar')}
    umoci init --layout images
    umoci new --image images:debian
    umoci unpack --image images:debian bundle
    tar -C bundle/rootfs -xf root.tar
    umoci repack --refresh-bundle --image images:debian bundle
  `);
  const root = join(folder, 'bundle/rootfs');
  mkdirSync(join(root, DEEP), { recursive: true });
  writeFileSync(join(root, DEEP, 'bottom'), 'reached\n');
  writeFileSync(join(root, 'etc/secret'), 'x', { mode: 0o600 });
  symlinkSync('/deep', join(root, 'shallow'));
  sh(`
    ln bundle/rootfs/etc/secret bundle/rootfs/etc/same
    chown 1000:50 bundle/rootfs/etc/secret
    rm -r bundle/rootfs/usr/share/doc
    mkdir -p bundle/rootfs/usr/share/doc/only
    umoci repack --image images:debian bundle
    umoci config --image images:debian --architecture 386 --config.cmd bash --config.env GREETING=hello --config.workingdir /usr
  `);
  chmodSync(join(folder, 'bundle'), 0o755);
  mkdirSync(join(folder, 'small/rootfs'), { recursive: true });
  musl('small/rootfs');
  sh(`
    umoci new --image images:musl
    umoci unpack --image images:musl small-bundle
    cp -a small/rootfs/. small-bundle/rootfs/
    umoci repack --image images:musl small-bundle
    umoci config --image images:musl --architecture 386 --config.entrypoint /hello --config.env GREETING=hello
  `);
}

/** Debian's registry on the loopback, with both images. */
async function startRegistry(): Promise<void> {
  port = await freePort();
  const config = join(folder, 'registry.yml');
  writeFileSync(
    config,
    `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${join(folder, 'registry')}\nhttp:\n  addr: 127.0.0.1:${port}\n`,
  );
  registry = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  (await connectWhenListening(port)).destroy();
  for (const name of ['debian', 'musl'])
    sh(`skopeo copy -q --dest-tls-verify=false oci:images:${name} docker://127.0.0.1:${port}/test/${name}:1`);
}

beforeAll(async () => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'images-'));
  makeImages();
  await startRegistry();
  sh(`
    skopeo copy -q oci:images:debian docker-archive:docker.tar:test/debian:1
    skopeo copy -q oci:images:debian oci-archive:oci.tar:debian
  `);
}, TIMEOUT);

afterAll(() => {
  registry?.kill();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const textOf = async (stream: ReadableStream<Uint8Array>) => await new Response(stream as BodyInit).text();

async function run(options: ContainerOptions): Promise<{ code: number; out: string; err: string }> {
  await using container = await Container.run(options);
  const [code, out, err] = await Promise.all([container.exited, textOf(container.stdout), textOf(container.stderr)]);
  return { code, out, err };
}

describe.skipIf(reason !== undefined)(
  `images that others make${reason ? `: ${reason}` : ''}`,
  { timeout: TIMEOUT },
  () => {
    const names: Record<string, () => string> = {
      "a folder in OCI's layout, by umoci": () => `${join(folder, 'images')}:debian`,
      'an archive as docker save writes it, by skopeo': () => join(folder, 'docker.tar'),
      "an archive of OCI's layout, by skopeo": () => join(folder, 'oci.tar'),
      'a name in a registry': () => `127.0.0.1:${port}/test/debian:1`,
    };

    test.each(Object.keys(names))('%s: programs of Debian run', async (name) => {
      const script = `apt-get --version | head -1; perl -e 'print 6 * 7, "\\n"'; cat /shallow/${DEEP.slice(5)}bottom;
      stat -c '%a %u:%g %h' /etc/same; ls /usr/share/doc; echo "$GREETING $PWD"; exit 3`;
      const { code, out, err } = await run({ image: names[name]!(), command: ['bash', '-c', script] });
      expect(out.split('\n').slice(1)).toEqual(['42', 'reached', '600 1000:50 2', 'only', 'hello /usr', '']);
      expect(out).toMatch(/^apt \d\S* \(i386\)/);
      expect([code, err]).toEqual([3, '']);
    });

    test('every file is as umoci unpacks it on the host', async () => {
      const host = sh(`umoci unpack --image images:debian again; find again/rootfs -xdev -mindepth 1 ${LISTING}`);
      const image = names['a name in a registry']!();
      const { out, err } = await run({ image, command: ['bash', '-c', `find / -xdev -mindepth 1 ${LISTING}`] });
      expect(err).toBe('');
      const [ours, theirs] = [sorted(out), sorted(host)];
      expect(theirs.length).toBeGreaterThan(1000);
      expect(ours.filter((line) => !theirs.includes(line))).toEqual([]);
      expect(theirs.filter((line) => !ours.includes(line))).toEqual([]);
    });

    test.skipIf(emulator === undefined)(
      "single programs do what they do on the host's kernel, in a root by umoci",
      async () => {
        sh(
          `umoci unpack --image images:debian beside; cp ${emulator} beside/rootfs/emulator; chmod 755 beside/rootfs/emulator`,
        );
        await using container = await Container.run({
          image: names["a folder in OCI's layout, by umoci"]!(),
          command: ['sleep', 'infinity'],
        });
        for (const command of commands) {
          const { status, stdout, stderr } = spawnSync('chroot', ['beside/rootfs', '/emulator', ...command], {
            cwd: folder,
            env: environment,
            encoding: 'utf8',
          });
          const ours = await container.exec({ command, environment, directory: '/' });
          const [code, out, err] = await Promise.all([ours.exited, textOf(ours.stdout), textOf(ours.stderr)]);
          expect([command, code, out, err]).toEqual([command, status, stdout, stderr]);
        }
      },
    );

    test('a program with the C library musl runs', async () => {
      const image = `127.0.0.1:${port}/test/musl:1`;
      expect(await run({ image, command: ['world'] })).toEqual({ code: 42, out: 'hello, world\n', err: '' });
    });

    test('a tag that the registry lacks is an error that names it', async () => {
      const image = `127.0.0.1:${port}/test/musl:2`;
      await expect(Container.run({ image })).rejects.toThrow(`127.0.0.1:${port}/test/musl:2`);
    });
  },
);
