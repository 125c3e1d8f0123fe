/** RFC 5321 section 4.5.3.1.3, without the angle brackets. */
const ADDRESS_MAX_CHARS = 254;
const LOCAL_PART_MAX_CHARS = 64;
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** Dot-atoms before the @ (RFC 5322 section 3.4.1), a host name of two labels or more after it; nothing quoted. */
const ADDRESS = new RegExp(`^(${ATOM}(?:\\.${ATOM})*)@${LABEL}(?:\\.${LABEL})+$`);

/** Whether mail can be sent there as it is written. */
export function isMailAddress(text: string): boolean {
  if (text.length > ADDRESS_MAX_CHARS) return false;
  const local = ADDRESS.exec(text)?.[1];
  return local !== undefined && local.length <= LOCAL_PART_MAX_CHARS;
}
