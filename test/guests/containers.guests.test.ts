import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assemble } from '../../runtime/firmware/assembler/index.ts';
import { Container, type ContainerOptions } from '../../src/index.ts';
import { busyboxApplets } from '../../src/node/linux/busybox.ts';
import { rawTar, tarOf, testImage, writeDockerArchive, writeLayout } from '../support/container-images.ts';
import { findLinux } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;
const FILES = 20_000;
const found = await findLinux();

let folder: string;
let image: string;

/** A program for i386 that prints its effective user, a number of one digit. */
function effectiveUser(): Uint8Array {
  return assemble(`
    bits 32
    org 0x08048000
    file:   db 0x7F, 0x45, 0x4C, 0x46, 1, 1, 1, 0
            times 8 db 0
            dw 2, 3
            dd 1, start, 52, 0, 0
            dw 52, 32, 1, 40, 0, 0
            dd 1, 0, file, file, file_end - file, file_end - file, 7, 0x1000
    start:  mov     eax, 49                 ; geteuid
            int     0x80
            add     [digit], al
            mov     ebx, 1
            mov     ecx, digit
            mov     edx, 2
            mov     eax, 4                  ; write
            int     0x80
            xor     ebx, ebx
            mov     eax, 1                  ; exit
            int     0x80
    digit:  db 0x30, 10
    file_end:
  `).bytes;
}

/** A folder with Debian's static busybox for i386, and two users. */
function busyboxRoot(program: Uint8Array): string {
  const root = join(folder, 'root');
  for (const name of ['bin', 'etc', 'many', 'home/user']) mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, 'bin/busybox'), program, { mode: 0o755 });
  for (const applet of busyboxApplets(program))
    if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/home/someone:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nuser:x:1000:\naudio:x:29:user\n');
  writeFileSync(join(root, 'bin/effective-user'), effectiveUser());
  execFileSync('chmod', ['4755', join(root, 'bin/effective-user')]);
  execFileSync('ln', [join(root, 'etc/passwd'), join(root, 'etc/same')]);
  for (let n = 0; n < FILES; n++) writeFileSync(join(root, `many/${n}`), `${n}\n`);
  return root;
}

beforeAll(() => {
  if (typeof found === 'string') return;
  folder = mkdtempSync(join(tmpdir(), 'containers-'));
  const upper = rawTar([
    { name: 'many/.wh.7' },
    { name: 'etc/owned', mode: 0o640, user: 1000, data: Buffer.from('mine\n') },
    { name: 'etc/disk', type: '4', mode: 0o660, device: [8, 17] },
    { name: 'etc/bad/damaged', mode: 0o755, data: Buffer.from('no program\n') },
    { name: 'etc/good/damaged', mode: 0o755, data: Buffer.from('#!/bin/true\n') },
  ]);
  const layers = [tarOf(busyboxRoot(found.busybox)), upper];
  const built = testImage(layers, { Cmd: ['sh', '-c', 'echo default'], Env: ['FROM_IMAGE=1'], WorkingDir: '/work' });
  image = writeLayout(join(folder, 'layout'), built);
  writeDockerArchive(join(folder, 'docker.tar'), built.config, layers);
}, TIMEOUT);

afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const textOf = async (stream: ReadableStream<Uint8Array>) => await new Response(stream as BodyInit).text();

async function run(options: Omit<ContainerOptions, 'image'>, input?: string): Promise<Ended> {
  await using container = await Container.run({ image, ...options, ...(input !== undefined && { input: true }) });
  if (input !== undefined) {
    const writer = container.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  }
  const [code, out, err] = await Promise.all([container.exited, textOf(container.stdout), textOf(container.stderr)]);
  return { code, out, err };
}

const shell = (script: string): { command: string[] } => ({ command: ['sh', '-c', script] });

