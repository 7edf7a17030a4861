import { ConfigurationError } from '../util/errors.ts';
import { isDigest } from './reference.ts';

/** A blob of an image: by what it is found, and what its bytes must be. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** The parts of an image. */
export interface ImageManifest {
  readonly config: Descriptor;
  /** The lowest one first. */
  readonly layers: readonly Descriptor[];
}

/** The answer of a registry or layout for a name: one image, or one for each of several platforms. */
export type Manifest =
  | { readonly kind: 'image'; readonly image: ImageManifest }
  | { readonly kind: 'index'; readonly manifests: readonly IndexEntry[] };

/** One image of an index. */
export interface IndexEntry extends Descriptor {
  readonly annotations: Readonly<Record<string, string>>;
  readonly platform: { readonly os: string; readonly architecture: string; readonly variant?: string } | undefined;
}

/** The part of the image's configuration that a run needs (OCI image specification, config.md). */
export interface ImageConfig {
  /** Go's name of the processor, such as 386. */
  readonly architecture: string;
  /** Go's name of the system: linux. */
  readonly os: string;
  /** Digests of the layers' contents, unpacked; the lowest one first. */
  readonly diffIds: readonly string[];
  /** The words that come before the command. */
  readonly entrypoint: readonly string[];
  /** The words that run where a container is given none. */
  readonly command: readonly string[];
  /** NAME=VALUE. */
  readonly environment: readonly string[];
  /** The directory that it starts in; empty: the root. */
  readonly directory: string;
  /** As USER has it: a name or number, and a group after a colon; empty: root. */
  readonly user: string;
  /** Paths that hold data of their own. */
  readonly volumes: readonly string[];
  /** The signal that asks it to end, such as SIGTERM; empty: none is named. */
  readonly stopSignal: string;
  /** Labels by their names. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Media types of manifests, as a registry is asked for them. */
export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;

/** Bytes of a manifest or a configuration at most, as registries have it. */
export const MOST_DOCUMENT = 4 << 20;
/** Layers of an image at most. */
export const MOST_LAYERS = 512;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a manifest. @param name what messages call it
 * @throws ConfigurationError
 */
export function parseManifest(bytes: Uint8Array, name: string): Manifest {
  const document = documentOf(bytes, name);
  if (document.schemaVersion === 1)
    throw new ConfigurationError(`${name} is a manifest of schema 1, which was given up in 2017; push the image again`);
  if (Array.isArray(document.manifests))
    return { kind: 'index', manifests: document.manifests.map((entry) => indexEntry(entry, name)) };
  return { kind: 'image', image: imageManifest(document, name) };
}

function imageManifest(document: Fields, name: string): ImageManifest {
  const { config, layers } = document;
  if (!Array.isArray(layers) || layers.length > MOST_LAYERS)
    throw new ConfigurationError(`${name} is no manifest of an image: it has no list of at most ${MOST_LAYERS} layers`);
  return { config: descriptor(config, name), layers: layers.map((layer) => descriptor(layer, name)) };
}

function descriptor(value: unknown, name: string): Descriptor {
  const { mediaType, digest, size } = fieldsOf(value);
  if (!isDigest(digest) || !Number.isSafeInteger(size) || (size as number) < 0)
    throw new ConfigurationError(`${name} has a part without a digest of SHA-256 and a size`);
  return { mediaType: textOf(mediaType), digest, size: size as number };
}

function indexEntry(value: unknown, name: string): IndexEntry {
  const { platform, annotations } = fieldsOf(value);
  const { os, architecture, variant } = fieldsOf(platform);
  const isKnown = typeof os === 'string' && typeof architecture === 'string';
  return {
    ...descriptor(value, name),
    annotations: textsOf(annotations),
    platform: isKnown ? { os, architecture, ...(typeof variant === 'string' && { variant }) } : undefined,
  };
}

/**
 * The image of an index that can run here: linux/386, or the only one, whose configuration then says what it is for.
 * @throws ConfigurationError that names the platforms which there are
 */
export function chosenImage(manifests: readonly IndexEntry[], name: string): IndexEntry {
  const found = manifests.find(({ platform }) => platform?.os === 'linux' && platform.architecture === '386');
  if (found !== undefined) return found;
  const [only, ...more] = manifests;
  if (only !== undefined && more.length === 0 && only.platform === undefined) return only;
  const names = manifests.map(({ platform }) => (platform ? `${platform.os}/${platform.architecture}` : 'unknown'));
  throw new ConfigurationError(
    `${name} has no image for linux/386; it has ${names.length === 0 ? 'none' : [...new Set(names)].join(', ')}`,
  );
}

/**
 * Reads an image's configuration.
 * @throws ConfigurationError, also where it is for another platform
 */
export function parseConfig(bytes: Uint8Array, name: string): ImageConfig {
  const document = documentOf(bytes, name);
  const { architecture, os } = document;
  if (architecture !== '386' || os !== 'linux')
    throw new ConfigurationError(
      `${name} is for ${textOf(os) || 'an unknown system'}/${textOf(architecture) || 'an unknown processor'}; linux/386 is what runs here`,
    );
  const config = fieldsOf(document.config);
  const diffIds = fieldsOf(document.rootfs).diff_ids;
  if (!Array.isArray(diffIds) || !diffIds.every(isDigest))
    throw new ConfigurationError(`${name} does not say what its layers unpack to (rootfs.diff_ids)`);
  return {
    architecture,
    os,
    diffIds,
    entrypoint: listOf(config.Entrypoint),
    command: listOf(config.Cmd),
    environment: listOf(config.Env),
    directory: textOf(config.WorkingDir) || '/',
    user: textOf(config.User),
    volumes: Object.keys(fieldsOf(config.Volumes)),
    stopSignal: textOf(config.StopSignal) || 'SIGTERM',
    labels: textsOf(config.Labels),
  };
}

/** A JSON document that is an object. */
function documentOf(bytes: Uint8Array, name: string): Fields {
  const document = jsonOf(bytes, name);
  if (document === null || typeof document !== 'object' || Array.isArray(document))
    throw new ConfigurationError(`${name} is no object of JSON`);
  return document as Fields;
}

/** A JSON document. */
export function jsonOf(bytes: Uint8Array, name: string): unknown {
  if (bytes.length > MOST_DOCUMENT)
    throw new ConfigurationError(`${name} has ${bytes.length} bytes; ${MOST_DOCUMENT} are possible`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ConfigurationError(`${name} is no JSON (${(error as Error).message})`);
  }
}

/** The fields of a value that came as JSON: none, if it is no object. */
export function fieldsOf(value: unknown): Fields {
  return value !== null && typeof value === 'object' ? (value as Fields) : {};
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
/** The texts of a value that came as JSON: none, if it is no list. */
export const listOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

function textsOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fieldsOf(value)).filter(([, text]) => typeof text === 'string')) as Record<
    string,
    string
  >;
}
