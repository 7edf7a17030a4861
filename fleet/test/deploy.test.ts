import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const folder = join(import.meta.dirname, '..');
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');

/** Containers of the fleet's own image, with the words of its command, and variables that it gets. */
interface Container {
  readonly words: readonly string[];
  readonly variables: readonly string[];
}

function fleet(...words: readonly string[]): string {
  const main = ['--conditions=rawiron-source', join(folder, 'src/cli/main.ts')];
  return execFileSync(process.execPath, [...main, ...words], { encoding: 'utf8' });
}

const help = fleet('--help', 'all');

/** Flags of a command that it does not have. */
function unknownFlags([command, ...words]: readonly string[]): string[] {
  const section = help.split(/^(?=rawiron-fleet )/m).find((text) => text.startsWith(`rawiron-fleet ${command}`)) ?? '';
  return words.filter((word) => word.startsWith('--') && !section.includes(`\n    ${word} `));
}

function expectFleet(containers: readonly Container[]): void {
  expect(containers.map(({ words }) => words[0]).sort()).toEqual(['gateway', 'host', 'worker']);
  for (const { words, variables } of containers) {
    expect(unknownFlags(words)).toEqual([]);
    expect(variables).toEqual(expect.arrayContaining(['RAWIRON_REDIS', 'RAWIRON_STORE']));
  }
}

/** A setting of a manifest, which is not looked at further. */
type Setting = Record<string, never>;

/** A document of the manifest, as far as it is about probes and budgets. */
interface Probed {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector: { readonly matchLabels: { readonly app: string } };
    readonly template?: {
      readonly spec: {
        readonly containers: readonly {
          readonly args: readonly string[];
          readonly ports: readonly { readonly containerPort: number }[];
          readonly livenessProbe: { readonly httpGet: object };
          readonly readinessProbe: { readonly httpGet: object };
        }[];
      };
    };
  };
}

test('--help has a line for each command', () => {
  const lines = fleet('--help').split('\n');
  const sections = help.match(/^rawiron-fleet .+/gm)!;
  expect(lines.filter((line) => line.startsWith('  '))).toHaveLength(sections.length);
  for (const section of sections) expect(lines.join('\n')).toContain(`\n  ${section.replace('rawiron-fleet ', '')} `);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(130);
});

describe('the file for compose', () => {
  test('has commands and flags that there are, and a Redis that keeps what it has acknowledged', () => {
    const { services, volumes } = parse(textOf('compose.yaml'), { merge: true }) as {
      services: Record<
        string,
        { image: string; entrypoint?: string[]; command: string[]; environment: Setting; volumes: string[] }
      >;
      volumes: Setting;
    };
    const own = Object.values(services).filter(({ image }) => image === 'rawiron-fleet');
    expectFleet(own.map(({ command, environment }) => ({ words: command, variables: Object.keys(environment) })));
    expect(services.redis!.command.join(' ')).toContain('--appendonly yes --appendfsync always');
    const { entrypoint } = services.host!;
    expect(entrypoint!.slice(0, 2)).toEqual(['sh', '-c']);
    // Compose makes one of two dollar signs.
    const script = entrypoint![2]!.replaceAll('$$', '$').replace(/^exec node \S+/, 'echo');
    expect(execFileSync('sh', ['-c', script, 'host', 'host', '--uid', '5'], { encoding: 'utf8' })).toMatch(
      /^host --uid 5 --listen [\d.:a-f]/,
    );
    for (const { volumes: mounts } of Object.values(services))
      for (const mount of mounts) expect(Object.keys(volumes)).toContain(mount.split(':')[0]);
  });
});

describe('files for Kubernetes and images', () => {
  test('the manifest for Kubernetes has too, and names that lead to each other', () => {
    const documents = parseAllDocuments(textOf('kubernetes.yaml'));
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    const all = documents.map((document) => document.toJS()) as {
      kind: string;
      metadata: { name: string; namespace?: string };
      data?: Setting;
      stringData?: Setting;
      spec: { template: { spec: { containers: { args: string[]; envFrom?: Setting[] }[] } } };
    }[];
    const variables = all.flatMap(({ data, stringData }) => Object.keys({ ...data, ...stringData }));
    const members = all.filter(
      ({ kind, metadata }) => kind === 'Deployment' || (kind === 'StatefulSet' && metadata.name !== 'redis'),
    );
    expectFleet(members.map(({ spec: { template } }) => ({ words: template.spec.containers[0]!.args, variables })));
    const named = all.filter(({ kind }) => kind !== 'Namespace');
    expect(new Set(named.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['rawiron-fleet']));
    const given = new Set(all.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    // Names of drained hosts outlast their pods.
    for (const name of ['Service host', 'StatefulSet host']) expect(given).toContain(name);
    for (const name of ['ConfigMap fleet', 'Secret fleet-store', 'Service redis', 'StatefulSet redis'])
      expect(given).toContain(name);
  });

  test('the manifest has probes where programs answer them, and budgets of disruption for each', () => {
    const all = parseAllDocuments(textOf('kubernetes.yaml')).map((document) => document.toJS()) as Probed[];
    const programs = all.filter(
      ({ kind, metadata }) => kind === 'Deployment' || (kind === 'StatefulSet' && metadata.name !== 'redis'),
    );
    for (const { spec } of programs) {
      const { args, ports, livenessProbe, readinessProbe } = spec.template!.spec.containers[0]!;
      const [, port] = args[args.indexOf('--health') + 1]!.split(':');
      expect(livenessProbe.httpGet).toEqual({ path: '/healthz', port: Number(port) });
      expect(readinessProbe.httpGet).toEqual({ path: '/readyz', port: Number(port) });
      expect(ports.map(({ containerPort }) => containerPort)).toContain(Number(port));
    }
    const budgets = all.filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets.map(({ spec }) => spec.selector.matchLabels.app).sort()).toEqual(
      programs.map(({ spec }) => spec.selector.matchLabels.app).sort(),
    );
  });

  test('the image is made of the lock file, and runs the command', () => {
    const lines = textOf('Dockerfile').split('\n');
    expect(lines.filter((line) => line.startsWith('RUN '))).toEqual([
      'RUN npm ci --omit=dev --ignore-scripts',
      'RUN npm run dependencies',
    ]);
    const [entry] = lines.filter((line) => line.startsWith('ENTRYPOINT '));
    expect(JSON.parse(entry!.slice('ENTRYPOINT '.length))).toEqual(['node', '/rawiron/fleet/bin/rawiron-fleet.mjs']);
  });
});