describe.skipIf(typeof found === 'string')('containers', { timeout: TIMEOUT }, () => {
  test('the command of the image, with its variables and directory; output, errors and exit code come apart', async () => {
    expect(await run({})).toEqual({ code: 0, out: 'default\n', err: '' });
    const script = 'echo $FROM_IMAGE $OWN $PWD $HOME; echo wrong >&2; exit 7';
    expect(await run({ ...shell(script), environment: { OWN: "it's 2" } })).toEqual({
      code: 7,
      out: "1 it's 2 /work /root\n",
      err: 'wrong\n',
    });
  });

  test('files have the modes, owners, links, devices and whiteouts of the layers, all of them', async () => {
    const script = `stat -c '%a %u:%g %h' /bin/effective-user /etc/same; stat -c '%a %u %t:%T' /etc/owned /etc/disk; ls /many | wc -l;
      cat /many/* | md5sum; ls /many/7 2>/dev/null || echo gone; date +%s`;
    const { out } = await run(shell(script));
    const numbers = Array.from({ length: FILES }, (_, n) => `${n}`)
      .filter((name) => name !== '7')
      .sort();
    const md5 = execFileSync('md5sum', { input: numbers.map((name) => `${name}\n`).join('') })
      .toString()
      .slice(0, 32);
    const lines = out.trimEnd().split('\n');
    expect(lines.slice(0, -1)).toEqual([
      '4755 0:0 1',
      '644 0:0 2',
      '640 1000 0:0',
      '660 0 8:11',
      String(FILES - 1),
      `${md5}  -`,
      'gone',
    ]);
    // The clock is the host's, however old the kept machine is.
    expect(Math.abs(Number(lines.at(-1)) - Date.now() / 1000)).toBeLessThan(120);
  });

  test('standard input comes as it is, and ends; whoever the user is', async () => {
    const input = 'x'.repeat(99_999);
    const { out } = await run(
      { ...shell('wc -c; id; effective-user'), user: 'user', directory: '/home/someone' },
      input,
    );
    expect(out).toBe('99999\nuid=1000(user) gid=1000(user) groups=29(audio),1000(user)\n0\n');
  });

  test('commands that are not there, and those that cannot be started, have the codes that chroot(1) of the host gives', async () => {
    for (const command of ['nosuch', '/etc/passwd', '/nowhere/at/all']) {
      // The host need not run programs for i386: what is not there, or no program, is the same for it.
      const host = await new Promise<number | null>((resolve) => {
        spawn('chroot', [join(folder, 'root'), command]).on('close', resolve);
      });
      const { code, err } = await run({ command: [command] });
      expect([command, code]).toEqual([command, host]);
      expect(err).toContain(command);
    }
  });

  test('a file of PATH that is no program cannot be started (126); later directories are looked in first', async () => {
    const inPath = async (PATH: string) => (await run({ command: ['damaged'], environment: { PATH } })).code;
    expect(await inPath('/etc/bad:/nowhere')).toBe(126);
    expect(await inPath('/etc/passwd:/nowhere')).toBe(127);
    expect(await inPath('/etc/bad:/etc/good')).toBe(0);
  });
});

