/** Where a link that came with data may lead: a page of ours, or another over https; else nowhere. */

export function safeHref(address: string): string | undefined {
  if (/^\/(?![/\\])/.test(address)) return address;
  return /^https:\/\//.test(address) ? address : undefined;
}
