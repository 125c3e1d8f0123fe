import { Type } from 'typebox';
import { FieldsError } from '../../core/registry/error.ts';
import { RequestFault } from './request-fault.ts';

/** Everything that is wrong with the fields of a request. */
export const ErrorDetails = Type.Object({
  errors: Type.Array(Type.Object({ field: Type.String(), message: Type.String() })),
});

/** The body of errors that have a type, and details where fields are wrong. */
export const typedErrorBody = (title: string) =>
  Type.Object(
    {
      error: Type.Object({
        code: Type.String({ description: 'For programs; it does not change.' }),
        message: Type.String({ description: 'For people; it may change.' }),
        type: Type.String(),
        request_id: Type.String(),
        details: Type.Optional(ErrorDetails),
      }),
    },
    { title },
  );

/** Null for an error that is not about fields. */
export function detailsOf(error: unknown): { errors: readonly { field: string; message: string }[] } | null {
  const isAboutFields =
    error instanceof FieldsError || (error instanceof RequestFault && error.code === 'input-invalid');
  return isAboutFields ? { errors: error.problems } : null;
}
