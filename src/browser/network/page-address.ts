/**
 * The address that a page asks for in the place of another one: a page that came encrypted may ask only for what is, so requests to
 * port 80 go to port 443.
 * @param page an address of the page's files
 * @throws TypeError for an address that is none
 */
export function addressForPage(address: string, page = import.meta.url): string {
  const url = new URL(address);
  if (page.startsWith('https:') && url.protocol === 'http:' && url.port === '') url.protocol = 'https:';
  return url.href;
}
