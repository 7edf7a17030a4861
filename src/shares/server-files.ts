import type { SharedFiles } from './files.ts';
import { planShares } from './options.ts';
import type { ServerFolder } from './server/server-folder.ts';
import { MachineShare, type ShareHost } from './share.ts';

/**
 * The files of a web server's folder, for a program alone: no guest shares them.
 * @param log hears once of each file whose contents could not be had
 * @throws ConfigurationError
 */
export async function filesOfServer(
  server: ServerFolder,
  host: ShareHost,
  log: (message: string) => void,
): Promise<SharedFiles> {
  const [plan] = planShares([{ tag: 'server', server }]);
  const share = new MachineShare(plan!, host, log);
  await share.open(false);
  return share.files!;
}
