/** Of the name without its ending, in characters; with the ending it fits every file system. */
const NAME_MAX_CHARS = 100;

/** Control and format characters (what turns text around among them), surrogates, and line separators. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
/** What some file system gives a meaning to; with `%`, which some browsers would decode. */
const RESERVED = /[<>:"|?*%]/g;

/**
 * `Content-Disposition` that saves a proof beside its file (RFC 6266): `<filename>.ots` without any folder, twice when
 * it is not plain ASCII. The name is only a proposal, and a hostile one comes out as a harmless one.
 */
export function proofDisposition(filename: string, fallback: string): string {
  const name = `${safeName(filename) || fallback}.ots`;
  const ascii = name.replace(/[^\x20-\x7e]/gu, '_');
  const plain = `attachment; filename="${ascii}"`;
  return ascii === name ? plain : `${plain}; filename*=UTF-8''${encodeExtended(name)}`;
}

function safeName(filename: string): string {
  const base = filename.replace(/^.*[/\\]/s, '');
  const visible = base.replace(INVISIBLE, '').replace(RESERVED, '_');
  return [...visible]
    .slice(0, NAME_MAX_CHARS)
    .join('')
    .replace(/^[\s.]+|[\s.]+$/g, '');
}

/** RFC 8187 section 3.2: `encodeURIComponent` leaves four characters that are not allowed bare. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
