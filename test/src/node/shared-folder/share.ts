import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NinepSession } from '../../../../src/ninep/session.ts';
import { openFolder } from '../../../../src/node/shared-folder/index.ts';
import type { SecurityModelName } from '../../../../src/shares/options.ts';
import { NinepClient, NinepError } from '../../../support/ninep-client.ts';

/** A shared folder for a test, with its client, in a folder that has other files beside it. */
export class Share implements AsyncDisposable {
  /** The folder around the shared one: nothing here is for the guest. */
  readonly outside: string;
  readonly folder: string;
  readonly session: NinepSession;
  readonly client: NinepClient;

  private constructor(outside: string, session: NinepSession, client: NinepClient) {
    this.outside = outside;
    this.folder = join(outside, 'shared');
    this.session = session;
    this.client = client;
  }

  /** `prepare` fills the folder before it is shared. */
  static async open(
    securityModel: SecurityModelName,
    { isReadOnly = false, prepare = (_folder: string, _outside: string) => {} } = {},
  ): Promise<Share> {
    const outside = mkdtempSync(join(tmpdir(), 'share-'));
    mkdirSync(join(outside, 'shared'));
    prepare(join(outside, 'shared'), outside);
    const session = new NinepSession(await openFolder(join(outside, 'shared'), { securityModel }), isReadOnly);
    return new Share(outside, session, await NinepClient.mount(session));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.close();
    rmSync(this.outside, { recursive: true });
  }
}

/** The number of the error that an answer is; 0: it is none. */
export async function errnoOf(answer: Promise<unknown>): Promise<number> {
  try {
    await answer;
    return 0;
  } catch (error) {
    if (error instanceof NinepError) return error.errno;
    throw error;
  }
}
