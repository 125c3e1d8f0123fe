/** What came of a form, for the page that is written after it was posted. */
export type Outcome =
  | { readonly kind: 'nothing' }
  /** It is said at the top of the page. */
  | { readonly kind: 'notice'; readonly tone: 'good' | 'bad'; readonly text: string }
  | { readonly kind: 'secret'; readonly secret: string }
  | Refused;

export interface Refused {
  readonly kind: 'refused';
  readonly form: string;
  /** As it was posted, to be corrected. */
  readonly typed: URLSearchParams;
  /** By the field's name; those of the whole form have none. */
  readonly problems: ReadonlyMap<string, string>;
}
