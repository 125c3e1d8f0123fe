import { FIELD_MAX_CHARS, PROBLEMS_MAX } from '../../core/registry/error.ts';

/** A JSON Schema complaint, as ajv reports it. */
export interface SchemaComplaint {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What is wrong with one field. The path of the field has no leading slash; it is empty for the whole. */
export interface SchemaProblem {
  readonly field: string;
  readonly message: string;
}

/** One problem for each field, in the order in which they were found; the first ones only. */
export function describeComplaints(complaints: readonly SchemaComplaint[]): readonly SchemaProblem[] {
  const byField = new Map<string, SchemaComplaint[]>();
  for (const complaint of complaints) {
    const field = fieldOf(complaint);
    const others = byField.get(field);
    if (others !== undefined) others.push(complaint);
    else if (byField.size < PROBLEMS_MAX) byField.set(field, [complaint]);
  }
  return [...byField].map(([field, about]) => ({ field, message: describeField(about) }));
}

/** The field that a complaint is about; one that is missing, or that nobody knows, counts as that field. */
export function fieldOf({ instancePath, params }: SchemaComplaint): string {
  const name = params.missingProperty ?? params.additionalProperty;
  const path = typeof name === 'string' ? `${instancePath}/${escapeName(name)}` : instancePath;
  return path.slice(1, FIELD_MAX_CHARS + 1).toWellFormed();
}

/** As in the rest of the path, RFC 6901 section 3. */
function escapeName(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** A choice among schemas is complained about once for each; all of them together say what is allowed. */
function describeField(complaints: readonly SchemaComplaint[]): string {
  const allowed = complaints.flatMap(({ keyword, params }) => {
    if (keyword === 'enum') return params.allowedValues as readonly unknown[];
    return keyword === 'const' ? [params.allowedValue] : [];
  });
  if (allowed.length > 0)
    return allowed.length === 1 ? `must be ${allowed[0]}` : `must be one of ${allowed.join(', ')}`;
  const types = complaints.flatMap(({ keyword, params }) => (keyword === 'type' ? [params.type].flat() : []));
  return types.length > 0 ? `must be of type ${types.join(' or ')}` : describeOne(complaints[0]!);
}

function describeOne({ keyword, message = 'is not valid', params: { limit, pattern } }: SchemaComplaint): string {
  switch (keyword) {
    case 'required':
      return 'is missing';
    case 'additionalProperties':
      return 'is not a field of this request';
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'minItems':
      return `must have at least ${limit} items`;
    case 'maxItems':
      return `must have at most ${limit} items`;
    case 'minLength':
      return `must have at least ${limit} characters`;
    case 'maxLength':
      return `must have at most ${limit} characters`;
    case 'pattern':
      return `must match ${pattern}`;
    default:
      return message;
  }
}
