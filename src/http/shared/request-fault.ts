import { CodedError } from '../../base/coded-error.ts';

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
  /** For `input-invalid`: JSON path of the field without its leading slash; empty for the whole. */
  readonly field: string;

  constructor(code: RequestFaultCode, message: string, field = '', options?: ErrorOptions) {
    super(code, message, options);
    this.field = field;
  }
}

/** A JSON Schema complaint, as ajv reports it. */
export interface SchemaComplaint {
  readonly instancePath: string;
  readonly message?: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

/** The field that a complaint is about; a missing field counts as that field. */
export function fieldOf({ instancePath, params }: SchemaComplaint): string {
  const missing = params.missingProperty;
  return (typeof missing === 'string' ? `${instancePath}/${missing}` : instancePath).slice(1);
}

const FRAMEWORK_FAULTS: Readonly<Record<string, RequestFaultCode>> = {
  FST_ERR_BAD_URL: 'url-malformed',
  FST_ERR_MAX_PARAM_LENGTH: 'url-malformed',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-unsupported',
};

/** Turns what the HTTP framework throws into a fault; anything that is not about the request is returned as it is. */
export function toRequestFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof CodedError) return error;
  const { code, validation, statusCode } = error as {
    code?: string;
    validation?: SchemaComplaint[];
    statusCode?: number;
  };
  const complaint = validation?.[0];
  if (complaint !== undefined)
    return new RequestFault('input-invalid', error.message, fieldOf(complaint), { cause: error });
  const known = code === undefined ? undefined : FRAMEWORK_FAULTS[code];
  if (known !== undefined) return new RequestFault(known, error.message, '', { cause: error });
  const isClients = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return isClients ? new RequestFault('body-malformed', error.message, '', { cause: error }) : error;
}
