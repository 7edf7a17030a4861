import { ConfigurationError } from '../util/errors.ts';

/** The name of an image in a registry. */
export interface ImageReference {
  /** Host of the registry, with its port where one is given: "docker.io", "localhost:5000". */
  readonly registry: string;
  /** The repository's path there: "library/alpine". */
  readonly repository: string;
  /** The tag, or a digest, which takes precedence. */
  readonly tag: string;
  readonly digest: string | undefined;
}

/** Docker's rules for names (distribution/reference: path-component, tag, digest). */
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const REGISTRY = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\.[A-Za-z0-9-]+)*(?::\d{1,5})?$/;
const MOST_NAME = 255;
const MOST_PORT = 65_535;

/** Digests are by SHA-256 alone: the one algorithm that registries use. */
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** True for a digest such as "sha256:…", with 64 hexadecimal digits. */
export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && DIGEST.test(text);
}

/**
 * The parts of a name such as "alpine", "localhost:5000/x:1" or "ghcr.io/a/b@sha256:…", with Docker's defaults: the
 * registry docker.io, there the user `library`, and the tag `latest`.
 * @throws ConfigurationError
 */
export function parseReference(text: string): ImageReference {
  const fail = (why: string): never => {
    throw new ConfigurationError(`'${text}' is no name of an image: ${why}`);
  };
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0) fail('it has more than one @');
  if (digest !== undefined && !isDigest(digest)) fail('what follows the @ must be sha256: and 64 hexadecimal digits');
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : 'latest';
  if (!TAG.test(tag)) fail(`'${tag}' is no tag`);
  const path = (hasTag ? named.slice(0, colon) : named).split('/');
  const first = path[0]!;
  const hasRegistry = path.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  const registry = hasRegistry ? first : 'docker.io';
  if (!REGISTRY.test(registry) || Number(registry.split(':')[1] ?? 1) > MOST_PORT) fail(`'${registry}' is no host`);
  const components = hasRegistry ? path.slice(1) : path;
  const wrong = components.find((component) => !COMPONENT.test(component));
  if (wrong !== undefined) fail(`'${wrong}' is no part of one (small letters, digits, and . _ - between them)`);
  const isOfficial = registry === 'docker.io' && components.length === 1;
  const repository = `${isOfficial ? 'library/' : ''}${components.join('/')}`;
  if (repository.length > MOST_NAME) fail('it is too long');
  return { registry, repository, tag, digest };
}

/** The name in full, as it is kept and shown. */
export function referenceText({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`;
}