describe.skipIf(typeof found === 'string')('what a container has of its host', { timeout: TIMEOUT }, () => {
  test('folders of the host, read-only images, directories in memory; no network', async () => {
    const shared = join(folder, 'shared');
    mkdirSync(shared);
    writeFileSync(join(shared, 'in'), 'from the host\n');
    const { out, code } = await run({
      ...shell(
        'cat /a/b/in; echo back >/a/b/out; echo x >/r/no || echo x >/no || touch /t/yes && ls /t; cat /sys/class/net/eth0/operstate',
      ),
      volumes: [
        { folder: shared, path: '/a/b' },
        { folder: shared, path: '/r', readOnly: true },
      ],
      readOnly: true,
      tmpfs: { '/t': 'size=1m' },
    });
    expect([out, code]).toEqual(['from the host\nyes\ndown\n', 0]);
    expect(readFileSync(join(shared, 'out'), 'utf8')).toBe('back\n');
  });

  test('signals reach a command that has a handler, and those behind an init; exec runs beside it', async () => {
    const waiting = "trap 'echo caught; exit 5' TERM; echo waiting; while :; do sleep 1; done";
    await using container = await Container.run({ image, ...shell(waiting) });
    const reader = container.stdout.getReader();
    const first = new TextDecoder().decode((await reader.read()).value);
    expect(first).toBe('waiting\n');
    const beside = await container.exec({ command: ['sh', '-c', 'echo $FROM_IMAGE; cat'], input: true });
    const writer = beside.stdin.getWriter();
    await writer.write(new TextEncoder().encode('to exec'));
    await writer.close();
    expect(await textOf(beside.stdout)).toBe('1\nto exec');
    expect(await beside.exited).toBe(0);
    await container.kill('SIGTERM');
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('caught\n');
    expect(await container.exited).toBe(5);
    await using init = await Container.run({ image, command: ['sleep', '600'], init: true });
    await init.kill('TERM');
    expect(await init.exited).toBe(143);
  });

  test('what a process has not read is no input of the next one that has its streams', async () => {
    await using container = await Container.run({ image, command: ['sleep', '600'] });
    for (let n = 0; n < 5; n++) {
      const deaf = await container.exec({ command: ['true'], input: true });
      const writer = deaf.stdin.getWriter();
      await writer.write(new TextEncoder().encode('x'.repeat(100_000))).catch(() => {});
      expect(await deaf.exited).toBe(0);
    }
    const next = await container.exec({ command: ['cat'] });
    expect(await textOf(next.stdout)).toBe('');
  });

  test('commands that begin at once on streams that others had have their outputs and codes', async () => {
    await using container = await Container.run({ image, command: ['sleep', '600'] });
    const told = async (round: number, n: number) => {
      const one = await container.exec({ command: ['sh', '-c', `echo ${round} ${n}; exit ${n}`] });
      return [await textOf(one.stdout), await one.exited];
    };
    for (let round = 0; round < 80; round++)
      expect(await Promise.all([1, 2, 3].map((n) => told(round, n)))).toEqual(
        [1, 2, 3].map((n) => [`${round} ${n}\n`, n]),
      );
  });
});

describe.skipIf(typeof found === 'string')('a container ends early', { timeout: TIMEOUT }, () => {
  test('by an aborted signal, as its start does', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    await using container = await Container.run({ image, command: ['sleep', '600'], signal });
    const late = Container.run({ image, command: ['sleep', '600'], signal });
    controller.abort(new Error('enough'));
    await expect(container.exited).rejects.toThrow('enough');
    await expect(late).rejects.toThrow('enough');
    await expect(Container.run({ image, signal })).rejects.toThrow('enough');
  });

  test('by its time limit', async () => {
    await using container = await Container.run({ image, command: ['sleep', '600'], timeLimit: 1000 });
    await expect(container.exited).rejects.toThrow('was ended after 1000 ms');
  });
});

describe.skipIf(typeof found === 'string')('container run', { timeout: TIMEOUT }, () => {
  test('the command line: an archive of docker save, standard streams, the exit code', () => {
    const words = [
      'src/cli/main.mjs',
      'container',
      'run',
      '-i',
      '-e',
      'A=b c',
      '-w',
      '/new',
      join(folder, 'docker.tar'),
    ];
    const script = 'cat; echo $A $PWD; echo bad >&2; exit 9';
    let failed: { status: number; stdout: string; stderr: string } | undefined;
    try {
      execFileSync(process.execPath, [...words, 'sh', '-c', script], { input: 'in\n', encoding: 'utf8' });
    } catch (error) {
      failed = error as typeof failed;
    }
    expect([failed?.status, failed?.stdout]).toEqual([9, 'in\nb c /new\n']);
    expect(failed?.stderr).toMatch(/bad\n$/);
  });
});
