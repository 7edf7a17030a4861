/** Many servers send a page, with the status of success, in the place of what they don't have. */
const sendsPage = ({ ok, headers }: Response): boolean =>
  ok && /^text\/html\b/i.test(headers.get('content-type')?.trim() ?? '');

/** Why an answer has no image in it; undefined: it may have one. */
export function whyNoImage(response: Response): string | undefined {
  const { ok, status, statusText } = response;
  if (sendsPage(response)) return 'the server sends a page (text/html) in its place, as many do for what is not there';
  return ok ? undefined : `the server answers ${status} ${statusText}`.trimEnd();
}
