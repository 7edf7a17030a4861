import { checkedBoolean, checkedBytes, checkNames, isBytes, shown } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';

/** A file's content: a text, which becomes UTF-8, bytes, or a Blob. */
export type ShareContent = string | Uint8Array | ArrayBuffer | Blob;

/** A file of a share, with more than its contents. */
export interface ShareFileSettings {
  /** The file's content. */
  readonly content: ShareContent;
  /** Whether the guest's programs may run it: mode 0755 in the place of 0644. Default: false. */
  readonly executable?: boolean;
}

/** A file of a share: its contents, or these with what else it is to be like. */
export type ShareFile = ShareContent | ShareFileSettings;

function isContent(value: unknown): value is ShareContent {
  return typeof value === 'string' || isBytes(value) || value instanceof Blob;
}

/**
 * A file that callers without types give.
 * @throws ConfigurationError that begins with `what`
 */
export function checkedFile(what: string, file: ShareFile): ShareFileSettings {
  if (!isContent(file)) checkNames(what, file, ['content', 'executable']);
  const { content, executable } = isContent(file) ? { content: file } : file;
  if (!isContent(content))
    throw new ConfigurationError(
      `${what} holds ${shown(content as unknown)}; give a text, a Uint8Array, an ArrayBuffer or a Blob`,
      isContent(file) ? undefined : 'content',
    );
  return executable === undefined
    ? { content }
    : { content, executable: atOption('executable', () => checkedBoolean(`${what}.executable`, executable)) };
}

/** The bytes of contents. */
export async function bytesOf(content: ShareContent): Promise<Uint8Array> {
  if (typeof content === 'string') return new TextEncoder().encode(content);
  return checkedBytes('the contents', content instanceof Blob ? await content.arrayBuffer() : content);
}
