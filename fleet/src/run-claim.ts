import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { FleetError } from './error.ts';
import { runScript } from './redis.ts';
import { KEPT, type Run } from './run.ts';
import { tenantOf } from './tenants/names.ts';

/** Makes a claim, unless there is one. ARGV: the run, a digest of what was asked for, seconds. The run that has it, its digest, and whether it was made. */
const CLAIM = `
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'run', ARGV[1], 'digest', ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
end
return redis.call('HMGET', KEYS[1], 'run', 'digest', 'made')
`;

/** An idempotency key in Redis, and the one run that was submitted by it (IETF draft "The Idempotency-Key HTTP Header Field"). */
export class RunClaim {
  /** The run that has the key. */
  readonly id: string;
  /** Whether nobody has asked with this key before. */
  readonly isOwn: boolean;
  readonly #redis: Redis;
  readonly #name: string;
  readonly #isMade: boolean;

  private constructor(redis: Redis, name: string, id: string, isOwn: boolean, isMade: boolean) {
    [this.#redis, this.#name, this.id, this.isOwn, this.#isMade] = [redis, name, id, isOwn, isMade];
  }

  /**
   * Claims a key of a tenant for a run, unless another one has it.
   * @param image the name that was given for the run's image
   * @throws FleetError for what is no key, or one that something else was submitted with
   */
  static async make(redis: Redis, key: string, offered: Run, image: string): Promise<RunClaim> {
    if (!/^[\x21-\x7e]{1,255}$/.test(key))
      throw new FleetError('an idempotency key has 1 to 255 visible characters of ASCII, such as a UUID');
    const { id, work, count, timeout, tries, limits } = offered;
    const digest = hash('sha256', JSON.stringify([image, work, count, timeout, tries, limits]));
    const name = `rawiron:run-key:${hash('sha256', `${tenantOf(id)}/${key}`)}`;
    const [run, known, made] = (await runScript(redis, CLAIM, 1, name, id, digest, KEPT)) as (string | null)[];
    if (known !== digest)
      throw new FleetError('something else was submitted with this idempotency key; give each run a key of its own');
    return new RunClaim(redis, name, run!, run === id, made !== null);
  }

  /** @throws FleetError if its run was there, and is not any more */
  refuseGone(): void {
    if (this.#isMade)
      throw new FleetError('the run of this idempotency key was cancelled, or is over for more than a week');
  }

  /** The run is there. */
  async confirm(): Promise<void> {
    await this.#redis.hset(this.#name, 'made', 1);
  }
}
