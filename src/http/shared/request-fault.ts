import { CodedError } from '../../base/coded-error.ts';
import { describeComplaints, type SchemaComplaint, type SchemaProblem } from './schema-problems.ts';

/** What can go wrong with a request before, or in spite of, the operation it asks for. */
export type RequestFaultCode =
  | 'route-unknown'
  | 'method-not-allowed'
  | 'url-malformed'
  | 'body-malformed'
  | 'body-too-large'
  | 'media-type-unsupported'
  | 'input-invalid'
  | 'internal';

export class RequestFault extends CodedError<RequestFaultCode> {
  /** For `input-invalid`: what is wrong, field by field. */
  readonly problems: readonly SchemaProblem[];

  constructor(
    code: RequestFaultCode,
    message: string,
    problems: readonly SchemaProblem[] = [],
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.problems = problems;
  }

  /** The first field that is wrong; empty for the whole. */
  get field(): string {
    return this.problems[0]?.field ?? '';
  }
}

const FRAMEWORK_FAULTS: Readonly<Record<string, RequestFaultCode>> = {
  FST_ERR_BAD_URL: 'url-malformed',
  FST_ERR_MAX_PARAM_LENGTH: 'url-malformed',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-unsupported',
  // SQLSTATE character_not_in_repertoire: PostgreSQL takes no text with a zero character, and no name has one.
  '22021': 'input-invalid',
};

/** Turns what the HTTP framework throws into a fault; anything that is not about the request is returned as it is. */
export function toRequestFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof CodedError) return error;
  const { code, validation, statusCode } = error as {
    code?: string;
    validation?: SchemaComplaint[];
    statusCode?: number;
  };
  if (validation !== undefined) {
    return new RequestFault('input-invalid', 'the request is not valid', describeComplaints(validation), {
      cause: error,
    });
  }
  const known = code === undefined ? undefined : FRAMEWORK_FAULTS[code];
  if (known !== undefined) return new RequestFault(known, error.message, [], { cause: error });
  const isClients = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return isClients ? new RequestFault('body-malformed', error.message, [], { cause: error }) : error;
}
